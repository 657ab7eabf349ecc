"""Cards and their prints, the keys that sign them, PIN locks, scans."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0005_cards"
down_revision = "0004_files"


def upgrade() -> None:
    op.create_table(
        "card_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("spki", sa.LargeBinary(length=200), nullable=False),
        sa.Column("from_at", Instant(), nullable=False),
        sa.Column("until_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_key")),
        sa.UniqueConstraint("spki", name=op.f("uq_card_key_spki")),
    )
    op.create_index(op.f("ix_card_key_hint"), "card_key", ["hint"], unique=False)
    op.create_table(
        "card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.String(length=16), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("issue", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "suspended",
                "revoked",
                name="status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("pin_hash", sa.String(length=200), nullable=True),
        sa.Column("demo_pin", sa.Boolean(), nullable=False),
        sa.CheckConstraint("expires_on >= issued_on", name=op.f("ck_card_expires_after_issue")),
        sa.CheckConstraint("issue BETWEEN 1 AND 65535", name=op.f("ck_card_issue_in_code")),
        sa.CheckConstraint("length(card_id) = 16", name=op.f("ck_card_card_id_of_8_bytes")),
        sa.CheckConstraint("length(number) = 12", name=op.f("ck_card_number_of_12")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_card_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_card_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_card_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("card_id", name=op.f("uq_card_card_id")),
        sa.UniqueConstraint("number", name=op.f("uq_card_number")),
    )
    op.create_index(op.f("ix_card_household_id"), "card", ["household_id"], unique=False)
    op.create_index(op.f("ix_card_resident_id"), "card", ["resident_id"], unique=False)
    op.create_index(op.f("ix_card_village"), "card", ["village"], unique=False)
    op.create_table(
        "card_issue",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("issue", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_card_issue_card_id_card")),
        sa.PrimaryKeyConstraint("card_id", "issue", name=op.f("pk_card_issue")),
        sa.UniqueConstraint("number", name=op.f("uq_card_issue_number")),
    )
    op.create_table(
        "pin_failure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=True),
        sa.Column(
            "scope",
            sa.Enum(
                "user",
                "terminal",
                "internet",
                name="scope",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("who", sa.String(length=36), nullable=False),
        sa.Column("failed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_pin_failure_card_id_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_failure")),
    )
    op.create_index(op.f("ix_pin_failure_card_id"), "pin_failure", ["card_id"], unique=False)
    op.create_index(
        "ix_pin_failure_scope_who_failed_at",
        "pin_failure",
        ["scope", "who", "failed_at"],
        unique=False,
    )
    op.create_table(
        "pin_lock",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "user",
                "terminal",
                "internet",
                name="scope",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("who", sa.String(length=36), nullable=False),
        sa.Column("in_a_row", sa.BigInteger(), nullable=False),
        sa.Column("locked_until_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'internet') = (who = '')", name=op.f("ck_pin_lock_internet_is_one")
        ),
        sa.CheckConstraint("in_a_row >= 0", name=op.f("ck_pin_lock_count_not_negative")),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_pin_lock_card_id_card")),
        sa.PrimaryKeyConstraint("card_id", "scope", "who", name=op.f("pk_pin_lock")),
    )
    op.create_table(
        "scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=True),
        sa.Column("card_id", sa.Uuid(), nullable=True),
        sa.Column("issue", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("terminal_id", sa.Uuid(), nullable=True),
        sa.Column(
            "shown_by",
            sa.Enum("code", "number", name="shown_by", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("refused", sa.String(length=40), nullable=True),
        sa.Column("scanned_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("used_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "refused IS NOT NULL OR (user_id IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_scan_served_is_bound"),
        ),
        sa.CheckConstraint(
            "(card_id IS NULL) = (issue IS NULL)", name=op.f("ck_scan_card_has_issue")
        ),
        sa.CheckConstraint(
            "refused IS NOT NULL OR card_id IS NOT NULL", name=op.f("ck_scan_served_has_card")
        ),
        sa.CheckConstraint(
            "refused IS NULL OR used_at IS NULL", name=op.f("ck_scan_refused_is_unused")
        ),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_scan_card_id_card")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_scan_user_id_user")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_scan_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    op.create_index(op.f("ix_scan_card_id"), "scan", ["card_id"], unique=False)
    op.create_index(op.f("ix_scan_scanned_at"), "scan", ["scanned_at"], unique=False)
    op.create_index(op.f("ix_scan_user_id"), "scan", ["user_id"], unique=False)
    op.create_index(op.f("ix_scan_village"), "scan", ["village"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_scan_village"), table_name="scan")
    op.drop_index(op.f("ix_scan_user_id"), table_name="scan")
    op.drop_index(op.f("ix_scan_scanned_at"), table_name="scan")
    op.drop_index(op.f("ix_scan_card_id"), table_name="scan")
    op.drop_table("scan")
    op.drop_table("pin_lock")
    op.drop_index("ix_pin_failure_scope_who_failed_at", table_name="pin_failure")
    op.drop_index(op.f("ix_pin_failure_card_id"), table_name="pin_failure")
    op.drop_table("pin_failure")
    op.drop_table("card_issue")
    op.drop_index(op.f("ix_card_village"), table_name="card")
    op.drop_index(op.f("ix_card_resident_id"), table_name="card")
    op.drop_index(op.f("ix_card_household_id"), table_name="card")
    op.drop_table("card")
    op.drop_index(op.f("ix_card_key_hint"), table_name="card_key")
    op.drop_table("card_key")
