"""A shop's statement: what went over the counter in a part of a village's log, good by good.

A sale or refund belongs to the part in which its receipt's number lies; one that only moved cash
lies with the event after it. So two parts that meet leave nothing out and count nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from incentives.extensions import db
from incentives.shop.models import (
    Basis,
    Redemption,
    RedemptionLine,
    Refund,
    RefundCause,
    RefundLine,
    ShopAgreement,
)
from incentives.shop.queries.agreements import agreements_of, basis_on
from incentives.shop.queries.lost_receipts import LostReceipt, lost_receipts


@dataclass(frozen=True)
class Part:
    """A part of a village's log as one shop is concerned by it; receipts from_size + 1 to to_size.

    `number` names the shop's accounts in that village.
    """

    shop_id: UUID
    village: str
    number: int
    from_size: int
    to_size: int


@dataclass
class StatementLine:
    """One good: how many went and came back, their price in points and what is owed, all net."""

    good_id: UUID | None
    name_zh: str
    name_en: str | None
    unit: str
    handed_out: int = 0
    brought_back: int = 0
    not_owed: int = 0
    price_points: int = 0
    goods_fen: int = 0

    @property
    def quantity(self) -> int:
        """How many are owed for."""
        return self.handed_out - self.brought_back - self.not_owed

    def add(self, row: Any, quantity: int, agreements: Sequence[ShopAgreement]) -> None:
        """Value a quantity by the price and cost of its sale and the agreement of that day."""
        sold: RedemptionLine = row.RedemptionLine
        sale: Redemption = row.Redemption
        by_points = basis_on(agreements, sale.redeemed_on) is Basis.FEN_PER_POINT
        each_fen = sold.unit_points * sale.fen_per_point if by_points else sold.unit_cost_fen
        self.price_points += quantity * sold.unit_points
        self.goods_fen += quantity * each_fen


@dataclass
class Slip:
    """A sale or a refund as its record tells it: what its receipt says, and its goods.

    `price_points` is what its goods come to; `points` and `cash_fen` how they were paid for.
    """

    id: UUID
    receipt: int | None
    points: int
    cash_fen: int
    fen_per_point: int
    cause: RefundCause | None = None
    price_points: int = 0
    goods: dict[UUID, int] = field(default_factory=dict)

    def add(self, sold: RedemptionLine, quantity: int) -> None:
        """Count a good of it; a service is on no shelf."""
        self.price_points += quantity * sold.unit_points
        if not sold.service:
            self.goods[sold.good_id] = self.goods.get(sold.good_id, 0) + quantity

    @property
    def paid_points(self) -> int:
        """What was paid, its cash turned into points by the rate of the sale."""
        return self.points + self.cash_fen // self.fen_per_point


@dataclass
class Statement:
    """What a shop is owed for a part of the log; the line of lost receipts has no good."""

    part: Part
    lines: list[StatementLine] = field(default_factory=list)
    sales: list[Slip] = field(default_factory=list)
    refunds: list[Slip] = field(default_factory=list)
    lost: list[LostReceipt] = field(default_factory=list)

    @property
    def redeemed_points(self) -> int:
        """What households paid in points."""
        return sum(slip.points for slip in self.sales)

    @property
    def refunded_points(self) -> int:
        """What the shop gave back; what a ruling gave back at the village's cost isn't in it."""
        return sum(slip.points for slip in self.refunds if slip.cause is not RefundCause.VILLAGE)

    @property
    def points(self) -> int:
        """What the shop took less what it gave back."""
        return self.redeemed_points - self.refunded_points + self.lost_points

    @property
    def lost_points(self) -> int:
        """What sales and refunds come to whose receipts are lost."""
        return sum(receipt.points for receipt in self.lost)

    @property
    def price_points(self) -> int:
        """What the goods cost in points, net."""
        return sum(line.price_points for line in self.lines)

    @property
    def goods_fen(self) -> int:
        """What the goods come to by the agreement, net."""
        return sum(line.goods_fen for line in self.lines)

    @property
    def cash_fen(self) -> int:
        """What households topped up in cash less what the shop gave back of it."""
        taken = sum(slip.cash_fen for slip in self.sales)
        return taken - sum(slip.cash_fen for slip in self.refunds)

    @property
    def amount_fen(self) -> int:
        """What is owed; below zero where more came back than went."""
        return self.goods_fen - self.cash_fen

    @property
    def is_payable(self) -> bool:
        """Whether it can be settled; else it is carried to the next and posts nothing."""
        return self.amount_fen > 0 and self.points >= 0


def statement_of(part: Part) -> Statement:
    """The statement of a part of the log, its goods by name."""
    agreements = agreements_of(part.shop_id)
    lines: dict[UUID, StatementLine] = {}
    sales: dict[UUID, Slip] = {}
    refunds: dict[UUID, Slip] = {}
    for row in sold_rows(part):
        slip_for(sales, row, row.Redemption).add(row.RedemptionLine, row.quantity)
        line = line_for(lines, row.RedemptionLine)
        line.handed_out += row.quantity
        line.add(row, row.quantity, agreements)
    for row in refunded_rows(part):
        slip_for(refunds, row, row.Refund).add(row.RedemptionLine, row.quantity)
        if row.Refund.cause is RefundCause.VILLAGE:
            continue
        line = line_for(lines, row.RedemptionLine)
        if row.Refund.cause is RefundCause.RETURN:
            line.brought_back += row.quantity
        else:
            line.not_owed += row.quantity
        line.add(row, -row.quantity, agreements)
    ordered = sorted(lines.values(), key=lambda line: (line.name_zh, str(line.good_id)))
    lost = lost_receipts(part.village, part.number, part.from_size, part.to_size)
    if lost:
        ordered.append(lost_line(lost))
    return Statement(part, ordered, list(sales.values()), list(refunds.values()), lost)


def lost_line(lost: Sequence[LostReceipt]) -> StatementLine:
    """The line of what is known by its points alone."""
    return StatementLine(
        good_id=None,
        name_zh="-",
        name_en=None,
        unit="-",
        price_points=sum(receipt.points for receipt in lost),
        goods_fen=sum(receipt.amount_fen for receipt in lost),
    )


def slip_for(slips: dict[UUID, Slip], row: Any, record: Redemption | Refund) -> Slip:
    """The slip of a row's sale or refund, begun where it isn't there yet."""
    if record.id not in slips:
        slips[record.id] = Slip(
            id=record.id,
            receipt=record.receipt,
            points=record.points,
            cash_fen=record.cash_fen,
            fen_per_point=row.Redemption.fen_per_point,
            cause=record.cause if isinstance(record, Refund) else None,
        )
    return slips[record.id]


def line_for(lines: dict[UUID, StatementLine], sold: RedemptionLine) -> StatementLine:
    """The line of a good, begun where it isn't there yet."""
    if sold.good_id not in lines:
        lines[sold.good_id] = StatementLine(sold.good_id, sold.name_zh, sold.name_en, sold.unit)
    return lines[sold.good_id]


