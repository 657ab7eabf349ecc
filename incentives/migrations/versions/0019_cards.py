"""A phone's changing codes, vouches, sheets of cards; how else a card can be shown."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0019_cards"
down_revision = "0018_settlements"

SHOWN_BEFORE = ("code", "number")
SHOWN = (*SHOWN_BEFORE, "phone", "name")
OPEN_CODE = sa.text("used_at IS NULL AND cancelled_at IS NULL")
VOUCHED = {
    "name_is_vouched": "shown_by <> 'name' OR vouched_by IS NOT NULL",
    "another_vouches": "vouched_by <> redeemed_by",
}


def upgrade() -> None:
    with op.batch_alter_table("scan") as table:
        replace_shown_by(table, "scan", SHOWN)
    with op.batch_alter_table("redemption") as table:
        table.add_column(sa.Column("vouched_by", sa.Uuid(), nullable=True))
        replace_shown_by(table, "redemption", SHOWN)
        for name, rule in VOUCHED.items():
            table.create_check_constraint(op.f(f"ck_redemption_{name}"), rule)
    op.add_column("card_issue", sa.Column("printed_at", Instant(), nullable=True))
    make_phone_code()
    make_vouch()
    make_sheet_job()


def replace_shown_by(table: object, of: str, values: tuple[str, ...]) -> None:
    """Let the column take these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = op.f(f"ck_{of}_shown_by")
    table.drop_constraint(name, type_="check")  # type: ignore[attr-defined]
    table.create_check_constraint(  # type: ignore[attr-defined]
        name, f"shown_by IN ({listed})"
    )


def make_phone_code() -> None:
    """The codes on phones, of which the digest is kept."""
    op.create_table(
        "phone_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("issue", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_phone_code_expires_after_made")),
        sa.CheckConstraint(
            "used_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_phone_code_one_end")
        ),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_phone_code_card_id_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_phone_code_digest")),
    )
    op.create_index(op.f("ix_phone_code_made_at"), "phone_code", ["made_at"], unique=False)
    op.create_index(
        "uq_phone_code_open",
        "phone_code",
        ["card_id"],
        unique=True,
        sqlite_where=OPEN_CODE,
        postgresql_where=OPEN_CODE,
    )


def make_vouch() -> None:
    """What a cadre is asked by a counter, and the answer."""
    rules = {
        "points_positive": "points > 0",
        "answered_by_whom": "(status = 'waiting') = (answered_by IS NULL)",
        "answered_when": "(answered_by IS NULL) = (answered_at IS NULL)",
        "another_answers": "answered_by <> asked_by",
        "reason_of_refusal": "reason IS NULL OR status = 'refused'",
        "expires_after_asked": "expires_at > asked_at",
        "status": "status IN ('waiting', 'confirmed', 'refused')",
    }
    op.create_table(
        "vouch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        *[sa.CheckConstraint(rule, name=op.f(f"ck_vouch_{name}")) for name, rule in rules.items()],
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_vouch_card_id_card")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_vouch_household_id_household")
        ),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_vouch_scan_id_scan")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_vouch_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouch")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_vouch_scan_id")),
    )
    for column in ("village", "household_id", "asked_by"):
        op.create_index(op.f(f"ix_vouch_{column}"), "vouch", [column], unique=False)


def make_sheet_job() -> None:
    """Cards to be laid out in the background."""
    rules = {
        "has_cards": "cards > 0",
        "done_within": "cards_done BETWEEN 0 AND cards",
        "pages_not_negative": "pages_done >= 0",
        "ready_when": "(status = 'ready') = (ready_at IS NOT NULL)",
        "held_by_whom": "(held_by IS NULL) = (held_until IS NULL)",
        "failures_not_negative": "failures >= 0",
        "grid_of_village": "substr(grid, 1, 12) = village",
        "status": "status IN ('waiting', 'making', 'ready', 'failed')",
    }
    op.create_table(
        "sheet_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("grid", sa.String(length=15), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("cards", sa.BigInteger(), nullable=False),
        sa.Column("cards_done", sa.BigInteger(), nullable=False),
        sa.Column("pages_done", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=7), nullable=False),
        sa.Column("held_by", sa.String(length=32), nullable=True),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("unprintable", sa.JSON(), nullable=False),
        sa.Column("ready_at", Instant(), nullable=True),
        *[
            sa.CheckConstraint(rule, name=op.f(f"ck_sheet_job_{name}"))
            for name, rule in rules.items()
        ],
        sa.ForeignKeyConstraint(
            ["grid"], ["division.code"], name=op.f("fk_sheet_job_grid_division")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_sheet_job_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_job")),
    )
    for column in ("village", "asked_at", "status"):
        op.create_index(op.f(f"ix_sheet_job_{column}"), "sheet_job", [column], unique=False)


def downgrade() -> None:
    op.drop_table("sheet_job")
    op.drop_table("vouch")
    op.drop_table("phone_code")
    op.drop_column("card_issue", "printed_at")
    forget_other_ways()
    with op.batch_alter_table("redemption") as table:
        for name in VOUCHED:
            table.drop_constraint(op.f(f"ck_redemption_{name}"), type_="check")
        replace_shown_by(table, "redemption", SHOWN_BEFORE)
        table.drop_column("vouched_by")
    with op.batch_alter_table("scan") as table:
        replace_shown_by(table, "scan", SHOWN_BEFORE)


def forget_other_ways() -> None:
    """What the older version can't say, it says as the nearest: a number was at hand."""
    for of in ("scan", "redemption"):
        op.execute(f"UPDATE {of} SET shown_by = 'number' WHERE shown_by IN ('phone', 'name')")  # noqa: S608
