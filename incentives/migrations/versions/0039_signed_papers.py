"""What was signed in the fund stays from its signature on, a closed month's bank as it was."""

from alembic import op

from incentives.fund.paper_triggers import GUARDS_OF_BANK, GUARDS_OF_SIGNATURES
from incentives.fund.triggers import create_triggers, drop_triggers

revision = "0039_signed_papers"
down_revision = "0038_former_members"

GUARDS = (*GUARDS_OF_SIGNATURES, *GUARDS_OF_BANK)


def upgrade() -> None:
    create_triggers(op.get_bind(), GUARDS)


def downgrade() -> None:
    drop_triggers(op.get_bind(), GUARDS)
