"""Mistyped returns are reversed, late matches parted; and who headed a household that was paid."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant
from incentives.fund.returning_triggers import GUARDS_BEFORE, GUARDS_OF_RETURNS
from incentives.fund.triggers import create_triggers, drop_triggers

revision = "0046_reversed_returns"
down_revision = "0045_second_words"


def upgrade() -> None:
    op.create_table(
        "return_reversal",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("reversed_by", sa.Uuid(), nullable=False),
        sa.Column("reversed_at", Instant(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_return_reversal_reason")),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["payment_return.id"],
            name=op.f("fk_return_reversal_return_id_payment_return"),
        ),
        sa.PrimaryKeyConstraint("return_id", name=op.f("pk_return_reversal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_return_reversal_event_id")),
    )
    # A column is added as it is: a table made anew would lose its triggers on SQLite.
    op.add_column("disbursement", sa.Column("paid_head_id", sa.Uuid(), nullable=True))
    drop_triggers(op.get_bind(), GUARDS_BEFORE)
    create_triggers(op.get_bind(), GUARDS_OF_RETURNS)


def downgrade() -> None:
    drop_triggers(op.get_bind(), GUARDS_OF_RETURNS)
    create_triggers(op.get_bind(), GUARDS_BEFORE)
    op.drop_column("disbursement", "paid_head_id")
    op.drop_table("return_reversal")
