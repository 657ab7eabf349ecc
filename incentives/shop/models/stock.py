"""What stands on the shelf, and each quantity that came or went."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id


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
