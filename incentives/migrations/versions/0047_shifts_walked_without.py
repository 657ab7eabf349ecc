"""A walk that was begun without its shift, and has ended, may still take it."""

from alembic import op

from incentives.patrols.triggers import ENDED_STAYS, ENDED_TAKES_SHIFT, STATE
from incentives.triggers import Guard, create_guards, drop_guards

revision = "0047_shifts_walked_without"
down_revision = "0046_reversed_returns"


def upgrade() -> None:
    exchange(ENDED_STAYS, ENDED_TAKES_SHIFT)


def downgrade() -> None:
    exchange(ENDED_TAKES_SHIFT, ENDED_STAYS)


def exchange(before: Guard, after: Guard) -> None:
    """Put a guard into another's place."""
    drop_guards(op.get_bind(), (before,))
    create_guards(op.get_bind(), (after,), STATE)
