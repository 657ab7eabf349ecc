"""Objections to what a clearing took."""

import sqlalchemy as sa
from alembic import op

from incentives.notices.triggers import GUARDS, GUARDS_OF_CLEARINGS, NOTICE_STATE
from incentives.triggers import create_guards, drop_guards

revision = "0032_cleared_objections"
down_revision = "0031_once_a_statement"

SUBJECTS = ("award_id", "disbursement_id", "opening_line_id", "redemption_id", "clearing_id")
MISSING = "missing_resident_id"
KEY = "fk_objection_clearing_id_clearing"
INDEX = "ix_objection_clearing_id"
ONE = "ck_objection_one_subject"
OF_HOUSEHOLD = "ck_objection_clearing_of_household"


def upgrade() -> None:
    # SQLite makes the table anew, and would lose its triggers with the old one.
    drop_guards(op.get_bind(), GUARDS)
    with op.batch_alter_table("objection") as table:
        table.add_column(sa.Column("clearing_id", sa.Uuid(), nullable=True))
        table.drop_constraint(op.f(ONE), type_="check")
        table.create_check_constraint(op.f(ONE), one_of(*SUBJECTS, MISSING))
        rule = "clearing_id IS NULL OR household_id IS NOT NULL"
        table.create_check_constraint(op.f(OF_HOUSEHOLD), rule)
        table.create_foreign_key(op.f(KEY), "clearing", ["clearing_id"], ["id"])
    op.create_index(op.f(INDEX), "objection", ["clearing_id"])
    create_guards(op.get_bind(), (*GUARDS, *GUARDS_OF_CLEARINGS), NOTICE_STATE)


def downgrade() -> None:
    drop_guards(op.get_bind(), (*GUARDS, *GUARDS_OF_CLEARINGS))
    op.drop_index(op.f(INDEX), table_name="objection")
    with op.batch_alter_table("objection") as table:
        table.drop_constraint(op.f(KEY), type_="foreignkey")
        table.drop_constraint(op.f(OF_HOUSEHOLD), type_="check")
        table.drop_constraint(op.f(ONE), type_="check")
        table.drop_column("clearing_id")
        table.create_check_constraint(op.f(ONE), one_of(*SUBJECTS[:-1], MISSING))
    create_guards(op.get_bind(), GUARDS, NOTICE_STATE)


def one_of(*columns: str) -> str:
    """Exactly one of these columns says something."""
    return " + ".join(f"(CASE WHEN {each} IS NULL THEN 0 ELSE 1 END)" for each in columns) + " = 1"
