"""Notices with their lines, and objections with their rulings."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0009_notices"
down_revision = "0008_shop"


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "awards", "disbursements", name="kind", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column(
            "names",
            sa.Enum("masked", "full", name="names", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_notice_closing_is_whole")
        ),
        sa.CheckConstraint("closes_on > opened_on", name=op.f("ck_notice_open_for_a_day")),
        sa.CheckConstraint("length(fingerprint) = 64", name=op.f("ck_notice_fingerprint")),
        sa.CheckConstraint("number > 0", name=op.f("ck_notice_number_from_one")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_notice_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("village", "number", name=op.f("uq_notice_village_number")),
    )
    op.create_table(
        "notice_line",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=True),
        sa.Column("disbursement_id", sa.Uuid(), nullable=True),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("what", sa.String(length=100), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "(award_id IS NULL) <> (disbursement_id IS NULL)",
            name=op.f("ck_notice_line_one_subject"),
        ),
        sa.CheckConstraint(
            "(award_id IS NULL) = (points IS NULL)", name=op.f("ck_notice_line_award_has_points")
        ),
        sa.CheckConstraint(
            "(disbursement_id IS NULL) = (amount_fen IS NULL)",
            name=op.f("ck_notice_line_disbursement_has_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_notice_line_award_id_award")
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["disbursement.id"],
            name=op.f("fk_notice_line_disbursement_id_disbursement"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_line_notice_id_notice")
        ),
        sa.PrimaryKeyConstraint("notice_id", "line", name=op.f("pk_notice_line")),
        sa.UniqueConstraint("award_id", name=op.f("uq_notice_line_award_id")),
        sa.UniqueConstraint("disbursement_id", name=op.f("uq_notice_line_disbursement_id")),
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("award_id", sa.Uuid(), nullable=True),
        sa.Column("disbursement_id", sa.Uuid(), nullable=True),
        sa.Column("redemption_id", sa.Uuid(), nullable=True),
        sa.Column("missing_resident_id", sa.Uuid(), nullable=True),
        sa.Column("missing_rule_item", sa.String(length=12), nullable=True),
        sa.Column("missing_occurred_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "upheld",
                "overruled",
                name="status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("ruling_reason", sa.String(length=300), nullable=True),
        sa.Column("shop_at_fault", sa.Boolean(), nullable=True),
        sa.Column("ruled_by", sa.Uuid(), nullable=True),
        sa.Column("ruled_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(status = 'open') = (ruled_by IS NULL) AND (ruled_by IS NULL) = (ruled_at IS "
            "NULL) AND (ruled_by IS NULL) = (ruling_reason IS NULL)",
            name=op.f("ck_objection_ruling_is_whole"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN award_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN disbursement_id IS"
            " NULL THEN 0 ELSE 1 END) + (CASE WHEN redemption_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN missing_resident_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_objection_one_subject"),
        ),
        sa.CheckConstraint(
            "(missing_resident_id IS NULL) = (missing_rule_item IS NULL) AND "
            "(missing_resident_id IS NULL) = (missing_occurred_on IS NULL)",
            name=op.f("ck_objection_missing_is_whole"),
        ),
        sa.CheckConstraint(
            "(notice_id IS NULL) = (line IS NULL)", name=op.f("ck_objection_line_of_notice")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_objection_reason")),
        sa.CheckConstraint(
            "shop_at_fault IS NULL OR redemption_id IS NOT NULL",
            name=op.f("ck_objection_fault_of_redemption"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_objection_award_id_award")
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["disbursement.id"],
            name=op.f("fk_objection_disbursement_id_disbursement"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_objection_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["missing_resident_id"],
            ["resident.id"],
            name=op.f("fk_objection_missing_resident_id_resident"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id", "line"],
            ["notice_line.notice_id", "notice_line.line"],
            name=op.f("fk_objection_notice_id_line_notice_line"),
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemption.id"], name=op.f("fk_objection_redemption_id_redemption")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_objection_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_award_id"), "objection", ["award_id"], unique=False)
    op.create_index(
        op.f("ix_objection_disbursement_id"), "objection", ["disbursement_id"], unique=False
    )
    op.create_index(op.f("ix_objection_household_id"), "objection", ["household_id"], unique=False)
    op.create_index(
        op.f("ix_objection_redemption_id"), "objection", ["redemption_id"], unique=False
    )
    op.create_index(
        op.f("ix_objection_village_status"), "objection", ["village", "status"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_objection_village_status"), table_name="objection")
    op.drop_index(op.f("ix_objection_redemption_id"), table_name="objection")
    op.drop_index(op.f("ix_objection_household_id"), table_name="objection")
    op.drop_index(op.f("ix_objection_disbursement_id"), table_name="objection")
    op.drop_index(op.f("ix_objection_award_id"), table_name="objection")
    op.drop_table("objection")
    op.drop_table("notice_line")
    op.drop_table("notice")
