"""Goods and points that went back."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id


class RefundCause(StrEnum):
    """Why points went back: goods came back, or a ruling said so, at the shop's cost or not.

    By a ruling (`shop`, `village`) the goods stay with the household. At the village's cost the
    shop is still owed for them, and for the cash that it gave back.
    """

    RETURN = "return"
    SHOP = "shop"
    VILLAGE = "village"


class Refund(Base):
    """Goods back and points back, for some lines of one redemption; a record of its own.

    `event_id` and `receipt` are None where only cash went back, which is in no ledger. `log_place`
    is the receipt's number, else the one that the log's next event gets: by it a statement takes
    the refund in, and never one that was submitted before. `closing_id` is the day's close that
    took it in.
    """

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("points >= 0", name="points_not_negative"),
        CheckConstraint("cash_fen >= 0", name="cash_not_negative"),
        CheckConstraint("(points = 0) = (event_id IS NULL)", name="points_have_event"),
        Index(
            "ix_refund_not_closed",
            "redemption_id",
            sqlite_where=text("closing_id IS NULL"),
            postgresql_where=text("closing_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemption.id"), index=True)
    event_id: Mapped[UUID | None]
    receipt: Mapped[int | None]
    log_place: Mapped[int] = mapped_column(index=True)
    cause: Mapped[RefundCause] = mapped_column(choice(RefundCause, "cause"))
    points: Mapped[int]
    cash_fen: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    refunded_at: Mapped[datetime]
    refunded_by: Mapped[UUID]
    terminal_id: Mapped[UUID | None] = mapped_column(ForeignKey("terminal.id"), index=True)
    closing_id: Mapped[UUID | None] = mapped_column(ForeignKey("closing.id"), index=True)


class RefundLine(Base):
    """How many of one redemption line came back in one refund."""

    __tablename__ = "refund_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refund.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("redemption_line.id"), primary_key=True)
    quantity: Mapped[int]
