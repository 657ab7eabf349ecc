"""The fund in full: vouchers, adopted budgets, lists, counts, the bank's statements, closed months.

Columns that carry a CHECK are added in the database's own words: SQLite takes a CHECK with a new
column only, and a table made anew would lose its triggers.
"""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant
from incentives.fund.triggers import create_triggers, drop_triggers

revision = "0016_fund_in_full"
down_revision = "0015_claims"

TABLES = (
    "disbursement_list_line",
    "bank_match",
    "bank_line",
    "income_file",
    "cash_count",
    "budget_adoption",
    "bank_statement",
    "bank_note",
    "month_close",
    "disbursement_list",
)
BUDGET_COLUMNS = (
    "carried_fen BIGINT DEFAULT 0 NOT NULL"
    " CONSTRAINT ck_budget_carried CHECK (carried_fen BETWEEN 0 AND amount_fen)",
    "cap_fen BIGINT CONSTRAINT ck_budget_cap CHECK (cap_fen > 0)",
)


def upgrade() -> None:
    for column in BUDGET_COLUMNS:
        op.execute(f"ALTER TABLE budget ADD COLUMN {column}")
    op.add_column("budget", sa.Column("adoption_id", sa.Uuid(), nullable=True))
    op.add_column("file", sa.Column("kept_until", sa.Date(), nullable=True))
    create_tables()
    create_triggers(op.get_bind())


