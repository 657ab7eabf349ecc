"""What stands on the shelf, and each quantity that came or went."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id


class MovementKind(StrEnum):
    """Why a quantity changed; `return` goes back to the supplier, `reversal` undoes an opening.

    `revalued` changes no quantity: somebody set another cost, and what stands there is now worth
    more or less.
    """

    IN = "in"
    COUNT = "count"
    SPOILED = "spoiled"
    RETURN = "return"
    REDEMPTION = "redemption"
    REFUND = "refund"
    REVERSAL = "reversal"
    REVALUED = "revalued"


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
    """Goods in or out, entered once; append-only. An inflow has a source.

    A count says who counted, and how many goods were other than the books said (`differences`);
    then, and where goods spoiled, `note` is the reason.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint("(kind = 'in') = (source IS NOT NULL)", name="inflow_has_source"),
        CheckConstraint(
            "(kind IN ('redemption', 'refund')) = (record_id IS NOT NULL)", name="sale_has_record"
        ),
        CheckConstraint(
            "(kind = 'count') = (counted_by IS NOT NULL)"
            " AND (kind = 'count') = (differences IS NOT NULL)",
            name="count_is_whole",
        ),
        CheckConstraint("differences >= 0", name="differences_not_negative"),
        CheckConstraint(
            "(kind <> 'spoiled' AND (differences IS NULL OR differences = 0)) OR note IS NOT NULL",
            name="loss_has_reason",
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
    supplier: Mapped[str | None] = mapped_column(String(60))
    voucher_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.id"))
    counted_by: Mapped[str | None] = mapped_column(String(60))
    differences: Mapped[int | None]


class StockMovementLine(Base):
    """One good in a movement: the signed change and what stood on the shelf after it.

    `unit_cost_fen` is what one cost in this movement, so that `quantity` times it came or went in
    money; `revalued_fen` is by how much the rest of the shelf is worth more or less since, as the
    cost of one has changed (decision 0022). Both together, over all lines of a good, are what
    stands there now times its cost.
    """

    __tablename__ = "stock_movement_line"
    __table_args__ = (CheckConstraint("unit_cost_fen >= 0", name="cost_not_negative"),)

    movement_id: Mapped[UUID] = mapped_column(ForeignKey("stock_movement.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    good_id: Mapped[UUID] = mapped_column(ForeignKey("good.id"), index=True)
    quantity: Mapped[int]
    quantity_after: Mapped[int]
    unit_cost_fen: Mapped[int]
    revalued_fen: Mapped[int] = mapped_column(default=0)


class Purchase(Base):
    """A paid disbursement of the fund for goods, and how much of it stands in stock movements."""

    __tablename__ = "purchase"
    __table_args__ = (CheckConstraint("linked_fen BETWEEN 0 AND paid_fen", name="within_payment"),)

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"), primary_key=True)
    paid_fen: Mapped[int]
    linked_fen: Mapped[int] = mapped_column(default=0)


class PurchaseLink(Base):
    """That the goods of an inflow were bought by a disbursement, entered by whom."""

    __tablename__ = "purchase_link"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount_positive"),)

    movement_id: Mapped[UUID] = mapped_column(ForeignKey("stock_movement.id"), primary_key=True)
    disbursement_id: Mapped[UUID] = mapped_column(
        ForeignKey("purchase.disbursement_id"), index=True
    )
    amount_fen: Mapped[int]
    linked_by: Mapped[UUID]
    linked_at: Mapped[datetime]
