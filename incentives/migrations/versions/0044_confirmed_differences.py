"""Who stands by the explanation of a difference from the bank, as the second person."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0044_confirmed_differences"
down_revision = "0043_publicity_and_checking"

TABLES = ("bank_line", "bank_note")
RULE = (
    "(confirmed_by IS NULL) = (confirmed_at IS NULL) AND"
    " (confirmed_by IS NULL OR (explained_by IS NOT NULL AND confirmed_by <> explained_by))"
)


def upgrade() -> None:
    # Columns are added one by one: a table made anew would lose its triggers on SQLite.
    for table in TABLES:
        op.add_column(table, sa.Column("confirmed_by", sa.Uuid(), nullable=True))
        rule = sa.CheckConstraint(RULE, name=op.f(f"ck_{table}_confirmed"))
        op.add_column(table, sa.Column("confirmed_at", Instant(), rule, nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "confirmed_at")
        op.drop_column(table, "confirmed_by")
