"""Tables of what is taken over from a paper book: the opening, its lines, who checked it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id

REASON_LENGTH = 300
UNFINISHED = "status IN ('drafted', 'submitted', 'checked')"
STANDING = "(event_id IS NOT NULL OR movement_id IS NOT NULL) AND reversed_at IS NULL"


class OpeningStatus(StrEnum):
    """How far the taking over of a paper book has come."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    POSTED = "posted"
    REVERSED = "reversed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Part(StrEnum):
    """What a line takes over: a household's points, the fund's money, a good on the shelf."""

    POINTS = "points"
    FUND = "fund"
    STOCK = "stock"


class CheckRole(StrEnum):
    """For whom somebody checked: the review group or the supervision committee."""

    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"


class Opening(Base):
    """A village's paper book, taken over as it stood at the end of the day `occurred_on`.

    A village has one at a time that isn't posted or ended yet.
    """

    __tablename__ = "opening"
    __table_args__ = (
        Index(
            "uq_opening_unfinished",
            "village",
            unique=True,
            sqlite_where=text(UNFINISHED),
            postgresql_where=text(UNFINISHED),
        ),
        CheckConstraint(
            "(status IN ('posted', 'reversed')) = (posted_at IS NOT NULL)"
            " AND (posted_at IS NULL) = (posted_by IS NULL)"
            " AND (posted_at IS NULL) = (notice_id IS NULL)",
            name="posting_is_whole",
        ),
        CheckConstraint(
            "(status IN ('rejected', 'withdrawn')) = (ended_at IS NOT NULL)"
            " AND (ended_at IS NULL) = (ended_by IS NULL)"
            " AND (ended_at IS NULL) = (ended_reason IS NULL)",
            name="ending_is_whole",
        ),
        CheckConstraint(
            "(submitted_at IS NULL) = (submitted_by IS NULL)"
            " AND (submitted_at IS NOT NULL OR status IN ('drafted', 'withdrawn'))",
            name="submission_is_whole",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    status: Mapped[OpeningStatus] = mapped_column(choice(OpeningStatus, "status"))
    occurred_on: Mapped[date]
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]
    submitted_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    posted_by: Mapped[UUID | None]
    posted_at: Mapped[datetime | None]
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("notice.id"))
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))


class OpeningLine(Base):
    """One household's points, the fund's cash and bank, or one good with its cost.

    While drafted, `row` is where it stands in the file, `typed` what stands there as text, and
    `problems` (`{"field", "code", "cell"}` each) what of it can't be read: that column is empty
    then. All three are forgotten on submission. Posted, a line has its event, a good's its stock
    movement; each is reversed once.
    """

    __tablename__ = "opening_line"
    __table_args__ = (
        UniqueConstraint("opening_id", "line"),
        *(
            Index(
                f"uq_opening_line_standing_{name}",
                column,
                unique=True,
                sqlite_where=text(f"part = '{part}' AND {STANDING}"),
                postgresql_where=text(f"part = '{part}' AND {STANDING}"),
            )
            for name, column, part in (
                ("household", "household_id", "points"),
                ("fund", "village", "fund"),
                ("good", "good_id", "stock"),
            )
        ),
        CheckConstraint(
            "part = 'points' OR (household_id IS NULL AND points IS NULL)", name="only_points"
        ),
        CheckConstraint("part = 'fund' OR (cash_fen IS NULL AND bank_fen IS NULL)", name="fund"),
        CheckConstraint(
            "part = 'stock' OR (good_id IS NULL AND quantity IS NULL AND unit_cost_fen IS NULL)",
            name="only_stock",
        ),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("cash_fen >= 0 AND bank_fen >= 0", name="money"),
        CheckConstraint("quantity > 0 AND unit_cost_fen >= 0", name="goods"),
        CheckConstraint(
            "event_id IS NULL OR (household_id IS NOT NULL AND points IS NOT NULL)"
            " OR (cash_fen IS NOT NULL AND bank_fen IS NOT NULL)",
            name="event_has_figures",
        ),
        CheckConstraint(
            "movement_id IS NULL"
            " OR (good_id IS NOT NULL AND quantity IS NOT NULL AND unit_cost_fen IS NOT NULL)",
            name="movement_has_figures",
        ),
        CheckConstraint(
            "(reversed_at IS NULL) = (reversed_by IS NULL)"
            " AND (reversed_at IS NULL) = (reversed_reason IS NULL)"
            " AND (reversed_at IS NULL)"
            " = (reversed_event_id IS NULL AND reversed_movement_id IS NULL)"
            " AND (reversed_event_id IS NULL OR event_id IS NOT NULL)"
            " AND (reversed_movement_id IS NULL OR movement_id IS NOT NULL)",
            name="reversal_is_whole",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"))
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    line: Mapped[int]
    part: Mapped[Part] = mapped_column(choice(Part, "part"))
    row: Mapped[int | None]
    typed: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    problems: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"))
    points: Mapped[int | None]
    cash_fen: Mapped[int | None]
    bank_fen: Mapped[int | None]
    good_id: Mapped[UUID | None] = mapped_column(ForeignKey("good.id"))
    quantity: Mapped[int | None]
    unit_cost_fen: Mapped[int | None]
    entered_by: Mapped[UUID]
    event_id: Mapped[UUID | None]
    movement_id: Mapped[UUID | None] = mapped_column(ForeignKey("stock_movement.id"))
    reversed_event_id: Mapped[UUID | None]
    reversed_movement_id: Mapped[UUID | None] = mapped_column(ForeignKey("stock_movement.id"))
    reversed_by: Mapped[UUID | None]
    reversed_at: Mapped[datetime | None]
    reversed_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))

    @property
    def is_standing(self) -> bool:
        """Whether it is posted and not reversed."""
        posted = self.event_id is not None or self.movement_id is not None
        return posted and self.reversed_at is None

    @property
    def amount_fen(self) -> int | None:
        """What the money or the goods of the line are worth; None for points."""
        if self.part is Part.FUND:
            return (self.cash_fen or 0) + (self.bank_fen or 0)
        if self.part is Part.STOCK:
            return (self.quantity or 0) * (self.unit_cost_fen or 0)
        return None


class OpeningCheck(Base):
    """That somebody held an opening against the paper book, for every line but their own.

    `household_id` is the checker's household then: it counts for all lines but that one's.
    """

    __tablename__ = "opening_check"

    opening_id: Mapped[UUID] = mapped_column(ForeignKey("opening.id"), primary_key=True)
    checker: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[CheckRole] = mapped_column(choice(CheckRole, "role"))
    household_id: Mapped[UUID | None]
    checked_at: Mapped[datetime]
