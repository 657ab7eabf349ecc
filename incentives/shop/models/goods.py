"""What a shop hands out, and what it was for how many points since when."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id


class Category(StrEnum):
    """The shelves of the county's list of goods; what fits none is `other`."""

    GRAIN = "grain"
    OIL = "oil"
    DAILY = "daily"
    HOME = "home"
    FARM = "farm"
    SCHOOL = "school"
    SERVICE = "service"
    OTHER = "other"


class Good(Base):
    """What a shop hands out: priced in points, costed in fen.

    `household_cap` is how many one household may redeem in a calendar month; None: as many as
    it likes. From `low_at` pieces down the shelf is low; None: never. A seasonal good is handed
    out from `season_from` to `season_until` only. A service has `voucher_days`: instead of goods
    off the shelf it hands out vouchers that are good for so many days, and at most `month_limit`
    of them in a calendar month, all households together (None: no limit).
    """

    __tablename__ = "good"
    __table_args__ = (
        UniqueConstraint("shop_id", "sku"),
        CheckConstraint("price_points > 0", name="price_positive"),
        CheckConstraint("cost_fen >= 0", name="cost_not_negative"),
        CheckConstraint("household_cap > 0", name="cap_positive"),
        CheckConstraint("low_at >= 0", name="low_not_negative"),
        CheckConstraint("season_from <= season_until", name="season_in_order"),
        CheckConstraint("voucher_days BETWEEN 1 AND 366", name="voucher_days"),
        CheckConstraint(
            "month_limit IS NULL OR (month_limit > 0 AND voucher_days IS NOT NULL)",
            name="limit_of_service",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"))
    sku: Mapped[str] = mapped_column(String(20))
    barcode: Mapped[str | None] = mapped_column(String(14), index=True)
    category: Mapped[Category] = mapped_column(choice(Category, "category"))
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str | None] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(12))
    price_points: Mapped[int]
    cost_fen: Mapped[int]
    household_cap: Mapped[int | None]
    on_sale: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.id"))
    low_at: Mapped[int | None]
    season_from: Mapped[date | None]
    season_until: Mapped[date | None]
    voucher_days: Mapped[int | None]
    month_limit: Mapped[int | None]

    @property
    def is_service(self) -> bool:
        """Whether it hands out vouchers instead of goods."""
        return self.voucher_days is not None

    def in_season(self, day: date) -> bool:
        """Whether it may be handed out on a day."""
        return (self.season_from is None or self.season_from <= day) and (
            self.season_until is None or day <= self.season_until
        )


class GoodPrice(Base):
    """What a good was for since a day, in points and fen, and who set it; append-only.

    `movement_id` is the inflow that moved the cost (decision 0022); None: somebody set it.
    `set_by` is None for what a good was for when this history began.
    """

    __tablename__ = "good_price"
    __table_args__ = (
        CheckConstraint("price_points > 0", name="price_positive"),
        CheckConstraint("cost_fen >= 0", name="cost_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    good_id: Mapped[UUID] = mapped_column(ForeignKey("good.id"), index=True)
    price_points: Mapped[int]
    cost_fen: Mapped[int]
    holds_from: Mapped[date]
    set_by: Mapped[UUID | None]
    set_at: Mapped[datetime]
    movement_id: Mapped[UUID | None] = mapped_column(ForeignKey("stock_movement.id"))
