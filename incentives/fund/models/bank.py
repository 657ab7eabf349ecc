"""Tables of checking the money: counts of cash, the bank's statements, closed months."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id
from incentives.fund.models.words import NAME_LENGTH, REASON_LENGTH, CountStatus

# Who stands by an explanation is another than who gave it.
SECOND_PERSON = (
    "(confirmed_by IS NULL) = (confirmed_at IS NULL) AND"
    " (confirmed_by IS NULL OR (explained_by IS NOT NULL AND confirmed_by <> explained_by))"
)


class CashCount(Base):
    """A month-end count of the cash by two people; a difference is posted once both stand by it.

    `month` is its first day; `book_fen` what the book said when it was counted; `move_id` the move
    that the difference became.
    """

    __tablename__ = "cash_count"
    __table_args__ = (
        Index("ix_cash_count_village_month", "village", "month"),
        CheckConstraint("counted_fen >= 0", name="counted"),
        CheckConstraint("confirmed_by <> counted_by", name="two_people"),
        CheckConstraint(
            "(status = 'waiting') = (confirmed_by IS NULL)"
            " AND (confirmed_by IS NULL) = (confirmed_at IS NULL)",
            name="confirmed",
        ),
        CheckConstraint("counted_fen = book_fen OR note IS NOT NULL", name="difference_has_note"),
        CheckConstraint(
            "(move_id IS NOT NULL) = (status = 'confirmed' AND counted_fen <> book_fen)",
            name="difference_is_posted",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    month: Mapped[date]
    counted_on: Mapped[date]
    counted_fen: Mapped[int]
    book_fen: Mapped[int]
    note: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    status: Mapped[CountStatus] = mapped_column(
        choice(CountStatus, "status"), default=CountStatus.WAITING
    )
    counted_by: Mapped[UUID]
    counted_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    refused_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    move_id: Mapped[UUID | None] = mapped_column(ForeignKey("money_move.id"))


class BankStatement(Base):
    """A statement of the village's bank account, typed or imported: its days and its two ends."""

    __tablename__ = "bank_statement"
    __table_args__ = (
        UniqueConstraint("village", "from_on"),
        CheckConstraint("from_on <= to_on", name="days"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    from_on: Mapped[date]
    to_on: Mapped[date]
    opening_fen: Mapped[int]
    closing_fen: Mapped[int]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.id"), index=True)
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]


class BankLine(Base):
    """A line of a statement: below zero what went out. `explanation`: why the book lacks it yet.

    `confirmed_by` stands by the explanation as the second person.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("statement_id", "line"),
        Index("ix_bank_line_village_day", "village", "day"),
        CheckConstraint("amount_fen <> 0", name="amount"),
        CheckConstraint("line > 0", name="line"),
        CheckConstraint("(explanation IS NULL) = (explained_by IS NULL)", name="explained"),
        CheckConstraint(SECOND_PERSON, name="confirmed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("bank_statement.id"))
    line: Mapped[int]
    day: Mapped[date]
    amount_fen: Mapped[int]
    summary: Mapped[str] = mapped_column(String(REASON_LENGTH))
    other: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    balance_fen: Mapped[int | None]
    explanation: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    explained_by: Mapped[UUID | None]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]


class BankMatch(Base):
    """That an event of the book is a line of the statement, or a part of it; an event is of one."""

    __tablename__ = "bank_match"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("bank_line.id"), index=True)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    matched_by: Mapped[UUID]
    matched_at: Mapped[datetime]


class BankNote(Base):
    """Why an event of the book isn't on the bank's statement yet, and who stands by that."""

    __tablename__ = "bank_note"
    __table_args__ = (
        CheckConstraint("length(explanation) > 0", name="explanation"),
        CheckConstraint(SECOND_PERSON, name="confirmed"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    explanation: Mapped[str] = mapped_column(String(REASON_LENGTH))
    explained_by: Mapped[UUID]
    explained_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]


class MonthClose(Base):
    """A month whose cash and bank were found to agree: nothing is posted into it any more.

    `month` is its first day, `ends_on` its last; what cash and bank held at its end.
    """

    __tablename__ = "month_close"
    __table_args__ = (
        CheckConstraint("ends_on > month", name="days"),
        CheckConstraint("cash_fen >= 0 AND bank_fen >= 0", name="held"),
    )

    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    cash_fen: Mapped[int]
    bank_fen: Mapped[int]
    closed_by: Mapped[UUID]
    closed_at: Mapped[datetime]
