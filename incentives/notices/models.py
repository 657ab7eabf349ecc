"""Tables of notices: public lists with their lines, and objections with their rulings."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentives.awards.models import CODE_LENGTH
from incentives.database import Base, choice, new_id
from incentives.register.policy import NoticeNames

REASON_LENGTH = 300


class NoticeKind(StrEnum):
    """What a notice lists."""

    AWARDS = "awards"
    DISBURSEMENTS = "disbursements"
    OPENINGS = "openings"


# In which column a line, and an objection to it, names the record of each kind.
SUBJECTS: dict[NoticeKind, str] = {
    NoticeKind.AWARDS: "award_id",
    NoticeKind.DISBURSEMENTS: "disbursement_id",
    NoticeKind.OPENINGS: "opening_line_id",
}


class ObjectionStatus(StrEnum):
    """Whether an objection is ruled on, and how."""

    OPEN = "open"
    UPHELD = "upheld"
    OVERRULED = "overruled"


class NoticeStatus(StrEnum):
    """Whether a notice is in public still."""

    OPEN = "open"
    CLOSED = "closed"


class Notice(Base):
    """A numbered public list of one kind, from a day to a day.

    `closes_on` is its last day in public, all of which it stays open. `number` counts the village's
    notices from its first day on and names this one in addresses and objections; people quote
    `label`, the year and the number in it.
    `fingerprint` is the SHA-256, in hex, of its canonical lines (`fingerprint.py`). `names` is how
    names stand on the printed sheet; on the web they are masked always.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("village", "number"),
        UniqueConstraint("village", "year", "number_in_year"),
        CheckConstraint("number > 0 AND number_in_year > 0", name="number_from_one"),
        CheckConstraint("closes_on > opened_on", name="open_for_a_day"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closing_is_whole"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    number: Mapped[int]
    year: Mapped[int]
    number_in_year: Mapped[int]
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind, "kind"))
    names: Mapped[NoticeNames] = mapped_column(choice(NoticeNames, "names"))
    opened_on: Mapped[date]
    closes_on: Mapped[date]
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    fingerprint: Mapped[str] = mapped_column(String(64))

    @property
    def label(self) -> str:
        """The number that people quote: 2026-7 is the year's seventh."""
        return f"{self.year}-{self.number_in_year}"

    @property
    def status(self) -> NoticeStatus:
        """Its state: it is closed once, by its closing."""
        return NoticeStatus.OPEN if self.closed_at is None else NoticeStatus.CLOSED

    def is_over(self, on: date) -> bool:
        """Whether its last day in public has passed, so that it can be closed."""
        return self.closes_on < on


class NoticeLine(Base):
    """One line as it stands in public; never changed.

    `holder` is the masked name, None for a minor. `what` is the rule, the purpose or the good. It
    has points or an amount.
    """

    __tablename__ = "notice_line"
    __table_args__ = (
        UniqueConstraint("award_id"),
        UniqueConstraint("disbursement_id"),
        UniqueConstraint("opening_line_id"),
        CheckConstraint(
            "(CASE WHEN award_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN disbursement_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN opening_line_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
        CheckConstraint("(points IS NULL) <> (amount_fen IS NULL)", name="one_figure"),
        CheckConstraint("award_id IS NULL OR points IS NOT NULL", name="award_has_points"),
        CheckConstraint(
            "disbursement_id IS NULL OR amount_fen IS NOT NULL", name="disbursement_has_amount"
        ),
    )

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"))
    disbursement_id: Mapped[UUID | None] = mapped_column(ForeignKey("disbursement.id"))
    opening_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("opening_line.id"))
    holder: Mapped[str | None] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(100))
    occurred_on: Mapped[date | None]
    quantity: Mapped[int | None]
    points: Mapped[int | None]
    amount_fen: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(300))


class Objection(Base):
    """A reasoned no to what a notice lists, a redemption, a clearing, or an award that is missing.

    `household_id` is whose objection it is, where it is a household's. `shop_at_fault` is part of
    the ruling on a redemption; `granted_award_id` is the claim that came of a missing award.
    """

    __tablename__ = "objection"
    __table_args__ = (
        ForeignKeyConstraint(["notice_id", "line"], ["notice_line.notice_id", "notice_line.line"]),
        Index(None, "village", "status"),
        CheckConstraint("(notice_id IS NULL) = (line IS NULL)", name="line_of_notice"),
        CheckConstraint(
            "(CASE WHEN award_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN disbursement_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN opening_line_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN redemption_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN clearing_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN missing_resident_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
        CheckConstraint(
            "(missing_resident_id IS NULL) = (missing_rule_item IS NULL)"
            " AND (missing_resident_id IS NULL) = (missing_occurred_on IS NULL)"
            " AND (missing_resident_id IS NULL) = (missing_quantity IS NULL)",
            name="missing_is_whole",
        ),
        CheckConstraint("missing_quantity > 0", name="missing_quantity_positive"),
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint(
            "(status = 'open') = (ruled_by IS NULL)"
            " AND (ruled_by IS NULL) = (ruled_at IS NULL)"
            " AND (ruled_by IS NULL) = (ruling_reason IS NULL)",
            name="ruling_is_whole",
        ),
        CheckConstraint(
            "shop_at_fault IS NULL OR redemption_id IS NOT NULL", name="fault_of_redemption"
        ),
        CheckConstraint(
            "clearing_id IS NULL OR household_id IS NOT NULL", name="clearing_of_household"
        ),
        CheckConstraint("ruled_by IS NULL OR ruled_by <> made_by", name="ruled_by_another"),
        CheckConstraint(
            "granted_award_id IS NULL OR (missing_resident_id IS NOT NULL AND status = 'upheld')",
            name="granted_where_missing",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    notice_id: Mapped[UUID | None]
    line: Mapped[int | None]
    award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"), index=True)
    disbursement_id: Mapped[UUID | None] = mapped_column(ForeignKey("disbursement.id"), index=True)
    opening_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("opening_line.id"), index=True)
    redemption_id: Mapped[UUID | None] = mapped_column(ForeignKey("redemption.id"), index=True)
    clearing_id: Mapped[UUID | None] = mapped_column(ForeignKey("clearing.id"), index=True)
    missing_resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"))
    missing_rule_item: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    missing_occurred_on: Mapped[date | None]
    missing_quantity: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    on_behalf_of: Mapped[UUID | None]
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    due_on: Mapped[date]
    status: Mapped[ObjectionStatus] = mapped_column(
        choice(ObjectionStatus, "status"), default=ObjectionStatus.OPEN
    )
    ruling_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    shop_at_fault: Mapped[bool | None]
    granted_award_id: Mapped[UUID | None] = mapped_column(ForeignKey("award.id"), index=True)
    ruled_by: Mapped[UUID | None]
    ruled_at: Mapped[datetime | None]
