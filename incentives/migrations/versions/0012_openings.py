"""Openings with their lines and checks; notices list them, the shelf takes them over."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0012_openings"
down_revision = "0011_clearing"

UNFINISHED = sa.text("status IN ('drafted', 'submitted', 'checked')")
STANDING = "(event_id IS NOT NULL OR movement_id IS NOT NULL) AND reversed_at IS NULL"
STANDING_ONCE = (
    ("household", "household_id", "points"),
    ("fund", "village", "fund"),
    ("good", "good_id", "stock"),
)
RECORDS_BEFORE = (
    "kind IN ('award', 'redemption', 'refund', 'income', 'disbursement', 'payment_return')"
)
RECORDS = RECORDS_BEFORE.replace("('award'", "('opening', 'award'")
NOTICE_KINDS = ("awards", "disbursements")
MOVEMENT_KINDS = ("in", "count", "spoiled", "return", "redemption", "refund")
SOURCES = ("purchase", "donation", "shopkeeper")
SUBJECT = "(CASE WHEN {0} IS NULL THEN 0 ELSE 1 END)"


def upgrade() -> None:
    make_tables()
    replace_record_index(RECORDS)
    replace_choice("notice", "kind", (*NOTICE_KINDS, "openings"))
    replace_choice("stock_movement", "kind", (*MOVEMENT_KINDS, "reversal"))
    replace_choice("stock_movement", "source", (*SOURCES, "opening"))
    with op.batch_alter_table("notice_line") as table:
        table.add_column(sa.Column("opening_line_id", sa.Uuid(), nullable=True))
        drop_checks(table, "notice_line", "one_subject", *FIGURES_BEFORE)
        for name, rule in FIGURES.items():
            table.create_check_constraint(op.f(f"ck_notice_line_{name}"), rule)
        rule = one_of("award_id", "disbursement_id", "opening_line_id")
        table.create_check_constraint(op.f("ck_notice_line_one_subject"), rule)
        table.create_unique_constraint(op.f("uq_notice_line_opening_line_id"), ["opening_line_id"])
        table.create_foreign_key(
            op.f("fk_notice_line_opening_line_id_opening_line"),
            "opening_line",
            ["opening_line_id"],
            ["id"],
        )
    with op.batch_alter_table("objection") as table:
        table.add_column(sa.Column("opening_line_id", sa.Uuid(), nullable=True))
        drop_checks(table, "objection", "one_subject")
        rule = one_of(*OBJECTED_BEFORE[:2], "opening_line_id", *OBJECTED_BEFORE[2:])
        table.create_check_constraint(op.f("ck_objection_one_subject"), rule)
        table.create_foreign_key(
            op.f("fk_objection_opening_line_id_opening_line"),
            "opening_line",
            ["opening_line_id"],
            ["id"],
        )
    op.create_index(op.f("ix_objection_opening_line_id"), "objection", ["opening_line_id"])


FIGURES_BEFORE = {
    "award_has_points": "(award_id IS NULL) = (points IS NULL)",
    "disbursement_has_amount": "(disbursement_id IS NULL) = (amount_fen IS NULL)",
}
FIGURES = {
    "one_figure": "(points IS NULL) <> (amount_fen IS NULL)",
    "award_has_points": "award_id IS NULL OR points IS NOT NULL",
    "disbursement_has_amount": "disbursement_id IS NULL OR amount_fen IS NOT NULL",
}
OBJECTED_BEFORE = ("award_id", "disbursement_id", "redemption_id", "missing_resident_id")


def one_of(*columns: str) -> str:
    """Exactly one of these columns says something."""
    return " + ".join(SUBJECT.format(column) for column in columns) + " = 1"


def drop_checks(table: object, of: str, *names: str) -> None:
    """Drop these CHECKs of a table."""
    for name in names:
        table.drop_constraint(op.f(f"ck_{of}_{name}"), type_="check")  # type: ignore[attr-defined]


def replace_choice(of: str, column: str, values: tuple[str, ...]) -> None:
    """Let a column of a closed list take these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(of) as table:
        drop_checks(table, of, column)
        table.create_check_constraint(op.f(f"ck_{of}_{column}"), f"{column} IN ({listed})")


def replace_record_index(rule: str) -> None:
    """Of which kinds a record has one event."""
    op.drop_index("uq_event_kind_record", table_name="event")
    op.create_index(
        "uq_event_kind_record",
        "event",
        ["kind", "record"],
        unique=True,
        sqlite_where=sa.text(rule),
        postgresql_where=sa.text(rule),
    )


