"""Why a report wasn't taken is erased with its other words."""

from alembic import op

from incentives.calls.triggers import GUARDS, GUARDS_OF_ROUNDS, STATE
from incentives.triggers import create_guards, drop_guards

revision = "0048_struck_reasons_erased"
down_revision = "0047_shifts_walked_without"

STRUCK = "ck_call_struck"
OF_CALLS = tuple(each for each in (*GUARDS, *GUARDS_OF_ROUNDS) if each.table == "call")


def upgrade() -> None:
    exchange("(status = 'struck' AND erased_at IS NULL) = (struck_reason IS NOT NULL)", "NULL")


def downgrade() -> None:
    exchange("(status = 'struck') = (struck_reason IS NOT NULL)", "'?'")


def exchange(rule: str, erased: str) -> None:
    """Put another rule in place; what was erased says so as the rule wants it."""
    # SQLite makes the table anew, and would lose its triggers with the old one.
    drop_guards(op.get_bind(), OF_CALLS)
    with op.batch_alter_table("call") as table:
        table.drop_constraint(op.f(STRUCK), type_="check")
    op.execute(
        f"UPDATE call SET struck_reason = {erased}"  # noqa: S608
        " WHERE status = 'struck' AND erased_at IS NOT NULL"
    )
    with op.batch_alter_table("call") as table:
        table.create_check_constraint(op.f(STRUCK), rule)
    create_guards(op.get_bind(), OF_CALLS, STATE)
