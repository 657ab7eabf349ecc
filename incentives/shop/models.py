"""Tables of the shop: whom it serves, its goods and stock, what went over the counter."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.cards.models import ShownBy
from incentives.database import Base, choice, new_id


class StockOwner(StrEnum):
    """Whose goods stand on the shelf: the village's (bought or donated) or the shopkeeper's own."""

    VILLAGE = "village"
    SHOPKEEPER = "shopkeeper"


class MovementKind(StrEnum):
    """Why a quantity changed; `return` goes back to the supplier, `reversal` undoes an opening."""

    IN = "in"
    COUNT = "count"
    SPOILED = "spoiled"
    RETURN = "return"
    REDEMPTION = "redemption"
    REFUND = "refund"
    REVERSAL = "reversal"


class StockSource(StrEnum):
    """Where goods that come in are from; `opening`: they stood there in a paper book."""

    PURCHASE = "purchase"
    DONATION = "donation"
    SHOPKEEPER = "shopkeeper"
    OPENING = "opening"


class Shop(Base):
    """A points supermarket of a village, or of a township for its villages (`division`)."""

    __tablename__ = "shop"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    division: Mapped[str] = mapped_column(String(15), ForeignKey("division.code"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    stock_owner: Mapped[StockOwner] = mapped_column(choice(StockOwner, "stock_owner"))
    bad_signal: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID]


class ShopService(Base):
    """One village that a shop serves; `number` names its accounts there (`shop.<number>`)."""

    __tablename__ = "shop_service"
    __table_args__ = (
        UniqueConstraint("village", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), primary_key=True)
    number: Mapped[int]


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


class Stock(Base):
    """How many of a good stand on the shelf; below zero only while a count is due."""

    __tablename__ = "stock"
    __table_args__ = (CheckConstraint("quantity >= 0 OR count_due", name="not_below_zero"),)

    good_id: Mapped[UUID] = mapped_column(ForeignKey("good.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(default=0)
    count_due: Mapped[bool] = mapped_column(default=False)


class StockMovement(Base):
    """Goods in or out, entered once; append-only. An inflow has a source."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint("(kind = 'in') = (source IS NOT NULL)", name="inflow_has_source"),
        CheckConstraint(
            "(kind IN ('redemption', 'refund')) = (record_id IS NOT NULL)", name="sale_has_record"
        ),
        UniqueConstraint("kind", "record_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"), index=True)
    kind: Mapped[MovementKind] = mapped_column(choice(MovementKind, "kind"))
    source: Mapped[StockSource | None] = mapped_column(choice(StockSource, "source"))
    voucher: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(String(200))
    record_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    entered_by: Mapped[UUID]


class StockMovementLine(Base):
    """One good in a movement: the signed change and what stood on the shelf after it."""

    __tablename__ = "stock_movement_line"
    __table_args__ = (CheckConstraint("unit_cost_fen >= 0", name="cost_not_negative"),)

    movement_id: Mapped[UUID] = mapped_column(ForeignKey("stock_movement.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    good_id: Mapped[UUID] = mapped_column(ForeignKey("good.id"), index=True)
    quantity: Mapped[int]
    quantity_after: Mapped[int]
    unit_cost_fen: Mapped[int]


class Redemption(Base):
    """Points for goods, by scan. Its id is its idempotency key, made by who sends it.

    `points` is the part paid in points, `cash_fen` the shortfall paid over the counter; the
    policy of the day (`fen_per_point`, `refund_days`) is kept with it.
    """

    __tablename__ = "redemption"
    __table_args__ = (
        CheckConstraint("points >= 1", name="points_positive"),
        CheckConstraint("cash_fen >= 0", name="cash_not_negative"),
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
    fen_per_point: Mapped[int]
    refund_days: Mapped[int]
    redeemed_at: Mapped[datetime] = mapped_column(index=True)
    redeemed_on: Mapped[date]
    redeemed_by: Mapped[UUID]


class RedemptionLine(Base):
    """One good of a redemption, with its price and cost at that moment."""

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


class Refund(Base):
    """Goods back and points back, for some lines of one redemption; a record of its own.

    `event_id` and `receipt` are None where only cash went back, which is in no ledger.
    """

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("points >= 0", name="points_not_negative"),
        CheckConstraint("cash_fen >= 0", name="cash_not_negative"),
        CheckConstraint("(points = 0) = (event_id IS NULL)", name="points_have_event"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemption.id"), index=True)
    event_id: Mapped[UUID | None]
    receipt: Mapped[int | None]
    points: Mapped[int]
    cash_fen: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    refunded_at: Mapped[datetime]
    refunded_by: Mapped[UUID]


class RefundLine(Base):
    """How many of one redemption line came back in one refund."""

    __tablename__ = "refund_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refund.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("redemption_line.id"), primary_key=True)
    quantity: Mapped[int]
