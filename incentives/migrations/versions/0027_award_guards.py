"""The rules of awards, notices and objections once more, in the database itself."""

from alembic import op

from incentives.awards.triggers import AWARD_GUARDS, CLOSED_STATE
from incentives.notices.triggers import GUARDS, NOTICE_STATE
from incentives.triggers import create_guards, drop_guards

revision = "0027_award_guards"
down_revision = "0026_shop_service"


def upgrade() -> None:
    create_guards(op.get_bind(), AWARD_GUARDS, CLOSED_STATE)
    create_guards(op.get_bind(), GUARDS, NOTICE_STATE)


def downgrade() -> None:
    drop_guards(op.get_bind(), GUARDS)
    drop_guards(op.get_bind(), AWARD_GUARDS)
