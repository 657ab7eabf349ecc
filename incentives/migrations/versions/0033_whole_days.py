"""A notice stays open through the day that it names as its last."""

from alembic import op

from incentives.notices.triggers import CLOSES_AFTER_ITS_LAST_DAY, CLOSES_IN_TIME, NOTICE_STATE
from incentives.triggers import create_guards, drop_guards

revision = "0033_whole_days"
down_revision = "0032_cleared_objections"


def upgrade() -> None:
    drop_guards(op.get_bind(), [CLOSES_IN_TIME])
    create_guards(op.get_bind(), [CLOSES_AFTER_ITS_LAST_DAY], NOTICE_STATE)


def downgrade() -> None:
    drop_guards(op.get_bind(), [CLOSES_AFTER_ITS_LAST_DAY])
    create_guards(op.get_bind(), [CLOSES_IN_TIME], NOTICE_STATE)
