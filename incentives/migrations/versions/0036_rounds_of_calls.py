"""Calls: the first round of one that was sent back, with its stars."""

import sqlalchemy as sa
from alembic import op

from incentives.calls.triggers import GUARDS_OF_ROUNDS, STATE
from incentives.database import Instant
from incentives.triggers import create_guards, drop_guards

revision = "0036_rounds_of_calls"
down_revision = "0035_walks_ended_later"

TABLE = "call_round"
RISE = (
    "accepted_at >= pushed_at AND on_site_at >= accepted_at"
    " AND resolved_at >= accepted_at AND resolved_at >= on_site_at"
    " AND answered_at >= resolved_at"
)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, Instant(), nullable=False)
            for name in ("pushed_at", "resolve_by", "accepted_at", "resolved_at", "answered_at")
        ),
        sa.Column("on_site_at", Instant(), nullable=True),
        sa.Column("rating", sa.BigInteger(), nullable=True),
        sa.Column("rating_word", sa.String(length=300), nullable=True),
        sa.CheckConstraint(RISE, name=op.f("ck_call_round_times_rise")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_call_round_stars")),
        sa.CheckConstraint(
            "rating_word IS NULL OR rating IS NOT NULL", name=op.f("ck_call_round_word_of_rating")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_round_call_id_call")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_call_round_office_id_office")
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_round")),
    )
    create_guards(op.get_bind(), GUARDS_OF_ROUNDS, STATE)


def downgrade() -> None:
    drop_guards(op.get_bind(), GUARDS_OF_ROUNDS)
    op.drop_table(TABLE)
