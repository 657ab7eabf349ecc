"""A month of the shelf: what stood there, came, went, and stands there now, good by good."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import case, func, select

from incentives.clock import beginning
from incentives.extensions import db
from incentives.shop.models import Good, MovementKind, Shop, Stock, StockMovement, StockMovementLine

# What a sheet tells apart, and the kinds of movements in each; an opening taken back is no inflow.
COLUMNS: dict[str, tuple[MovementKind, ...]] = {
    "came_in": (MovementKind.IN, MovementKind.REVERSAL),
    "handed_out": (MovementKind.REDEMPTION, MovementKind.REFUND),
    "spoiled": (MovementKind.SPOILED,),
    "returned": (MovementKind.RETURN,),
    "counted": (MovementKind.COUNT,),
}
COLUMN_OF = {kind: column for column, kinds in COLUMNS.items() for kind in kinds}


@dataclass
class Moved:
    """A quantity, and what it cost in fen; both below zero where goods left the shelf."""

    quantity: int = 0
    cost_fen: int = 0

    def add(self, quantity: int, cost_fen: int) -> None:
        """Add what else moved."""
        self.quantity += quantity
        self.cost_fen += cost_fen


@dataclass
class MonthLine:
    """A good's month: opening + what moved + revalued = closing, in quantity and in fen.

    `revalued_fen` is by how much what stands on the shelf is worth more or less because the cost
    of one changed (decision 0022).
    """

    sku: str
    name_zh: str
    name_en: str | None
    unit: str
    opening: Moved = field(default_factory=Moved)
    moved: dict[str, Moved] = field(default_factory=lambda: {name: Moved() for name in COLUMNS})
    revalued_fen: int = 0
    closing: Moved = field(default_factory=Moved)

    @property
    def adds_up(self) -> bool:
        """Whether opening and all that moved make the closing."""
        parts = [self.opening, *self.moved.values()]
        return (
            sum(each.quantity for each in parts) == self.closing.quantity
            and sum(each.cost_fen for each in parts) + self.revalued_fen == self.closing.cost_fen
        )

    def take(self, other: "MonthLine") -> None:
        """Add another good's figures: what the last line of a sheet is made of."""
        self.opening.add(other.opening.quantity, other.opening.cost_fen)
        for name, each in other.moved.items():
            self.moved[name].add(each.quantity, each.cost_fen)
        self.revalued_fen += other.revalued_fen
        self.closing.add(other.closing.quantity, other.closing.cost_fen)


@dataclass(frozen=True)
class MonthSheet:
    """A shop's month, by its first day; `total` sums all goods. Quantities of it count pieces."""

    shop: Shop
    month: date
    lines: list[MonthLine]
    total: MonthLine

    @property
    def adds_up(self) -> bool:
        """Whether every line does, and the sheet's end is what the shelf holds."""
        return all(line.adds_up for line in (*self.lines, self.total))


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """When a month begins and ends in the village."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return beginning(first), beginning(following)


def month_sheet(shop: Shop, month: date) -> MonthSheet:
    """A shop's month, in a few statements however many goods it has.

    The closing isn't computed from what moved: it is what the shelf holds now, less what moved
    since the month's end, so that a movement that is missing shows as a line that doesn't add up.
    """
    begin, end = month_bounds(month)
    goods = db.session.execute(
        select(Good, Stock.quantity)
        .join(Stock)
        .where(Good.shop_id == shop.id, Good.voucher_days.is_(None))
        .order_by(Good.sku)
    ).all()
    lines: dict[UUID, MonthLine] = {}
    for good, quantity in goods:
        line = MonthLine(good.sku, good.name_zh, good.name_en, good.unit)
        line.closing.add(quantity, quantity * good.cost_fen)
        lines[good.id] = line
    for good_id, time, kind, quantity, cost_fen, revalued_fen in moves_of(shop, begin, end):
        line = lines[good_id]
        if time == BEFORE:
            line.opening.add(quantity, cost_fen + revalued_fen)
        elif time == AFTER:
            line.closing.add(-quantity, -cost_fen - revalued_fen)
        else:
            line.revalued_fen += revalued_fen
            if kind in COLUMN_OF:
                line.moved[COLUMN_OF[kind]].add(quantity, cost_fen)
    total = MonthLine("", "", None, "")
    for line in lines.values():
        total.take(line)
    return MonthSheet(shop, month.replace(day=1), list(lines.values()), total)


BEFORE, WITHIN, AFTER = 0, 1, 2


def moves_of(
    shop: Shop, begin: datetime, end: datetime
) -> list[tuple[UUID, int, MovementKind, int, int, int]]:
    """What moved of each good before, within and after a month, by kind: one statement."""
    at = StockMovement.occurred_at
    time = case((at < begin, BEFORE), (at < end, WITHIN), else_=AFTER)
    line = StockMovementLine
    rows = db.session.execute(
        select(
            line.good_id,
            time,
            StockMovement.kind,
            func.sum(line.quantity),
            func.sum(line.quantity * line.unit_cost_fen),
            func.sum(line.revalued_fen),
        )
        .join(StockMovement, StockMovement.id == line.movement_id)
        .where(StockMovement.shop_id == shop.id)
        .group_by(line.good_id, time, StockMovement.kind)
    )
    return [
        (good_id, int(of_time), kind, int(quantity), int(cost), int(revalued))
        for good_id, of_time, kind, quantity, cost, revalued in rows
    ]
