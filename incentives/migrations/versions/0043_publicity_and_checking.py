"""The database keeps that publicity is whole, who checks the fund, and a settlement's steps."""

from alembic import op

from incentives.fund.checking_triggers import GUARDS_OF_CHECKING
from incentives.fund.triggers import create_triggers, drop_triggers
from incentives.notices.publicity_triggers import GUARDS_OF_PUBLICITY
from incentives.notices.triggers import NOTICE_STATE
from incentives.shop.step_triggers import GUARDS_OF_SETTLEMENTS
from incentives.shop.triggers import STATE
from incentives.triggers import create_guards, drop_guards

revision = "0043_publicity_and_checking"
down_revision = "0042_missing_quantity"


def upgrade() -> None:
    create_guards(op.get_bind(), GUARDS_OF_PUBLICITY, NOTICE_STATE)
    create_triggers(op.get_bind(), GUARDS_OF_CHECKING)
    create_guards(op.get_bind(), GUARDS_OF_SETTLEMENTS, STATE)


def downgrade() -> None:
    drop_guards(op.get_bind(), GUARDS_OF_SETTLEMENTS)
    drop_triggers(op.get_bind(), GUARDS_OF_CHECKING)
    drop_guards(op.get_bind(), GUARDS_OF_PUBLICITY)