def make_tables() -> None:
    """Openings, their lines, their checks."""
    op.create_table(
        "opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "drafted",
                "submitted",
                "checked",
                "posted",
                "reversed",
                "rejected",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("posted_by", sa.Uuid(), nullable=True),
        sa.Column("posted_at", Instant(), nullable=True),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "(status IN ('posted', 'reversed')) = (posted_at IS NOT NULL)"
            " AND (posted_at IS NULL) = (posted_by IS NULL)"
            " AND (posted_at IS NULL) = (notice_id IS NULL)",
            name=op.f("ck_opening_posting_is_whole"),
        ),
        sa.CheckConstraint(
            "(status IN ('rejected', 'withdrawn')) = (ended_at IS NOT NULL)"
            " AND (ended_at IS NULL) = (ended_by IS NULL)"
            " AND (ended_at IS NULL) = (ended_reason IS NULL)",
            name=op.f("ck_opening_ending_is_whole"),
        ),
        sa.CheckConstraint(
            "(submitted_at IS NULL) = (submitted_by IS NULL)"
            " AND (submitted_at IS NOT NULL OR status IN ('drafted', 'withdrawn'))",
            name=op.f("ck_opening_submission_is_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_opening_village_division")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_opening_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    op.create_index(op.f("ix_opening_village"), "opening", ["village"])
    op.create_index(
        "uq_opening_unfinished",
        "opening",
        ["village"],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )
    make_lines()
    op.create_table(
        "opening_check",
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("checker", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "reviewer", "supervisor", name="role", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_opening_check_opening_id_opening")
        ),
        sa.PrimaryKeyConstraint("opening_id", "checker", name=op.f("pk_opening_check")),
    )


def make_lines() -> None:
    """The lines of openings."""
    references = (
        ("opening_id", "opening", "id"),
        ("village", "division", "code"),
        ("household_id", "household", "id"),
        ("good_id", "good", "id"),
        ("movement_id", "stock_movement", "id"),
        ("reversed_movement_id", "stock_movement", "id"),
    )
    op.create_table(
        "opening_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "points", "fund", "stock", name="part", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("row", sa.BigInteger(), nullable=True),
        sa.Column("typed", sa.JSON(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("cash_fen", sa.BigInteger(), nullable=True),
        sa.Column("bank_fen", sa.BigInteger(), nullable=True),
        sa.Column("good_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit_cost_fen", sa.BigInteger(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("movement_id", sa.Uuid(), nullable=True),
        sa.Column("reversed_event_id", sa.Uuid(), nullable=True),
        sa.Column("reversed_movement_id", sa.Uuid(), nullable=True),
        sa.Column("reversed_by", sa.Uuid(), nullable=True),
        sa.Column("reversed_at", Instant(), nullable=True),
        sa.Column("reversed_reason", sa.String(length=300), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_opening_line_{name}"))
            for name, rule in LINE_RULES.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.{key}"], name=op.f(f"fk_opening_line_{column}_{table}")
            )
            for column, table, key in references
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_line")),
        sa.UniqueConstraint("opening_id", "line", name=op.f("uq_opening_line_opening_id_line")),
    )
    for name, column, part in STANDING_ONCE:
        once = sa.text(f"part = '{part}' AND {STANDING}")
        op.create_index(
            f"uq_opening_line_standing_{name}",
            "opening_line",
            [column],
            unique=True,
            sqlite_where=once,
            postgresql_where=once,
        )


LINE_RULES = {
    "only_points": "part = 'points' OR (household_id IS NULL AND points IS NULL)",
    "fund": "part = 'fund' OR (cash_fen IS NULL AND bank_fen IS NULL)",
    "only_stock": "part = 'stock'"
    " OR (good_id IS NULL AND quantity IS NULL AND unit_cost_fen IS NULL)",
    "points": "points > 0",
    "money": "cash_fen >= 0 AND bank_fen >= 0",
    "goods": "quantity > 0 AND unit_cost_fen >= 0",
    "event_has_figures": "event_id IS NULL"
    " OR (household_id IS NOT NULL AND points IS NOT NULL)"
    " OR (cash_fen IS NOT NULL AND bank_fen IS NOT NULL)",
    "movement_has_figures": "movement_id IS NULL"
    " OR (good_id IS NOT NULL AND quantity IS NOT NULL AND unit_cost_fen IS NOT NULL)",
    "reversal_is_whole": "(reversed_at IS NULL) = (reversed_by IS NULL)"
    " AND (reversed_at IS NULL) = (reversed_reason IS NULL)"
    " AND (reversed_at IS NULL) = (reversed_event_id IS NULL AND reversed_movement_id IS NULL)"
    " AND (reversed_event_id IS NULL OR event_id IS NOT NULL)"
    " AND (reversed_movement_id IS NULL OR movement_id IS NOT NULL)",
}


def downgrade() -> None:
    op.drop_index(op.f("ix_objection_opening_line_id"), table_name="objection")
    with op.batch_alter_table("objection") as table:
        table.drop_constraint(op.f("fk_objection_opening_line_id_opening_line"), type_="foreignkey")
        drop_checks(table, "objection", "one_subject")
        table.create_check_constraint(op.f("ck_objection_one_subject"), one_of(*OBJECTED_BEFORE))
        table.drop_column("opening_line_id")
    with op.batch_alter_table("notice_line") as table:
        table.drop_constraint(
            op.f("fk_notice_line_opening_line_id_opening_line"), type_="foreignkey"
        )
        table.drop_constraint(op.f("uq_notice_line_opening_line_id"), type_="unique")
        drop_checks(table, "notice_line", "one_subject", *FIGURES)
        for name, rule in FIGURES_BEFORE.items():
            table.create_check_constraint(op.f(f"ck_notice_line_{name}"), rule)
        rule = "(award_id IS NULL) <> (disbursement_id IS NULL)"
        table.create_check_constraint(op.f("ck_notice_line_one_subject"), rule)
        table.drop_column("opening_line_id")
    op.drop_table("opening_check")
    op.drop_table("opening_line")
    op.drop_table("opening")
    replace_choice("stock_movement", "source", SOURCES)
    replace_choice("stock_movement", "kind", MOVEMENT_KINDS)
    replace_choice("notice", "kind", NOTICE_KINDS)
    replace_record_index(RECORDS_BEFORE)
