"""The database asks for a second person's word on each explained difference before a close."""

from alembic import op

from incentives.fund.checking_triggers import GUARDS_OF_SECOND_WORDS
from incentives.fund.triggers import create_triggers, drop_triggers

revision = "0045_second_words"
down_revision = "0044_confirmed_differences"


def upgrade() -> None:
    create_triggers(op.get_bind(), GUARDS_OF_SECOND_WORDS)


def downgrade() -> None:
    drop_triggers(op.get_bind(), GUARDS_OF_SECOND_WORDS)
