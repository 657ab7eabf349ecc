"""Tables of the fund's money: income, moves, and the budgets that an assembly adopted."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id
from incentives.fund.models.words import (
    NAME_LENGTH,
    PURPOSE_LENGTH,
    REASON_LENGTH,
    RESOLUTION_LENGTH,
    VOUCHER_LENGTH,
    Method,
    Place,
    Source,
)


class Income(Base):
    """Money that came in, from where, under which voucher; a mistyped one is reversed in public."""

    __tablename__ = "income"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("length(voucher) > 0", name="voucher"),
        CheckConstraint(
            "(reversed_event_id IS NULL) = (reversed_by IS NULL)"
            " AND (reversed_event_id IS NULL) = (reversed_at IS NULL)"
            " AND (reversed_event_id IS NULL) = (reversed_reason IS NULL)",
            name="reversal_is_whole",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    source: Mapped[Source] = mapped_column(choice(Source, "source"))
    amount_fen: Mapped[int]
    received_on: Mapped[date]
    voucher: Mapped[str] = mapped_column(String(VOUCHER_LENGTH))
    method: Mapped[Method] = mapped_column(choice(Method, "method"))
    giver: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    note: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    event_id: Mapped[UUID] = mapped_column(unique=True)
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]
    reversed_event_id: Mapped[UUID | None]
    reversed_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    reversed_by: Mapped[UUID | None]
    reversed_at: Mapped[datetime | None]


class IncomeFile(Base):
    """The voucher of an income: one file."""

    __tablename__ = "income_file"

    income_id: Mapped[UUID] = mapped_column(ForeignKey("income.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("file.id"), index=True)


class MoneyMove(Base):
    """Money brought to the bank or fetched from it, or a difference that a count found.

    `confirmed_by` stood by the count; without two people none is missing (triggers.py).
    """

    __tablename__ = "money_move"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("from_place <> to_place", name="two_places"),
        CheckConstraint(
            "(from_place <> 'difference' AND to_place <> 'difference') OR note IS NOT NULL",
            name="difference_has_note",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    from_place: Mapped[Place] = mapped_column(choice(Place, "from_place"))
    to_place: Mapped[Place] = mapped_column(choice(Place, "to_place"))
    amount_fen: Mapped[int]
    moved_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    event_id: Mapped[UUID] = mapped_column(unique=True)
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]


class Budget(Base):
    """What a year may spend on a purpose, by which resolution; earlier values are in the audit.

    `carried_fen` is the part of `amount_fen` that was left of the year before; `cap_fen` what one
    payee may get in the year, None where the village left it to the county's list.
    """

    __tablename__ = "budget"
    __table_args__ = (
        CheckConstraint("amount_fen >= 0", name="amount"),
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),
        CheckConstraint("carried_fen BETWEEN 0 AND amount_fen", name="carried"),
        CheckConstraint("cap_fen > 0", name="cap"),
    )

    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(PURPOSE_LENGTH), primary_key=True)
    amount_fen: Mapped[int]
    carried_fen: Mapped[int] = mapped_column(default=0, server_default="0")
    cap_fen: Mapped[int | None]
    resolution: Mapped[str] = mapped_column(String(RESOLUTION_LENGTH))
    adoption_id: Mapped[UUID | None]
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]


class BudgetAdoption(Base):
    """The assembly's vote on a year's budgets; a later one of the same year goes before it."""

    __tablename__ = "budget_adoption"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),
        CheckConstraint("2 * in_favour > present", name="majority"),
        CheckConstraint("against >= 0", name="against_not_negative"),
        CheckConstraint("in_favour + against <= present", name="votes_of_present"),
        Index("ix_budget_adoption_village_year", "village", "year"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    year: Mapped[int]
    resolution: Mapped[str] = mapped_column(String(RESOLUTION_LENGTH))
    held_on: Mapped[date]
    present: Mapped[int]
    in_favour: Mapped[int]
    against: Mapped[int]
    minutes_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.id"), index=True)
    adopted_by: Mapped[UUID]
    adopted_at: Mapped[datetime]
