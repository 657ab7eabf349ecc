"""Patrols: scans off the route, who has yet to be signed in, shifts planned anew, one scan a place.

The triggers of who attended go while SQLite makes that table anew.
"""

import sqlalchemy as sa
from alembic import op

from incentives.patrols.triggers import (
    ATTENDANCE_STAYS,
    ATTENDANCE_WAITS,
    KEPT,
    ONCE,
    ONCE_ANYWHERE,
    STATE,
)
from incentives.triggers import Guard, create_guards, drop_guards

revision = "0029_sign_ins"
down_revision = "0028_missing_money"

REASONS = ("cap_exceeded", "no_rule_in_force", "not_covered", "invalid")
ATTENDANCE_KEPT = tuple(each for each in KEPT if each.table == "patrol_attendance")


def upgrade() -> None:
    op.add_column(
        "patrol_scan",
        sa.Column("off_route", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    exchange(ONCE, ONCE_ANYWHERE)
    take_reasons((*REASONS, "not_signed_in"), before=ATTENDANCE_STAYS, after=ATTENDANCE_WAITS)
    with op.batch_alter_table("shift") as table:
        table.drop_constraint(op.f("uq_shift_team_id_starts_at"), type_="unique")
    op.create_index(
        "uq_shift_team_starts",
        "shift",
        ["team_id", "starts_at"],
        unique=True,
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_shift_team_starts", table_name="shift")
    with op.batch_alter_table("shift") as table:
        table.create_unique_constraint(op.f("uq_shift_team_id_starts_at"), ["team_id", "starts_at"])
    take_reasons(REASONS, before=ATTENDANCE_WAITS, after=ATTENDANCE_STAYS)
    exchange(ONCE_ANYWHERE, ONCE)
    op.drop_column("patrol_scan", "off_route")


def exchange(before: Guard, after: Guard) -> None:
    """Put a guard into another's place."""
    drop_guards(op.get_bind(), (before,))
    create_guards(op.get_bind(), (after,), STATE)


def take_reasons(values: tuple[str, ...], *, before: Guard, after: Guard) -> None:
    """Let who attended have these reasons for no award, and guard them as they are now."""
    bind = op.get_bind()
    drop_guards(bind, (before, *ATTENDANCE_KEPT))
    listed = ", ".join(f"'{value}'" for value in values)
    for column in ("unawarded", "leader_unawarded"):
        op.execute(
            f"UPDATE patrol_attendance SET {column} = 'invalid'"  # noqa: S608 -- names of our own
            f" WHERE {column} NOT IN ({listed})"
        )
    with op.batch_alter_table("patrol_attendance") as table:
        for column in ("unawarded", "leader_unawarded"):
            table.drop_constraint(op.f(f"ck_patrol_attendance_{column}"), type_="check")
            table.create_check_constraint(
                op.f(f"ck_patrol_attendance_{column}"), f"{column} IN ({listed})"
            )
    create_guards(bind, (after, *ATTENDANCE_KEPT), STATE)
