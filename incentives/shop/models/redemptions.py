"""Points for goods, by scan."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incentives.cards.models import ShownBy
from incentives.database import Base, choice, new_id
from incentives.register.models import Household


class Redemption(Base):
    """Points for goods, by scan. Its id is its idempotency key, made by who sends it.

    `points` is the part paid in points, `cash_fen` the shortfall paid over the counter; the
    policy of the day (`fen_per_point`, `refund_days`) is kept with it. `vouched_by` is the cadre
    who knew the holder; a forgotten card always needs one. `closing_id` is the day's close that
    took it in.
    """

    __tablename__ = "redemption"
    __table_args__ = (
        CheckConstraint("points >= 1", name="points_positive"),
        CheckConstraint("cash_fen >= 0", name="cash_not_negative"),
        CheckConstraint("shown_by <> 'name' OR vouched_by IS NOT NULL", name="name_is_vouched"),
        CheckConstraint("vouched_by <> redeemed_by", name="another_vouches"),
        Index(
            "ix_redemption_not_closed",
            "shop_id",
            sqlite_where=text("closing_id IS NULL"),
            postgresql_where=text("closing_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"), index=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    card_id: Mapped[UUID] = mapped_column(ForeignKey("card.id"))
    event_id: Mapped[UUID]
    receipt: Mapped[int]
    points: Mapped[int]
    cash_fen: Mapped[int] = mapped_column(default=0)
    shown_by: Mapped[ShownBy] = mapped_column(choice(ShownBy, "shown_by"))
    pin_given: Mapped[bool]
    vouched_by: Mapped[UUID | None]
    fen_per_point: Mapped[int]
    refund_days: Mapped[int]
    redeemed_at: Mapped[datetime] = mapped_column(index=True)
    redeemed_on: Mapped[date]
    redeemed_by: Mapped[UUID]
    terminal_id: Mapped[UUID | None] = mapped_column(ForeignKey("terminal.id"), index=True)
    closing_id: Mapped[UUID | None] = mapped_column(ForeignKey("closing.id"), index=True)

    household: Mapped[Household] = relationship()
    lines: Mapped[list["RedemptionLine"]] = relationship(order_by="RedemptionLine.line")

    @property
    def refundable_until(self) -> date:
        """The last day on which its goods may be returned."""
        return self.redeemed_on + timedelta(days=self.refund_days)


class RedemptionLine(Base):
    """One good of a redemption, with its price and cost at that moment.

    A `service` took nothing off the shelf: its vouchers are in `voucher`.
    """

    __tablename__ = "redemption_line"
    __table_args__ = (
        UniqueConstraint("redemption_id", "line"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("refunded BETWEEN 0 AND quantity", name="refunded_within"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemption.id"))
    line: Mapped[int]
    good_id: Mapped[UUID] = mapped_column(ForeignKey("good.id"), index=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str | None] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(12))
    quantity: Mapped[int]
    unit_points: Mapped[int]
    unit_cost_fen: Mapped[int]
    refunded: Mapped[int] = mapped_column(default=0)
    service: Mapped[bool] = mapped_column(default=False)
