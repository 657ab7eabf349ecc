"""How often an act was done that is said to be missing."""

import sqlalchemy as sa
from alembic import op

from incentives.notices.triggers import (
    CLOSES_AFTER_ITS_LAST_DAY,
    CLOSES_IN_TIME,
    GUARDS,
    GUARDS_OF_CLEARINGS,
    GUARDS_OF_DISBURSEMENTS,
    GUARDS_OF_MISSING,
    NOTICE_STATE,
)
from incentives.triggers import create_guards, drop_guards

revision = "0042_missing_quantity"
down_revision = "0041_fund_steps"

WHOLE = "ck_objection_missing_is_whole"
POSITIVE = "ck_objection_missing_quantity_positive"
BEFORE = (
    *(each for each in GUARDS if each is not CLOSES_IN_TIME),
    CLOSES_AFTER_ITS_LAST_DAY,
    *GUARDS_OF_CLEARINGS,
    *GUARDS_OF_DISBURSEMENTS,
)
SAID = ("missing_rule_item", "missing_occurred_on")


def upgrade() -> None:
    # SQLite makes the table anew, and would lose its triggers with the old one.
    drop_guards(op.get_bind(), BEFORE)
    op.add_column("objection", sa.Column("missing_quantity", sa.BigInteger(), nullable=True))
    op.execute("UPDATE objection SET missing_quantity = 1 WHERE missing_resident_id IS NOT NULL")
    with op.batch_alter_table("objection") as table:
        table.drop_constraint(op.f(WHOLE), type_="check")
        table.create_check_constraint(op.f(WHOLE), whole(*SAID, "missing_quantity"))
        table.create_check_constraint(op.f(POSITIVE), "missing_quantity > 0")
    create_guards(op.get_bind(), (*BEFORE, *GUARDS_OF_MISSING), NOTICE_STATE)


def downgrade() -> None:
    drop_guards(op.get_bind(), (*BEFORE, *GUARDS_OF_MISSING))
    with op.batch_alter_table("objection") as table:
        table.drop_constraint(op.f(POSITIVE), type_="check")
        table.drop_constraint(op.f(WHOLE), type_="check")
        table.drop_column("missing_quantity")
        table.create_check_constraint(op.f(WHOLE), whole(*SAID))
    create_guards(op.get_bind(), BEFORE, NOTICE_STATE)


def whole(*columns: str) -> str:
    """All of these columns say something, or none does."""
    return " AND ".join(f"(missing_resident_id IS NULL) = ({each} IS NULL)" for each in columns)
