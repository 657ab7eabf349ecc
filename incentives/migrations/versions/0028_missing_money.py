"""Money that is missing has two people: who counted, and who stood by the count."""

import sqlalchemy as sa
from alembic import op

from incentives.fund.triggers import GUARDS_OF_MOVES, create_triggers, drop_triggers

revision = "0028_missing_money"
down_revision = "0027_award_guards"


def upgrade() -> None:
    op.add_column("money_move", sa.Column("confirmed_by", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE money_move SET confirmed_by ="
        " (SELECT confirmed_by FROM cash_count WHERE move_id = money_move.id)"
    )
    create_triggers(op.get_bind(), GUARDS_OF_MOVES)


def downgrade() -> None:
    drop_triggers(op.get_bind(), GUARDS_OF_MOVES)
    op.drop_column("money_move", "confirmed_by")
