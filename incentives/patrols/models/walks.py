"""What was walked: patrols, their scans and findings, and who attended."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentives.awards.unasked import Unawarded
from incentives.calls.models import Category
from incentives.database import Base, choice, new_id

LOG_LENGTH = 1000
WEATHER_LENGTH = 40
FINDING_LENGTH = 500
REASON_LENGTH = 200
STANDS = "status <> 'cancelled'"


class PatrolStatus(StrEnum):
    """A shift is what is planned; a patrol begins by walking."""

    WALKING = "walking"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Patrol(Base):
    """A walk by a team; its id is made by the phone that began it, maybe without signal.

    `started_at` is by that phone's clock, `begun_at` by the server's; `ended_at` and
    `end_received_at` likewise, and `end_offline` flags an end that came later. The leader is the
    team's when it began. `log` says what was seen that needs no call.
    """

    __tablename__ = "patrol"
    __table_args__ = (
        UniqueConstraint("village", "id"),
        ForeignKeyConstraint(["village", "team_id"], ["team.village", "team.id"]),
        ForeignKeyConstraint(["village", "shift_id"], ["shift.village", "shift.id"]),
        ForeignKeyConstraint(["village", "route_id"], ["route.village", "route.id"]),
        ForeignKeyConstraint(["village", "leader_id"], ["resident.village", "resident.id"]),
        Index(None, "village", "started_at"),
        # A shift is walked once; one that was cancelled may be begun anew.
        Index(
            "uq_patrol_shift",
            "shift_id",
            unique=True,
            sqlite_where=text(STANDS),
            postgresql_where=text(STANDS),
        ),
        CheckConstraint(
            "(status = 'closed') = (weather IS NOT NULL)"
            " AND (status = 'closed') = (log IS NOT NULL)",
            name="closed_has_log",
        ),
        CheckConstraint(
            "(status = 'cancelled') = (reason IS NOT NULL)", name="cancelled_has_reason"
        ),
        CheckConstraint(
            "(status = 'walking') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)"
            " AND (ended_at IS NULL) = (end_received_at IS NULL)",
            name="end_is_whole",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    team_id: Mapped[UUID] = mapped_column(index=True)
    shift_id: Mapped[UUID | None]
    route_id: Mapped[UUID | None]
    leader_id: Mapped[UUID]
    status: Mapped[PatrolStatus] = mapped_column(
        choice(PatrolStatus, "status"), default=PatrolStatus.WALKING
    )
    started_at: Mapped[datetime]
    begun_by: Mapped[UUID]
    begun_at: Mapped[datetime]
    weather: Mapped[str | None] = mapped_column(String(WEATHER_LENGTH))
    log: Mapped[str | None] = mapped_column(String(LOG_LENGTH))
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    end_received_at: Mapped[datetime | None]
    end_offline: Mapped[bool] = mapped_column(default=False, server_default=false())


class PatrolScan(Base):
    """That a member was at a waypoint: place and time of the waypoint, never of the phone.

    `scanned_at` is the phone's time, `received_at` the server's. `for_another`: signed by the
    leader or a cadre for somebody without a phone. `at_desk`: entered there from the log on paper,
    by `signed_by`. Flags say what a reader should look at, and refuse nothing: `offline` was kept
    in the phone first, or came minutes later, `late` after the patrol had ended, `pace` faster than
    one walks, `clock` a time that can't be right or was put right, `off_route` a place that the
    walk's route doesn't pass. Append-only.
    """

    __tablename__ = "patrol_scan"
    __table_args__ = (
        ForeignKeyConstraint(["village", "patrol_id"], ["patrol.village", "patrol.id"]),
        ForeignKeyConstraint(["village", "waypoint_id"], ["waypoint.village", "waypoint.id"]),
        ForeignKeyConstraint(["village", "resident_id"], ["resident.village", "resident.id"]),
        Index(None, "patrol_id", "resident_id", "scanned_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12))
    patrol_id: Mapped[UUID]
    waypoint_id: Mapped[UUID] = mapped_column(index=True)
    resident_id: Mapped[UUID] = mapped_column(index=True)
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime]
    signed_by: Mapped[UUID]
    for_another: Mapped[bool]
    offline: Mapped[bool]
    late: Mapped[bool]
    pace: Mapped[bool]
    clock: Mapped[bool]
    off_route: Mapped[bool] = mapped_column(server_default=false())
    at_desk: Mapped[bool] = mapped_column(default=False, server_default=false())


class Finding(Base):
    """Something seen on a patrol that an office must look at: it is a call from the beginning.

    Its id is made by the phone, so that it is sent again without doubling.
    """

    __tablename__ = "finding"
    __table_args__ = (
        ForeignKeyConstraint(["village", "patrol_id"], ["patrol.village", "patrol.id"]),
        CheckConstraint("length(words) > 0", name="says_what"),
        CheckConstraint("length(place) > 0", name="says_where"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12))
    patrol_id: Mapped[UUID] = mapped_column(index=True)
    category: Mapped[Category] = mapped_column(choice(Category, "category"))
    words: Mapped[str] = mapped_column(String(FINDING_LENGTH))
    place: Mapped[str] = mapped_column(String(80))
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.id"), index=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), unique=True)
    found_at: Mapped[datetime]
    received_at: Mapped[datetime]
    found_by: Mapped[UUID]


class PatrolAttendance(Base):
    """That a member attended, as log and sign-ins say, and the awards that were proposed for it.

    `unawarded` and `leader_unawarded` say why there is none. It stays as it was closed, but for who
    had signed in on a phone without signal: their awards are proposed once that has come. Whom the
    log didn't name came in at `added_at`: by such a sign-in, or by the desk (`added_by`) with a
    reason.
    """

    __tablename__ = "patrol_attendance"
    __table_args__ = (
        ForeignKeyConstraint(["village", "patrol_id"], ["patrol.village", "patrol.id"]),
        ForeignKeyConstraint(["village", "resident_id"], ["resident.village", "resident.id"]),
        CheckConstraint("(award_id IS NULL) <> (unawarded IS NULL)", name="award_or_why_not"),
        CheckConstraint(
            "leader_award_id IS NULL OR leader_unawarded IS NULL", name="leader_award_or_why_not"
        ),
        CheckConstraint(
            "(added_by IS NULL) = (reason IS NULL) AND (added_by IS NULL OR added_at IS NOT NULL)",
            name="added_with_reason",
        ),
    )

    patrol_id: Mapped[UUID] = mapped_column(primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    village: Mapped[str] = mapped_column(String(12))
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"), unique=True)
    unawarded: Mapped[Unawarded | None] = mapped_column(choice(Unawarded, "unawarded"))
    leader_award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"), unique=True)
    leader_unawarded: Mapped[Unawarded | None] = mapped_column(
        choice(Unawarded, "leader_unawarded")
    )
    added_at: Mapped[datetime | None]
    added_by: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
