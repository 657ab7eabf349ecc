"""Tables of calls: what is reported, the steps of its office, and the round before it came back."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.awards.unasked import Unawarded
from incentives.calls.models.offices import Category
from incentives.database import Base, choice, new_id

TEXT_LENGTH = 500
PLACE_LENGTH = 80
NOTE_LENGTH = 300
PHONE_LENGTH = 20
# What no office's limits say: an evening's report is looked at by the morning, and who put
# something right tells its caller within a day.
LOOK_WITHIN = timedelta(hours=12)
ANSWER_WITHIN = timedelta(days=1)


class CallSource(StrEnum):
    """How a call came: the village's page or the card's, a cadre's desk, the paper box (诉求箱),
    a patrol."""

    PAGE = "page"
    DESK = "desk"
    BOX = "box"
    PATROL = "patrol"


class CallStatus(StrEnum):
    """How far a call has come; `merged` and `struck` end one before it is answered."""

    REPORTED = "reported"
    PUSHED = "pushed"
    ACCEPTED = "accepted"
    ON_SITE = "on_site"
    RESOLVED = "resolved"
    ANSWERED = "answered"
    MERGED = "merged"
    STRUCK = "struck"


class Call(Base):
    """A report that an office must answer.

    `secret_digest` is the SHA-256 of the secret in the caller's link. `text`, `place` and `phone`
    are what the caller wrote; they are erased while times, category and grid stay. `resident_id`
    is who reported by card. The clock of a call that is reopened begins anew at `pushed_at`.
    `verified` says whether its office found it as reported; then `award_id` is the award proposed
    for it, or `unawarded` why there is none.
    """

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("secret_digest"),
        UniqueConstraint("award_id"),
        Index(None, "village", "status"),
        Index(None, "office_id", "status"),
        CheckConstraint("substr(grid, 1, 12) = village", name="grid_of_village"),
        CheckConstraint("length(secret_digest) = 32", name="digest"),
        CheckConstraint(
            "(pushed_at IS NULL) = (office_id IS NULL)"
            " AND (pushed_at IS NULL) = (accept_by IS NULL)"
            " AND (pushed_at IS NULL) = (on_site_by IS NULL)"
            " AND (pushed_at IS NULL) = (resolve_by IS NULL)"
            " AND (status <> 'reported' OR pushed_at IS NULL)"
            " AND (status IN ('reported', 'struck', 'merged') OR pushed_at IS NOT NULL)",
            name="pushed_to_an_office",
        ),
        CheckConstraint("status <> 'pushed' OR accepted_at IS NULL", name="pushed_waits"),
        CheckConstraint(
            "status NOT IN ('accepted', 'on_site') OR accepted_at IS NOT NULL", name="accepted"
        ),
        CheckConstraint("status <> 'on_site' OR on_site_at IS NOT NULL", name="on_site"),
        CheckConstraint(
            "(status IN ('resolved', 'answered')) = (resolved_at IS NOT NULL)"
            " AND (resolved_at IS NULL OR accepted_at IS NOT NULL)",
            name="resolved",
        ),
        CheckConstraint("(status = 'answered') = (answered_at IS NOT NULL)", name="answered"),
        CheckConstraint(
            "pushed_at >= reported_at AND accepted_at >= pushed_at AND on_site_at >= accepted_at"
            " AND resolved_at >= accepted_at AND resolved_at >= on_site_at"
            " AND answered_at >= resolved_at",
            name="times_rise",
        ),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged"),
        CheckConstraint("merged_into <> id", name="merged_into_another"),
        CheckConstraint(
            "(status = 'struck' AND erased_at IS NULL) = (struck_reason IS NOT NULL)", name="struck"
        ),
        CheckConstraint(
            "rating IS NULL OR (rating BETWEEN 1 AND 5 AND status = 'answered')",
            name="rated_once_answered",
        ),
        CheckConstraint(
            "(status IN ('resolved', 'answered')) = (verified IS NOT NULL)", name="verified"
        ),
        CheckConstraint("award_id IS NULL OR unawarded IS NULL", name="award_or_why_not"),
        CheckConstraint("rating_word IS NULL OR rating IS NOT NULL", name="word_of_rating"),
        CheckConstraint(
            "(erased_at IS NULL) = (text IS NOT NULL)"
            " AND (erased_at IS NULL OR (place IS NULL AND phone IS NULL))",
            name="erased",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    grid: Mapped[str | None] = mapped_column(String(15), ForeignKey("division.code"))
    category: Mapped[Category] = mapped_column(choice(Category, "category"))
    source: Mapped[CallSource] = mapped_column(choice(CallSource, "source"))
    status: Mapped[CallStatus] = mapped_column(choice(CallStatus, "status"))
    text: Mapped[str | None] = mapped_column(String(TEXT_LENGTH))
    place: Mapped[str | None] = mapped_column(String(PLACE_LENGTH))
    phone: Mapped[str | None] = mapped_column(String(PHONE_LENGTH))
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    reported_by: Mapped[UUID | None]
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    reported_at: Mapped[datetime]
    pushed_at: Mapped[datetime | None]
    accept_by: Mapped[datetime | None]
    on_site_by: Mapped[datetime | None]
    resolve_by: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    on_site_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("call.id"), index=True)
    struck_reason: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    rating: Mapped[int | None]
    rating_word: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    reopened_at: Mapped[datetime | None]
    verified: Mapped[bool | None]
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"))
    unawarded: Mapped[Unawarded | None] = mapped_column(choice(Unawarded, "unawarded"))
    erased_at: Mapped[datetime | None]

    @property
    def answer_by(self) -> datetime | None:
        """By when its caller is to have the answer; None until it is put right."""
        return self.resolved_at + ANSWER_WITHIN if self.resolved_at else None

    @property
    def due_at(self) -> datetime | None:
        """By when its next step is to be taken; None where there is none to take."""
        due = {
            CallStatus.REPORTED: self.reported_at + LOOK_WITHIN,
            CallStatus.PUSHED: self.accept_by,
            CallStatus.ACCEPTED: self.on_site_by,
            CallStatus.ON_SITE: self.resolve_by,
            CallStatus.RESOLVED: self.answer_by,
        }
        return due.get(self.status)


class CallStep(Base):
    """What was done with a call, when, for which office; with a note for its caller, and a photo.

    The report's own row has the photo that the caller sent.
    """

    __tablename__ = "call_step"
    __table_args__ = (UniqueConstraint("call_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int]
    action: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.id"), index=True)


class CallRound(Base):
    """The first round of a call that its caller sent back: whose it was, its times and its stars.

    The call's own columns begin anew then. `rating_word` is erased with the call's words.
    """

    __tablename__ = "call_round"
    __table_args__ = (
        CheckConstraint(
            "accepted_at >= pushed_at AND on_site_at >= accepted_at"
            " AND resolved_at >= accepted_at AND resolved_at >= on_site_at"
            " AND answered_at >= resolved_at",
            name="times_rise",
        ),
        CheckConstraint("rating BETWEEN 1 AND 5", name="stars"),
        CheckConstraint("rating_word IS NULL OR rating IS NOT NULL", name="word_of_rating"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    pushed_at: Mapped[datetime]
    resolve_by: Mapped[datetime]
    accepted_at: Mapped[datetime]
    on_site_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime]
    answered_at: Mapped[datetime]
    rating: Mapped[int | None]
    rating_word: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))

    @property
    def answer_by(self) -> datetime:
        """By when its caller was to have the answer."""
        return self.resolved_at + ANSWER_WITHIN
