"""The database too knows days in their order, sums that are split, closed years, kept files."""

from alembic import op

from incentives.fund.triggers import GUARDS_OF_DAYS, create_triggers, drop_triggers

revision = "0034_fund_days"
down_revision = "0033_whole_days"


def upgrade() -> None:
    create_triggers(op.get_bind(), GUARDS_OF_DAYS)


def downgrade() -> None:
    drop_triggers(op.get_bind(), GUARDS_OF_DAYS)
