"""What a shop hands out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, new_id


class Good(Base):
    """What a shop hands out: priced in points, costed in fen.

    `household_cap` is how many one household may redeem in a calendar month; None: as many as
    it likes.
    """

    __tablename__ = "good"
    __table_args__ = (
        UniqueConstraint("shop_id", "sku"),
        CheckConstraint("price_points > 0", name="price_positive"),
        CheckConstraint("cost_fen >= 0", name="cost_not_negative"),
        CheckConstraint("household_cap > 0", name="cap_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"))
    sku: Mapped[str] = mapped_column(String(20))
    barcode: Mapped[str | None] = mapped_column(String(14), index=True)
    category: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str | None] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(12))
    price_points: Mapped[int]
    cost_fen: Mapped[int]
    household_cap: Mapped[int | None]
    on_sale: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]