def create_tables() -> None:
    """The new tables, those first that others refer to."""
    op.create_table(
        "disbursement_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("applied_by", sa.Uuid(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=False),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_disbursement_list_title")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_disbursement_list_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursement_list")),
    )
    op.create_index(
        op.f("ix_disbursement_list_village"), "disbursement_list", ["village"], unique=False
    )
    op.create_table(
        "month_close",
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("cash_fen", sa.BigInteger(), nullable=False),
        sa.Column("bank_fen", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.CheckConstraint("cash_fen >= 0 AND bank_fen >= 0", name=op.f("ck_month_close_held")),
        sa.CheckConstraint("ends_on > month", name=op.f("ck_month_close_days")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_month_close_village_division")
        ),
        sa.PrimaryKeyConstraint("village", "month", name=op.f("pk_month_close")),
    )
    op.create_table(
        "bank_note",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("explanation", sa.String(length=300), nullable=False),
        sa.Column("explained_by", sa.Uuid(), nullable=False),
        sa.Column("explained_at", Instant(), nullable=False),
        sa.CheckConstraint("length(explanation) > 0", name=op.f("ck_bank_note_explanation")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_bank_note_event_id_event")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_bank_note_village_division")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_bank_note")),
    )
    op.create_index(op.f("ix_bank_note_village"), "bank_note", ["village"], unique=False)
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("opening_fen", sa.BigInteger(), nullable=False),
        sa.Column("closing_fen", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_bank_statement_days")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_bank_statement_file_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_bank_statement_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("village", "from_on", name=op.f("uq_bank_statement_village_from_on")),
    )
    op.create_index(op.f("ix_bank_statement_file_id"), "bank_statement", ["file_id"], unique=False)
    op.create_table(
        "budget_adoption",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("resolution", sa.String(length=200), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("present", sa.BigInteger(), nullable=False),
        sa.Column("in_favour", sa.BigInteger(), nullable=False),
        sa.Column("against", sa.BigInteger(), nullable=False),
        sa.Column("minutes_id", sa.Uuid(), nullable=True),
        sa.Column("adopted_by", sa.Uuid(), nullable=False),
        sa.Column("adopted_at", Instant(), nullable=False),
        sa.CheckConstraint("2 * in_favour > present", name=op.f("ck_budget_adoption_majority")),
        sa.CheckConstraint("against >= 0", name=op.f("ck_budget_adoption_against_not_negative")),
        sa.CheckConstraint(
            "in_favour + against <= present", name=op.f("ck_budget_adoption_votes_of_present")
        ),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name=op.f("ck_budget_adoption_year")),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["file.id"], name=op.f("fk_budget_adoption_minutes_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_budget_adoption_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_adoption")),
    )
    op.create_index(
        op.f("ix_budget_adoption_minutes_id"), "budget_adoption", ["minutes_id"], unique=False
    )
    op.create_index(
        "ix_budget_adoption_village_year", "budget_adoption", ["village", "year"], unique=False
    )
    op.create_table(
        "cash_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("counted_fen", sa.BigInteger(), nullable=False),
        sa.Column("book_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "confirmed",
                "refused",
                name="status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("counted_by", sa.Uuid(), nullable=False),
        sa.Column("counted_at", Instant(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("refused_reason", sa.String(length=300), nullable=True),
        sa.Column("move_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(move_id IS NOT NULL) = (status = 'confirmed' AND counted_fen <> book_fen)",
            name=op.f("ck_cash_count_difference_is_posted"),
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (confirmed_by IS NULL)"
            " AND (confirmed_by IS NULL) = (confirmed_at IS NULL)",
            name=op.f("ck_cash_count_confirmed"),
        ),
        sa.CheckConstraint("confirmed_by <> counted_by", name=op.f("ck_cash_count_two_people")),
        sa.CheckConstraint(
            "counted_fen = book_fen OR note IS NOT NULL",
            name=op.f("ck_cash_count_difference_has_note"),
        ),
        sa.CheckConstraint("counted_fen >= 0", name=op.f("ck_cash_count_counted")),
        sa.ForeignKeyConstraint(
            ["move_id"], ["money_move.id"], name=op.f("fk_cash_count_move_id_money_move")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_cash_count_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_count")),
    )
    op.create_index("ix_cash_count_village_month", "cash_count", ["village", "month"], unique=False)
    op.create_table(
        "income_file",
        sa.Column("income_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_income_file_file_id_file")),
        sa.ForeignKeyConstraint(
            ["income_id"], ["income.id"], name=op.f("fk_income_file_income_id_income")
        ),
        sa.PrimaryKeyConstraint("income_id", name=op.f("pk_income_file")),
    )
    op.create_index(op.f("ix_income_file_file_id"), "income_file", ["file_id"], unique=False)
    op.create_table(
        "bank_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("other", sa.String(length=60), nullable=True),
        sa.Column("balance_fen", sa.BigInteger(), nullable=True),
        sa.Column("explanation", sa.String(length=300), nullable=True),
        sa.Column("explained_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(explanation IS NULL) = (explained_by IS NULL)", name=op.f("ck_bank_line_explained")
        ),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_bank_line_amount")),
        sa.CheckConstraint("line > 0", name=op.f("ck_bank_line_line")),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["bank_statement.id"],
            name=op.f("fk_bank_line_statement_id_bank_statement"),
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_bank_line_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("statement_id", "line", name=op.f("uq_bank_line_statement_id_line")),
    )
    op.create_index("ix_bank_line_village_day", "bank_line", ["village", "day"], unique=False)
    op.create_table(
        "bank_match",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("matched_by", sa.Uuid(), nullable=False),
        sa.Column("matched_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_bank_match_event_id_event")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["bank_line.id"], name=op.f("fk_bank_match_line_id_bank_line")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_bank_match_village_division")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_bank_match")),
    )
    op.create_index(op.f("ix_bank_match_line_id"), "bank_match", ["line_id"], unique=False)
    op.create_index(op.f("ix_bank_match_village"), "bank_match", ["village"], unique=False)
    op.create_table(
        "disbursement_list_line",
        sa.Column("disbursement_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("line > 0", name=op.f("ck_disbursement_list_line_line")),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["disbursement.id"],
            name=op.f("fk_disbursement_list_line_disbursement_id_disbursement"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["disbursement_list.id"],
            name=op.f("fk_disbursement_list_line_list_id_disbursement_list"),
        ),
        sa.PrimaryKeyConstraint("disbursement_id", name=op.f("pk_disbursement_list_line")),
        sa.UniqueConstraint("list_id", "line", name=op.f("uq_disbursement_list_line_list_id_line")),
    )


def downgrade() -> None:
    drop_triggers(op.get_bind())
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("file", "kept_until")
    for column in ("adoption_id", "cap_fen", "carried_fen"):
        op.drop_column("budget", column)
