"""On PostgreSQL the ledger's triggers look at what a statement adds once, not row by row."""

from alembic import op

from incentives.ledger.triggers import (
    EARLIER,
    ONCE_A_STATEMENT,
    create_triggers,
    drop_triggers,
)

revision = "0031_once_a_statement"
down_revision = "0030_calls_found_true"


def upgrade() -> None:
    replace(tuple(EARLIER), tuple(ONCE_A_STATEMENT))


def downgrade() -> None:
    replace(tuple(ONCE_A_STATEMENT), tuple(EARLIER))


def replace(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        drop_triggers(connection, old)
        create_triggers(connection, new)
