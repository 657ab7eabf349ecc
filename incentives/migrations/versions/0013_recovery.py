"""Tables of recovery, and the triggers that hold events back while the books wait for it."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant
from incentives.ledger.triggers import OF_RECOVERY, create_triggers, drop_triggers

revision = "0013_recovery"
down_revision = "0012_openings"

WAYS = ("catch_up", "reopen", "resolved")


def upgrade() -> None:
    create_recovery()
    create_recovery_item()
    create_recovery_signature()
    create_triggers(op.get_bind(), OF_RECOVERY)


def downgrade() -> None:
    drop_triggers(op.get_bind(), OF_RECOVERY)
    op.drop_table("recovery_signature")
    op.drop_index("ix_recovery_item_recovery_id_id", table_name="recovery_item")
    op.drop_table("recovery_item")
    op.drop_table("recovery")


def listed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True)


def create_recovery() -> None:
    op.create_table(
        "recovery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=True),
        sa.Column(
            "cause", listed("cause", "rolled_back", "seals_lost", "seals_unusable"), nullable=False
        ),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("began_at", Instant(), nullable=True),
        sa.Column("caught_up_at", Instant(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("replaying", sa.Boolean(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("way", listed("way", *WAYS), nullable=True),
        sa.CheckConstraint("waiting", name=op.f("ck_recovery_waiting_or_null")),
        sa.CheckConstraint(
            "(waiting IS NULL) = (ended_at IS NOT NULL)",
            name=op.f("ck_recovery_waits_until_ended"),
        ),
        sa.CheckConstraint(
            "(caught_up_at IS NULL) = (digest IS NULL)", name=op.f("ck_recovery_list_has_digest")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (way IS NULL)", name=op.f("ck_recovery_ending_is_whole")
        ),
        sa.CheckConstraint(
            "way <> 'catch_up' OR caught_up_at IS NOT NULL",
            name=op.f("ck_recovery_caught_up_first"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
        sa.UniqueConstraint("waiting", name=op.f("uq_recovery_waiting")),
    )


def create_recovery_item() -> None:
    kinds = (
        "since",
        "record",
        "facts",
        "detail",
        "stock_movement",
        "village",
        "household",
        "shop",
        "unsigned",
        "lease",
    )
    op.create_table(
        "recovery_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("kind", listed("kind", *kinds), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recovery_id"], ["recovery.id"], name=op.f("fk_recovery_item_recovery_id_recovery")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_item")),
    )
    op.create_index("ix_recovery_item_recovery_id_id", "recovery_item", ["recovery_id", "id"])


def create_recovery_signature() -> None:
    op.create_table(
        "recovery_signature",
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("signer", listed("signer", "administrator", "supervisor"), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("way", listed("way", *WAYS), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.CheckConstraint("way <> 'resolved'", name=op.f("ck_recovery_signature_way_is_signed")),
        sa.CheckConstraint(
            "way <> 'catch_up' OR digest IS NOT NULL",
            name=op.f("ck_recovery_signature_list_is_signed"),
        ),
        sa.ForeignKeyConstraint(
            ["recovery_id"],
            ["recovery.id"],
            name=op.f("fk_recovery_signature_recovery_id_recovery"),
        ),
        sa.PrimaryKeyConstraint("recovery_id", "signer", name=op.f("pk_recovery_signature")),
        sa.UniqueConstraint(
            "recovery_id", "person", name=op.f("uq_recovery_signature_recovery_id_person")
        ),
    )
