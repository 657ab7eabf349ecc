"""Calls: the offices that answer, what for and by whom, calls with their steps, public duties."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0024_calls"
down_revision = "0022_objections"


def upgrade() -> None:
    op.create_table(
        "call_limit",
        sa.Column("division", sa.String(length=15), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "water",
                "road",
                "power",
                "telecom",
                "hazard",
                "dispute",
                "sanitation",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("accept_minutes", sa.BigInteger(), nullable=False),
        sa.Column("on_site_minutes", sa.BigInteger(), nullable=False),
        sa.Column("resolve_minutes", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "accept_minutes > 0 AND on_site_minutes >= accept_minutes"
            " AND resolve_minutes >= on_site_minutes",
            name=op.f("ck_call_limit_minutes_rise"),
        ),
        sa.ForeignKeyConstraint(
            ["division"], ["division.code"], name=op.f("fk_call_limit_division_division")
        ),
        sa.PrimaryKeyConstraint("division", "category", name=op.f("pk_call_limit")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=15), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.CheckConstraint("length(division) <= 12", name=op.f("ck_office_division_is_no_grid")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_office_named")),
        sa.ForeignKeyConstraint(
            ["division"], ["division.code"], name=op.f("fk_office_division_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("division", "name", name=op.f("uq_office_division_name")),
    )
    op.create_table(
        "duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=15), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (note IS NULL)",
            name=op.f("ck_duty_done_is_whole"),
        ),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_duty_titled")),
        sa.ForeignKeyConstraint(
            ["division"], ["division.code"], name=op.f("fk_duty_division_division")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_duty_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    op.create_index(op.f("ix_duty_division_due_on"), "duty", ["division", "due_on"], unique=False)
    op.create_table(
        "office_category",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "water",
                "road",
                "power",
                "telecom",
                "hazard",
                "dispute",
                "sanitation",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_office_category_office_id_office")
        ),
        sa.PrimaryKeyConstraint("office_id", "category", name=op.f("pk_office_category")),
    )
    op.create_table(
        "office_person",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("is_deputy", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_office_person_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_office_person_user_id_user")
        ),
        sa.PrimaryKeyConstraint("office_id", "user_id", name=op.f("pk_office_person")),
    )
    op.create_index(op.f("ix_office_person_user_id"), "office_person", ["user_id"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("grid", sa.String(length=15), nullable=True),
        sa.Column(
            "category",
            sa.Enum(
                "water",
                "road",
                "power",
                "telecom",
                "hazard",
                "dispute",
                "sanitation",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "page",
                "desk",
                "box",
                "patrol",
                name="source",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "reported",
                "pushed",
                "accepted",
                "on_site",
                "resolved",
                "answered",
                "merged",
                "struck",
                name="status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=500), nullable=True),
        sa.Column("place", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("secret_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("reported_at", Instant(), nullable=False),
        sa.Column("pushed_at", Instant(), nullable=True),
        sa.Column("accept_by", Instant(), nullable=True),
        sa.Column("on_site_by", Instant(), nullable=True),
        sa.Column("resolve_by", Instant(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("on_site_at", Instant(), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("struck_reason", sa.String(length=300), nullable=True),
        sa.Column("rating", sa.BigInteger(), nullable=True),
        sa.Column("rating_word", sa.String(length=300), nullable=True),
        sa.Column("reopened_at", Instant(), nullable=True),
        sa.Column("award_id", sa.Uuid(), nullable=True),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(pushed_at IS NULL) = (office_id IS NULL)"
            " AND (pushed_at IS NULL) = (accept_by IS NULL)"
            " AND (pushed_at IS NULL) = (on_site_by IS NULL)"
            " AND (pushed_at IS NULL) = (resolve_by IS NULL)"
            " AND (status <> 'reported' OR pushed_at IS NULL)"
            " AND (status IN ('reported', 'struck', 'merged') OR pushed_at IS NOT NULL)",
            name=op.f("ck_call_pushed_to_an_office"),
        ),
        sa.CheckConstraint(
            "(status = 'answered') = (answered_at IS NOT NULL)", name=op.f("ck_call_answered")
        ),
        sa.CheckConstraint(
            "(status = 'merged') = (merged_into IS NOT NULL)", name=op.f("ck_call_merged")
        ),
        sa.CheckConstraint(
            "(status = 'struck') = (struck_reason IS NOT NULL)", name=op.f("ck_call_struck")
        ),
        sa.CheckConstraint(
            "(status IN ('resolved', 'answered')) = (resolved_at IS NOT NULL)"
            " AND (resolved_at IS NULL OR accepted_at IS NOT NULL)",
            name=op.f("ck_call_resolved"),
        ),
        sa.CheckConstraint(
            "rating IS NULL OR (rating BETWEEN 1 AND 5 AND status = 'answered')",
            name=op.f("ck_call_rated_once_answered"),
        ),
        sa.CheckConstraint(
            "status <> 'on_site' OR on_site_at IS NOT NULL", name=op.f("ck_call_on_site")
        ),
        sa.CheckConstraint(
            "status <> 'pushed' OR accepted_at IS NULL", name=op.f("ck_call_pushed_waits")
        ),
        sa.CheckConstraint(
            "status NOT IN ('accepted', 'on_site') OR accepted_at IS NOT NULL",
            name=op.f("ck_call_accepted"),
        ),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (text IS NOT NULL)"
            " AND (erased_at IS NULL OR (place IS NULL AND phone IS NULL))",
            name=op.f("ck_call_erased"),
        ),
        sa.CheckConstraint("length(secret_digest) = 32", name=op.f("ck_call_digest")),
        sa.CheckConstraint("merged_into <> id", name=op.f("ck_call_merged_into_another")),
        sa.CheckConstraint(
            "pushed_at >= reported_at AND accepted_at >= pushed_at"
            " AND on_site_at >= accepted_at AND resolved_at >= accepted_at"
            " AND resolved_at >= on_site_at AND answered_at >= resolved_at",
            name=op.f("ck_call_times_rise"),
        ),
        sa.CheckConstraint(
            "rating_word IS NULL OR rating IS NOT NULL", name=op.f("ck_call_word_of_rating")
        ),
        sa.CheckConstraint("substr(grid, 1, 12) = village", name=op.f("ck_call_grid_of_village")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_call_award_id_award")),
        sa.ForeignKeyConstraint(["grid"], ["division.code"], name=op.f("fk_call_grid_division")),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["call.id"], name=op.f("fk_call_merged_into_call")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_call_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_call_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_call_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("award_id", name=op.f("uq_call_award_id")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_call_secret_digest")),
    )
    op.create_index(op.f("ix_call_merged_into"), "call", ["merged_into"], unique=False)
    op.create_index(op.f("ix_call_office_id_status"), "call", ["office_id", "status"], unique=False)
    op.create_index(op.f("ix_call_village_status"), "call", ["village", "status"], unique=False)
    op.create_table(
        "call_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_step_call_id_call")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_call_step_office_id_office")
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["file.id"], name=op.f("fk_call_step_photo_id_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_step")),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_call_step_call_id_number")),
    )
    op.create_index(op.f("ix_call_step_photo_id"), "call_step", ["photo_id"], unique=False)


def downgrade() -> None:
    op.drop_table("call_step")
    op.drop_table("call")
    op.drop_table("office_person")
    op.drop_table("office_category")
    op.drop_table("duty")
    op.drop_table("office")
    op.drop_table("call_limit")
