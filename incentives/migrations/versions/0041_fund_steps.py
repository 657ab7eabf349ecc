"""The database keeps the order of the fund's steps, and its publicity."""

from alembic import op

from incentives.fund.step_triggers import GUARDS_OF_STEPS
from incentives.fund.triggers import create_triggers, drop_triggers
from incentives.notices.triggers import GUARDS_OF_DISBURSEMENTS, NOTICE_STATE
from incentives.triggers import create_guards, drop_guards

revision = "0041_fund_steps"
down_revision = "0040_team_payees"


def upgrade() -> None:
    create_triggers(op.get_bind(), GUARDS_OF_STEPS)
    create_guards(op.get_bind(), GUARDS_OF_DISBURSEMENTS, NOTICE_STATE)


def downgrade() -> None:
    drop_guards(op.get_bind(), GUARDS_OF_DISBURSEMENTS)
    drop_triggers(op.get_bind(), GUARDS_OF_STEPS)
