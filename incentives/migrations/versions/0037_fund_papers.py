"""The database keeps the fund's vouchers and signatures."""

from alembic import op

from incentives.fund.paper_triggers import GUARDS_OF_PAPERS
from incentives.fund.triggers import create_triggers, drop_triggers

revision = "0037_fund_papers"
down_revision = "0036_rounds_of_calls"


def upgrade() -> None:
    create_triggers(op.get_bind(), GUARDS_OF_PAPERS)


def downgrade() -> None:
    drop_triggers(op.get_bind(), GUARDS_OF_PAPERS)
