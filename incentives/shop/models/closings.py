"""The day's close of a shop (日结)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, new_id


class Closing(Base):
    """What went over the counter since the closing before, and the cash that was counted.

    The redemptions and refunds that it took in name it (`closing_id`), each once: what it says by
    terminal, shopkeeper and good is read from them. Points and fen are sums over all villages
    that the shop serves. Append-only, one a shop and day.
    """

    __tablename__ = "closing"
    __table_args__ = (
        UniqueConstraint("shop_id", "closed_on"),
        CheckConstraint(
            "sales >= 0 AND refunds >= 0 AND points >= 0 AND points_back >= 0"
            " AND cash_in_fen >= 0 AND cash_back_fen >= 0 AND cash_counted_fen >= 0",
            name="nothing_below_zero",
        ),
        CheckConstraint(
            "cash_counted_fen = cash_in_fen - cash_back_fen OR length(trim(explanation)) > 0",
            name="difference_explained",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"), index=True)
    closed_on: Mapped[date]
    sales: Mapped[int]
    refunds: Mapped[int]
    points: Mapped[int]
    points_back: Mapped[int]
    cash_in_fen: Mapped[int]
    cash_back_fen: Mapped[int]
    cash_counted_fen: Mapped[int]
    explanation: Mapped[str | None] = mapped_column(String(200))
    closed_at: Mapped[datetime]
    closed_by: Mapped[UUID]

    @property
    def cash_due_fen(self) -> int:
        """The cash that sales brought and refunds left; below zero where more was given back."""
        return self.cash_in_fen - self.cash_back_fen

    @property
    def difference_fen(self) -> int:
        """What was counted beyond that; below zero where some is missing."""
        return self.cash_counted_fen - self.cash_due_fen