def sold_rows(part: Part) -> Sequence[Any]:
    """The lines of the sales in a part of the log, each with its sale and how many went."""
    return db.session.execute(
        select(RedemptionLine, RedemptionLine.quantity, Redemption)
        .join(Redemption, Redemption.id == RedemptionLine.redemption_id)
        .where(sales_in(part))
        .order_by(Redemption.receipt, RedemptionLine.line)
    ).all()


def refunded_rows(part: Part) -> Sequence[Any]:
    """The lines of the refunds in a part of the log, each with its refund, sale and how many."""
    return db.session.execute(
        select(RedemptionLine, RefundLine.quantity, Refund, Redemption)
        .join(RefundLine, RefundLine.line_id == RedemptionLine.id)
        .join(Refund, Refund.id == RefundLine.refund_id)
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .where(refunds_in(part))
        .order_by(Refund.id, RedemptionLine.line)
    ).all()


def sales_in(part: Part) -> ColumnElement[bool]:
    """Which sales a part of the log holds."""
    return (
        (Redemption.shop_id == part.shop_id)
        & (Redemption.village == part.village)
        & Redemption.receipt.between(part.from_size + 1, part.to_size)
    )


def refunds_in(part: Part) -> ColumnElement[bool]:
    """Which refunds a part of the log holds; they are joined to their sales."""
    return (
        (Redemption.shop_id == part.shop_id)
        & (Redemption.village == part.village)
        & Refund.log_place.between(part.from_size + 1, part.to_size)
    )
