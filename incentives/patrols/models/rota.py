"""Who walks when: shifts, and who stands in for whom."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, new_id

REASON_LENGTH = 200
STANDING = "accepted IS NULL OR accepted"
PLANNED = "cancelled_at IS NULL"


class Shift(Base):
    """A team's walk on a day; those planned together, as each Friday of a season, share a series.

    `on_day` is the day in the villages on which it begins.
    """

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("village", "id"),
        ForeignKeyConstraint(["village", "team_id"], ["team.village", "team.id"]),
        ForeignKeyConstraint(["village", "route_id"], ["route.village", "route.id"]),
        Index(None, "village", "on_day"),
        # A shift that was cancelled may be planned anew.
        Index(
            "uq_shift_team_starts",
            "team_id",
            "starts_at",
            unique=True,
            sqlite_where=text(PLANNED),
            postgresql_where=text(PLANNED),
        ),
        CheckConstraint("ends_at > starts_at", name="not_backwards"),
        CheckConstraint("(cancelled_at IS NULL) = (reason IS NULL)", name="cancelled_has_reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    team_id: Mapped[UUID]
    route_id: Mapped[UUID]
    series_id: Mapped[UUID] = mapped_column(index=True)
    on_day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    planned_by: Mapped[UUID]
    planned_at: Mapped[datetime]


class ShiftSwap(Base):
    """That one member asked another person to walk a shift for them, and the answer.

    Who typed each is kept apart from who it is about: a cadre may for those without a phone.
    """

    __tablename__ = "shift_swap"
    __table_args__ = (
        ForeignKeyConstraint(["village", "shift_id"], ["shift.village", "shift.id"]),
        ForeignKeyConstraint(["village", "resident_id"], ["resident.village", "resident.id"]),
        ForeignKeyConstraint(["village", "stand_in_id"], ["resident.village", "resident.id"]),
        Index(
            "uq_shift_swap_standing",
            "shift_id",
            "resident_id",
            unique=True,
            sqlite_where=text(STANDING),
            postgresql_where=text(STANDING),
        ),
        Index(None, "stand_in_id"),
        CheckConstraint("resident_id <> stand_in_id", name="another"),
        CheckConstraint(
            "(answered_at IS NULL) = (accepted IS NULL)"
            " AND (answered_at IS NULL) = (answered_by IS NULL)",
            name="answer_is_whole",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12))
    shift_id: Mapped[UUID]
    resident_id: Mapped[UUID]
    stand_in_id: Mapped[UUID]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    accepted: Mapped[bool | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]

    @property
    def taken_back(self) -> bool:
        """Whether the no is the asking side's own."""
        asking = (self.asked_by, self.resident_id)
        return self.accepted is False and self.answered_by in asking
