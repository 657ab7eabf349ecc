"""Walks that ended without signal, who is added to one after its end, tokens of walkers' phones.

The triggers of both tables, and the one that reads patrols, go while SQLite makes them anew.
"""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant
from incentives.patrols.triggers import ATTENDANCE_WAITS, KEPT, ONCE_ANYWHERE, STATE
from incentives.triggers import create_guards, drop_guards

revision = "0035_walks_ended_later"
down_revision = "0034_fund_days"

TABLES = ("patrol", "patrol_attendance")
AWAY = (ONCE_ANYWHERE, ATTENDANCE_WAITS, *(each for each in KEPT if each.table in TABLES))
WHOLE = "ck_patrol_end_is_whole"
ENDED = "(status = 'walking') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)"
RECEIVED = f"{ENDED} AND (ended_at IS NULL) = (end_received_at IS NULL)"
KINDS = ("sign_in", "page", "session", "terminal")
ADDED = "ck_patrol_attendance_added_with_reason"
REASON = "(added_by IS NULL) = (reason IS NULL) AND (added_by IS NULL OR added_at IS NOT NULL)"


def upgrade() -> None:
    drop_guards(op.get_bind(), AWAY)
    op.add_column("patrol", sa.Column("end_received_at", Instant(), nullable=True))
    op.add_column(
        "patrol",
        sa.Column("end_offline", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute("UPDATE patrol SET end_received_at = ended_at")
    with op.batch_alter_table("patrol") as table:
        table.drop_constraint(op.f(WHOLE), type_="check")
        table.create_check_constraint(op.f(WHOLE), RECEIVED)
    with op.batch_alter_table("patrol_attendance") as table:
        table.add_column(sa.Column("added_at", Instant(), nullable=True))
        table.add_column(sa.Column("added_by", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("reason", sa.String(length=200), nullable=True))
        table.create_check_constraint(op.f(ADDED), REASON)
    create_guards(op.get_bind(), AWAY, STATE)
    set_kinds(*KINDS, "walk")


def downgrade() -> None:
    op.execute("DELETE FROM token WHERE kind = 'walk'")
    set_kinds(*KINDS)
    drop_guards(op.get_bind(), AWAY)
    with op.batch_alter_table("patrol_attendance") as table:
        table.drop_constraint(op.f(ADDED), type_="check")
        for column in ("added_at", "added_by", "reason"):
            table.drop_column(column)
    with op.batch_alter_table("patrol") as table:
        table.drop_constraint(op.f(WHOLE), type_="check")
        table.drop_column("end_received_at")
        table.drop_column("end_offline")
        table.create_check_constraint(op.f(WHOLE), ENDED)
    create_guards(op.get_bind(), AWAY, STATE)


def set_kinds(*values: str) -> None:
    """Let a token be of these kinds."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("token") as table:
        table.drop_constraint(op.f("ck_token_kind"), type_="check")
        table.create_check_constraint(op.f("ck_token_kind"), f"kind IN ({listed})")
