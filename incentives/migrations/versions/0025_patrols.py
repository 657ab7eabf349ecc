"""Places with signs, routes, the rota, and patrols with their scans, findings and attendance."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant
from incentives.patrols.triggers import create_triggers, drop_triggers

revision = "0025_patrols"
down_revision = "0024_calls"


def upgrade() -> None:
    op.create_table(
        "route",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("member_rule", sa.String(length=12), nullable=False),
        sa.Column("leader_rule", sa.String(length=12), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_route_named")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_route_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("village", "id", name=op.f("uq_route_village_id")),
        sa.UniqueConstraint("village", "name", name=op.f("uq_route_village_name")),
    )
    op.create_table(
        "waypoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_waypoint_named")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_waypoint_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waypoint")),
        sa.UniqueConstraint("village", "id", name=op.f("uq_waypoint_village_id")),
        sa.UniqueConstraint("village", "name", name=op.f("uq_waypoint_village_name")),
    )
    op.create_table(
        "route_stop",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("waypoint_id", sa.Uuid(), nullable=False),
        sa.Column("least_minutes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "least_minutes BETWEEN 0 AND 600", name=op.f("ck_route_stop_least_minutes")
        ),
        sa.CheckConstraint("position >= 0", name=op.f("ck_route_stop_position")),
        sa.ForeignKeyConstraint(
            ["village", "route_id"],
            ["route.village", "route.id"],
            name=op.f("fk_route_stop_village_route_id_route"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "waypoint_id"],
            ["waypoint.village", "waypoint.id"],
            name=op.f("fk_route_stop_village_waypoint_id_waypoint"),
        ),
        sa.PrimaryKeyConstraint("route_id", "position", name=op.f("pk_route_stop")),
        sa.UniqueConstraint(
            "route_id", "waypoint_id", name=op.f("uq_route_stop_route_id_waypoint_id")
        ),
    )
    op.create_index(op.f("ix_route_stop_waypoint_id"), "route_stop", ["waypoint_id"], unique=False)
    op.create_table(
        "waypoint_code",
        sa.Column("code", sa.String(length=28), nullable=False),
        sa.Column("waypoint_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("replaced_at", Instant(), nullable=True),
        sa.CheckConstraint("length(code) = 28", name=op.f("ck_waypoint_code_code_is_whole")),
        sa.CheckConstraint("number > 0", name=op.f("ck_waypoint_code_number_from_one")),
        sa.ForeignKeyConstraint(
            ["waypoint_id"], ["waypoint.id"], name=op.f("fk_waypoint_code_waypoint_id_waypoint")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_waypoint_code")),
        sa.UniqueConstraint(
            "waypoint_id", "number", name=op.f("uq_waypoint_code_waypoint_id_number")
        ),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("planned_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (reason IS NULL)", name=op.f("ck_shift_cancelled_has_reason")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shift_not_backwards")),
        sa.ForeignKeyConstraint(
            ["village", "route_id"],
            ["route.village", "route.id"],
            name=op.f("fk_shift_village_route_id_route"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "team_id"],
            ["team.village", "team.id"],
            name=op.f("fk_shift_village_team_id_team"),
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_shift_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("team_id", "starts_at", name=op.f("uq_shift_team_id_starts_at")),
        sa.UniqueConstraint("village", "id", name=op.f("uq_shift_village_id")),
    )
    op.create_index(op.f("ix_shift_series_id"), "shift", ["series_id"], unique=False)
    op.create_index(op.f("ix_shift_village_on_day"), "shift", ["village", "on_day"], unique=False)
    op.create_table(
        "patrol",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=True),
        sa.Column("route_id", sa.Uuid(), nullable=True),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "walking",
                "closed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("weather", sa.String(length=40), nullable=True),
        sa.Column("log", sa.String(length=1000), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(status = 'cancelled') = (reason IS NOT NULL)",
            name=op.f("ck_patrol_cancelled_has_reason"),
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (weather IS NOT NULL)"
            " AND (status = 'closed') = (log IS NOT NULL)",
            name=op.f("ck_patrol_closed_has_log"),
        ),
        sa.CheckConstraint(
            "(status = 'walking') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)",
            name=op.f("ck_patrol_end_is_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "leader_id"],
            ["resident.village", "resident.id"],
            name=op.f("fk_patrol_village_leader_id_resident"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "route_id"],
            ["route.village", "route.id"],
            name=op.f("fk_patrol_village_route_id_route"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "shift_id"],
            ["shift.village", "shift.id"],
            name=op.f("fk_patrol_village_shift_id_shift"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "team_id"],
            ["team.village", "team.id"],
            name=op.f("fk_patrol_village_team_id_team"),
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_patrol_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol")),
        sa.UniqueConstraint("village", "id", name=op.f("uq_patrol_village_id")),
    )
    op.create_index(op.f("ix_patrol_team_id"), "patrol", ["team_id"], unique=False)
    op.create_index(
        op.f("ix_patrol_village_started_at"), "patrol", ["village", "started_at"], unique=False
    )
    op.create_index(
        "uq_patrol_shift",
        "patrol",
        ["shift_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'cancelled'"),
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.create_table(
        "shift_swap",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("stand_in_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (accepted IS NULL)"
            " AND (answered_at IS NULL) = (answered_by IS NULL)",
            name=op.f("ck_shift_swap_answer_is_whole"),
        ),
        sa.CheckConstraint("resident_id <> stand_in_id", name=op.f("ck_shift_swap_another")),
        sa.ForeignKeyConstraint(
            ["village", "resident_id"],
            ["resident.village", "resident.id"],
            name=op.f("fk_shift_swap_village_resident_id_resident"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "shift_id"],
            ["shift.village", "shift.id"],
            name=op.f("fk_shift_swap_village_shift_id_shift"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "stand_in_id"],
            ["resident.village", "resident.id"],
            name=op.f("fk_shift_swap_village_stand_in_id_resident"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_swap")),
    )
    op.create_index(op.f("ix_shift_swap_stand_in_id"), "shift_swap", ["stand_in_id"], unique=False)
    op.create_index(
        "uq_shift_swap_standing",
        "shift_swap",
        ["shift_id", "resident_id"],
        unique=True,
        sqlite_where=sa.text("accepted IS NULL OR accepted"),
        postgresql_where=sa.text("accepted IS NULL OR accepted"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
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
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("found_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(place) > 0", name=op.f("ck_finding_says_where")),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_finding_says_what")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_finding_call_id_call")),
        sa.ForeignKeyConstraint(["photo_id"], ["file.id"], name=op.f("fk_finding_photo_id_file")),
        sa.ForeignKeyConstraint(
            ["village", "patrol_id"],
            ["patrol.village", "patrol.id"],
            name=op.f("fk_finding_village_patrol_id_patrol"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("call_id", name=op.f("uq_finding_call_id")),
    )
    op.create_index(op.f("ix_finding_patrol_id"), "finding", ["patrol_id"], unique=False)
    op.create_index(op.f("ix_finding_photo_id"), "finding", ["photo_id"], unique=False)
    op.create_table(
        "patrol_attendance",
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=True),
        sa.Column(
            "unawarded",
            sa.Enum(
                "cap_exceeded",
                "no_rule_in_force",
                "not_covered",
                "invalid",
                name="unawarded",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("leader_award_id", sa.Uuid(), nullable=True),
        sa.Column(
            "leader_unawarded",
            sa.Enum(
                "cap_exceeded",
                "no_rule_in_force",
                "not_covered",
                "invalid",
                name="leader_unawarded",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(award_id IS NULL) <> (unawarded IS NULL)",
            name=op.f("ck_patrol_attendance_award_or_why_not"),
        ),
        sa.CheckConstraint(
            "leader_award_id IS NULL OR leader_unawarded IS NULL",
            name=op.f("ck_patrol_attendance_leader_award_or_why_not"),
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_patrol_attendance_award_id_award")
        ),
        sa.ForeignKeyConstraint(
            ["leader_award_id"],
            ["award.id"],
            name=op.f("fk_patrol_attendance_leader_award_id_award"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "patrol_id"],
            ["patrol.village", "patrol.id"],
            name=op.f("fk_patrol_attendance_village_patrol_id_patrol"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "resident_id"],
            ["resident.village", "resident.id"],
            name=op.f("fk_patrol_attendance_village_resident_id_resident"),
        ),
        sa.PrimaryKeyConstraint("patrol_id", "resident_id", name=op.f("pk_patrol_attendance")),
        sa.UniqueConstraint("award_id", name=op.f("uq_patrol_attendance_award_id")),
        sa.UniqueConstraint("leader_award_id", name=op.f("uq_patrol_attendance_leader_award_id")),
    )
    op.create_index(
        op.f("ix_patrol_attendance_resident_id"), "patrol_attendance", ["resident_id"], unique=False
    )
    op.create_table(
        "patrol_scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("waypoint_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("scanned_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("for_another", sa.Boolean(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("pace", sa.Boolean(), nullable=False),
        sa.Column("clock", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["village", "patrol_id"],
            ["patrol.village", "patrol.id"],
            name=op.f("fk_patrol_scan_village_patrol_id_patrol"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "resident_id"],
            ["resident.village", "resident.id"],
            name=op.f("fk_patrol_scan_village_resident_id_resident"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "waypoint_id"],
            ["waypoint.village", "waypoint.id"],
            name=op.f("fk_patrol_scan_village_waypoint_id_waypoint"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_scan")),
    )
    op.create_index(
        op.f("ix_patrol_scan_patrol_id_resident_id_scanned_at"),
        "patrol_scan",
        ["patrol_id", "resident_id", "scanned_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_patrol_scan_resident_id"), "patrol_scan", ["resident_id"], unique=False
    )
    op.create_index(
        op.f("ix_patrol_scan_waypoint_id"), "patrol_scan", ["waypoint_id"], unique=False
    )
    create_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())
    op.drop_index(op.f("ix_patrol_scan_waypoint_id"), table_name="patrol_scan")
    op.drop_index(op.f("ix_patrol_scan_resident_id"), table_name="patrol_scan")
    op.drop_index(op.f("ix_patrol_scan_patrol_id_resident_id_scanned_at"), table_name="patrol_scan")
    op.drop_table("patrol_scan")
    op.drop_index(op.f("ix_patrol_attendance_resident_id"), table_name="patrol_attendance")
    op.drop_table("patrol_attendance")
    op.drop_index(op.f("ix_finding_photo_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_patrol_id"), table_name="finding")
    op.drop_table("finding")
    op.drop_index("uq_shift_swap_standing", table_name="shift_swap")
    op.drop_index(op.f("ix_shift_swap_stand_in_id"), table_name="shift_swap")
    op.drop_table("shift_swap")
    op.drop_index("uq_patrol_shift", table_name="patrol")
    op.drop_index(op.f("ix_patrol_village_started_at"), table_name="patrol")
    op.drop_index(op.f("ix_patrol_team_id"), table_name="patrol")
    op.drop_table("patrol")
    op.drop_index(op.f("ix_shift_village_on_day"), table_name="shift")
    op.drop_index(op.f("ix_shift_series_id"), table_name="shift")
    op.drop_table("shift")
    op.drop_table("waypoint_code")
    op.drop_index(op.f("ix_route_stop_waypoint_id"), table_name="route_stop")
    op.drop_table("route_stop")
    op.drop_table("waypoint")
    op.drop_table("route")
