"""Rulebooks: a draft's revision, discarded drafts, and triggers that keep what was adopted.

SQLite changes a CHECK only by making the table anew, and Alembic would then forget the others: so
the whole table stands here, as it is after this migration and as it was before.
"""

import sqlalchemy as sa
from alembic import op

from incentives.awards.triggers import CLOSED_STATE, RULEBOOK_GUARDS
from incentives.database import Instant
from incentives.triggers import create_guards, drop_guards

revision = "0014_rulebooks"
down_revision = "0013_recovery"

WHOLE = (
    "held_on IS NOT NULL AND present IS NOT NULL AND in_favour IS NOT NULL AND against IS NOT NULL"
    " AND effective_on IS NOT NULL AND adopted_by IS NOT NULL AND adopted_at IS NOT NULL"
)
NEW = (f"status <> 'adopted' OR ({WHOLE})", ("draft", "adopted", "discarded"))
OLD = (f"status = 'draft' OR ({WHOLE})", ("draft", "adopted"))


def status_type(values: tuple[str, ...]) -> sa.Enum:
    """The status as text; its CHECK stands beside it."""
    return sa.Enum(*values, name="status", native_enum=False, create_constraint=False)


def status_check(values: tuple[str, ...]) -> str:
    """The CHECK of the status."""
    return "status IN ({})".format(", ".join(f"'{value}'" for value in values))


def table(whole: str, values: tuple[str, ...]) -> sa.Table:
    """The table of versions with these CHECKs."""
    return sa.Table(
        "rulebook",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("status", status_type(values), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("present", sa.BigInteger(), nullable=True),
        sa.Column("in_favour", sa.BigInteger(), nullable=True),
        sa.Column("against", sa.BigInteger(), nullable=True),
        sa.Column("minutes_id", sa.Uuid(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("adopted_by", sa.Uuid(), nullable=True),
        sa.Column("adopted_at", Instant(), nullable=True),
        sa.CheckConstraint(status_check(values), name="ck_rulebook_status"),
        sa.CheckConstraint(whole, name="ck_rulebook_adoption_is_whole"),
        sa.CheckConstraint("2 * in_favour > present", name="ck_rulebook_majority"),
        sa.CheckConstraint("against >= 0", name="ck_rulebook_against_not_negative"),
        sa.CheckConstraint("effective_on >= held_on", name="ck_rulebook_not_backwards"),
        sa.CheckConstraint("in_favour + against <= present", name="ck_rulebook_votes_of_present"),
        sa.CheckConstraint("number > 0", name="ck_rulebook_number_from_one"),
        sa.ForeignKeyConstraint(["minutes_id"], ["file.id"], name="fk_rulebook_minutes_id_file"),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name="fk_rulebook_village_division"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rulebook"),
        sa.UniqueConstraint("village", "number", name="uq_rulebook_village_number"),
        sa.Index("ix_rulebook_minutes_id", "minutes_id"),
    )


def revision_column() -> sa.Column[int]:
    """The column of the revision; versions that are there begin at 1."""
    return sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False)


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        with op.batch_alter_table("rulebook", copy_from=table(*NEW), recreate="always") as batch:
            batch.add_column(revision_column())
            batch.create_check_constraint(op.f("ck_rulebook_revision_from_one"), "revision > 0")
    else:
        op.add_column("rulebook", revision_column())
        op.create_check_constraint(
            op.f("ck_rulebook_revision_from_one"), "rulebook", "revision > 0"
        )
        exchange_checks(*NEW, from_length=7, to_length=9)
    create_guards(bind, RULEBOOK_GUARDS, CLOSED_STATE)


def exchange_checks(
    whole: str, values: tuple[str, ...], *, from_length: int, to_length: int
) -> None:
    """Put the CHECKs of a status in the place of the others, and give it the room it needs."""
    for name in ("status", "adoption_is_whole"):
        op.drop_constraint(op.f(f"ck_rulebook_{name}"), "rulebook", type_="check")
    op.alter_column(
        "rulebook",
        "status",
        type_=sa.String(to_length),
        existing_type=sa.String(from_length),
        existing_nullable=False,
    )
    op.create_check_constraint(op.f("ck_rulebook_status"), "rulebook", status_check(values))
    op.create_check_constraint(op.f("ck_rulebook_adoption_is_whole"), "rulebook", whole)


def downgrade() -> None:
    bind = op.get_bind()
    drop_guards(bind, RULEBOOK_GUARDS)
    # What has no place in the tables of before goes: a discarded draft with its items.
    op.execute(
        "DELETE FROM rule_item WHERE rulebook_id IN"
        " (SELECT id FROM rulebook WHERE status = 'discarded')"
    )
    op.execute("DELETE FROM rulebook WHERE status = 'discarded'")
    if bind.dialect.name == "sqlite":
        before = table(*OLD)
        before.append_column(revision_column())
        with op.batch_alter_table("rulebook", copy_from=before, recreate="always") as batch:
            batch.drop_column("revision")
    else:
        op.drop_constraint(op.f("ck_rulebook_revision_from_one"), "rulebook", type_="check")
        op.drop_column("rulebook", "revision")
        exchange_checks(*OLD, from_length=9, to_length=7)
