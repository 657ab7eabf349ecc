"""Rulebooks, rule items, awards, and what was decided on them."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0006_awards"
down_revision = "0005_cards"


def upgrade() -> None:
    op.create_table(
        "rulebook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "adopted", name="status", native_enum=False, create_constraint=True),
            nullable=False,
        ),
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
        sa.CheckConstraint(
            "status = 'draft' OR (held_on IS NOT NULL AND present IS NOT NULL AND in_favour"
            " IS NOT NULL AND against IS NOT NULL AND effective_on IS NOT NULL AND "
            "adopted_by IS NOT NULL AND adopted_at IS NOT NULL)",
            name=op.f("ck_rulebook_adoption_is_whole"),
        ),
        sa.CheckConstraint("2 * in_favour > present", name=op.f("ck_rulebook_majority")),
        sa.CheckConstraint("against >= 0", name=op.f("ck_rulebook_against_not_negative")),
        sa.CheckConstraint("effective_on >= held_on", name=op.f("ck_rulebook_not_backwards")),
        sa.CheckConstraint(
            "in_favour + against <= present", name=op.f("ck_rulebook_votes_of_present")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_rulebook_number_from_one")),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["file.id"], name=op.f("fk_rulebook_minutes_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_rulebook_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook")),
        sa.UniqueConstraint("village", "number", name=op.f("uq_rulebook_village_number")),
    )
    op.create_index(op.f("ix_rulebook_minutes_id"), "rulebook", ["minutes_id"], unique=False)
    op.create_table(
        "rule_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rulebook_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "patrol",
                "safety",
                "mediation",
                "environment",
                "neighbours",
                "public_works",
                "council",
                "learning",
                "culture",
                name="category",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("name_zh", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("cap_points", sa.BigInteger(), nullable=True),
        sa.Column(
            "cap_per",
            sa.Enum(
                "person", "household", name="cap_per", native_enum=False, create_constraint=True
            ),
            nullable=True,
        ),
        sa.Column(
            "cap_period",
            sa.Enum(
                "day",
                "month",
                "quarter",
                "year",
                name="cap_period",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column(
            "evidence",
            sa.Enum(
                "patrol",
                "photo",
                "call",
                "sign_in",
                "witness",
                "document",
                "minutes",
                "visit",
                "weigh",
                name="evidence",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("claimable", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(cap_points IS NULL) = (cap_per IS NULL) AND (cap_points IS NULL) = "
            "(cap_period IS NULL)",
            name=op.f("ck_rule_item_cap_is_whole"),
        ),
        sa.CheckConstraint("cap_points >= points", name=op.f("ck_rule_item_cap_holds_one")),
        sa.CheckConstraint(
            "length(name_zh) > 0 AND length(unit) > 0", name=op.f("ck_rule_item_named")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_rule_item_points_positive")),
        sa.ForeignKeyConstraint(
            ["rulebook_id"], ["rulebook.id"], name=op.f("fk_rule_item_rulebook_id_rulebook")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_item")),
        sa.UniqueConstraint("rulebook_id", "code", name=op.f("uq_rule_item_rulebook_id_code")),
        sa.UniqueConstraint("rulebook_id", "line", name=op.f("uq_rule_item_rulebook_id_line")),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("rule_item_id", sa.Uuid(), nullable=False),
        sa.Column("rule_code", sa.String(length=12), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "reviewed",
                "published",
                "objected",
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
        sa.Column("reviewers", sa.BigInteger(), nullable=False),
        sa.Column("review_above", sa.BigInteger(), nullable=True),
        sa.Column("reviews_needed", sa.BigInteger(), nullable=False),
        sa.Column("publicity_days", sa.BigInteger(), nullable=False),
        sa.Column("objection_days", sa.BigInteger(), nullable=False),
        sa.Column(
            "notice_names",
            sa.Enum(
                "masked", "full", name="notice_names", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("last_event_id", sa.Uuid(), nullable=True),
        sa.Column("posted_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(status IN ('posted', 'reversed')) = (event_id IS NOT NULL)",
            name=op.f("ck_award_posted_has_event"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('published', 'objected') OR notice IS NOT NULL",
            name=op.f("ck_award_published_has_notice"),
        ),
        sa.CheckConstraint(
            "(event_id IS NULL) = (last_event_id IS NULL) AND (event_id IS NULL) = "
            "(posted_at IS NULL)",
            name=op.f("ck_award_event_is_whole"),
        ),
        sa.CheckConstraint(
            "on_behalf_of IS NULL OR claimed", name=op.f("ck_award_behalf_is_claim")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_award_points_positive")),
        sa.CheckConstraint("publicity_days BETWEEN 0 AND 15", name=op.f("ck_award_publicity_days")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_award_quantity_positive")),
        sa.CheckConstraint(
            "reviews_needed > 0 OR publicity_days > 0", name=op.f("ck_award_reviewed_or_public")
        ),
        sa.CheckConstraint("reviews_needed BETWEEN 0 AND 2", name=op.f("ck_award_reviews_needed")),
        sa.ForeignKeyConstraint(
            ["rule_item_id"], ["rule_item.id"], name=op.f("fk_award_rule_item_id_rule_item")
        ),
        sa.ForeignKeyConstraint(
            ["village", "household_id"],
            ["household.village", "household.id"],
            name=op.f("fk_award_village_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "resident_id"],
            ["resident.village", "resident.id"],
            name=op.f("fk_award_village_resident_id_resident"),
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_award_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("event_id", name=op.f("uq_award_event_id")),
        sa.UniqueConstraint("last_event_id", name=op.f("uq_award_last_event_id")),
    )
    op.create_index(op.f("ix_award_batch_id"), "award", ["batch_id"], unique=False)
    op.create_index(
        "ix_award_household_id_rule_code_occurred_on",
        "award",
        ["household_id", "rule_code", "occurred_on"],
        unique=False,
    )
    op.create_index(
        "ix_award_resident_id_rule_code_occurred_on",
        "award",
        ["resident_id", "rule_code", "occurred_on"],
        unique=False,
    )
    op.create_index(op.f("ix_award_rule_item_id"), "award", ["rule_item_id"], unique=False)
    op.create_index(op.f("ix_award_village_notice"), "award", ["village", "notice"], unique=False)
    op.create_index(op.f("ix_award_village_status"), "award", ["village", "status"], unique=False)
    op.create_table(
        "award_evidence",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_award_evidence_award_id_award")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_award_evidence_file_id_file")
        ),
        sa.PrimaryKeyConstraint("award_id", "file_id", name=op.f("pk_award_evidence")),
    )
    op.create_index(op.f("ix_award_evidence_file_id"), "award_evidence", ["file_id"], unique=False)
    op.create_table(
        "award_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.Uuid(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "approve", "reject", name="decision", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "decision = 'approve' OR (reason IS NOT NULL AND length(reason) > 0)",
            name=op.f("ck_award_review_no_has_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_award_review_award_id_award")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_review")),
        sa.UniqueConstraint("award_id", "reviewer", name=op.f("uq_award_review_award_id_reviewer")),
    )
    op.create_table(
        "award_turn",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column(
            "turn",
            sa.Enum(
                "reversal", "reinstatement", name="turn", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("turned_by", sa.Uuid(), nullable=False),
        sa.Column("turned_at", Instant(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_award_turn_reason")),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_award_turn_award_id_award")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_turn")),
        sa.UniqueConstraint("event_id", name=op.f("uq_award_turn_event_id")),
    )
    op.create_index(op.f("ix_award_turn_award_id"), "award_turn", ["award_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_award_turn_award_id"), table_name="award_turn")
    op.drop_table("award_turn")
    op.drop_table("award_review")
    op.drop_index(op.f("ix_award_evidence_file_id"), table_name="award_evidence")
    op.drop_table("award_evidence")
    op.drop_index(op.f("ix_award_village_status"), table_name="award")
    op.drop_index(op.f("ix_award_village_notice"), table_name="award")
    op.drop_index(op.f("ix_award_rule_item_id"), table_name="award")
    op.drop_index("ix_award_resident_id_rule_code_occurred_on", table_name="award")
    op.drop_index("ix_award_household_id_rule_code_occurred_on", table_name="award")
    op.drop_index(op.f("ix_award_batch_id"), table_name="award")
    op.drop_table("award")
    op.drop_table("rule_item")
    op.drop_index(op.f("ix_rulebook_minutes_id"), table_name="rulebook")
    op.drop_table("rulebook")
