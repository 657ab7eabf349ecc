"""Changing the shelf: quantities, what one costs afterwards, and the lines that say why.

What stands on the shelf is worth its quantity times the good's cost, always. Goods of the village
come in at what was paid: their cost is then the moving average, in whole fen. A shopkeeper's own
goods keep the cost that was agreed, whatever the shopkeeper paid (decision 0022).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import BigInteger, bindparam, select, update

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.clock import village_day
from incentives.errors import NotFound, OutOfStock
from incentives.extensions import db
from incentives.prepared import Prepared, insertion, store
from incentives.shop.models import (
    Good,
    GoodPrice,
    Shop,
    Stock,
    StockMovement,
    StockMovementLine,
    StockOwner,
)
from incentives.shop.words import unit_word
from incentives.web.languages import in_language

CHANGE = bindparam("change", type_=BigInteger())
CHANGE_QUANTITY = Prepared(
    lambda _dialect: (
        update(Stock)
        .where(Stock.good_id == bindparam("good_id"))
        .where((Stock.quantity + CHANGE >= 0) | (CHANGE >= 0))
        .values(quantity=Stock.quantity + CHANGE)
        .returning(Stock.quantity)
    )
)


@dataclass(frozen=True)
class StockLine:
    """One good of a movement: a quantity in its unit, and what one cost (None: as the good says).

    `cost_fen` is the good's cost, where the caller read it under the lock that keeps it as it is.
    """

    good_id: UUID
    quantity: int
    unit_cost_fen: int | None = None
    cost_fen: int | None = None


def move_stock(
    shop: Shop,
    movement: StockMovement,
    lines: Sequence[StockLine],
    *,
    actor: Actor,
    now: datetime,
) -> StockMovement:
    """Change the shelf and write the movement that says why.

    Each stock row is changed by one conditional UPDATE, in id order (the lock order of
    docs/ledger.md); a row that holds too little is `out_of_stock` and nothing is changed. Costs
    are read once the rows are locked.
    """
    movement.shop_id = shop.id
    movement.occurred_at = now
    movement.entered_by = actor.person
    store(movement)
    ordered = sorted(lines, key=lambda each: each.good_id.hex)
    after = [change_quantity(line) for line in ordered]
    rows = []
    for number, (line, left) in enumerate(zip(with_costs(ordered), after, strict=True), start=1):
        cost = cost_after(shop, line, left)
        rows.append(line_row(movement, number, line, left, cost))
        if cost != line.cost_fen:
            set_cost(line.good_id, cost, movement)
    insertion(StockMovementLine.__table__).send(*rows)
    if movement.record_id is None:
        audit.record(
            actor, audit.Tag.STOCK_MOVED, village=shop.division, subject=movement.id, now=now
        )
    return movement


def change_quantity(line: StockLine) -> int:
    """Change one stock row; what then stands there. Refuses to take more than it holds."""
    changed = CHANGE_QUANTITY.ask(good_id=line.good_id, change=line.quantity)
    if not changed:
        raise sold_out(line.good_id)
    return int(changed[0][0])


def with_costs(lines: Sequence[StockLine]) -> list[StockLine]:
    """The lines with their goods' costs, and with what one cost where it wasn't said."""
    unknown = [line.good_id for line in lines if line.cost_fen is None]
    costs: dict[UUID, int] = {}
    if unknown:
        query = select(Good.id, Good.cost_fen).where(Good.id.in_(unknown))
        costs = {row.id: row.cost_fen for row in db.session.execute(query)}
    known = [
        line if line.cost_fen is not None else replace(line, cost_fen=costs[line.good_id])
        for line in lines
    ]
    return [
        line if line.unit_cost_fen is not None else replace(line, unit_cost_fen=line.cost_fen)
        for line in known
    ]


def cost_after(shop: Shop, line: StockLine, left: int) -> int:
    """What one costs once the line has moved: the average of what stood there and came in."""
    cost, paid = line.cost_fen or 0, line.unit_cost_fen or 0
    if shop.stock_owner is not StockOwner.VILLAGE or line.quantity <= 0:
        return cost
    held = max(left - line.quantity, 0)
    together = held + line.quantity
    return (2 * (held * cost + line.quantity * paid) + together) // (2 * together)


def line_row(
    movement: StockMovement, number: int, line: StockLine, left: int, cost: int
) -> dict[str, Any]:
    """A movement's line as it is written."""
    before, paid = line.cost_fen or 0, line.unit_cost_fen or 0
    worth_more = left * cost - (left - line.quantity) * before
    return {
        "movement_id": movement.id,
        "line": number,
        "good_id": line.good_id,
        "quantity": line.quantity,
        "quantity_after": left,
        "unit_cost_fen": paid,
        "revalued_fen": worth_more - line.quantity * paid,
    }


def set_cost(good_id: UUID, cost_fen: int, movement: StockMovement) -> None:
    """Give a good the cost that an inflow made of it, and keep that in its history."""
    price = db.session.scalar(
        update(Good)
        .where(Good.id == good_id)
        .values(cost_fen=cost_fen)
        .returning(Good.price_points)
    )
    db.session.add(
        GoodPrice(
            good_id=good_id,
            price_points=price or 0,
            cost_fen=cost_fen,
            holds_from=village_day(movement.occurred_at),
            set_by=movement.entered_by,
            set_at=movement.occurred_at,
            movement_id=movement.id,
        )
    )


def sold_out(good_id: UUID) -> OutOfStock | NotFound:
    """The refusal for a good whose row holds too little: it names the good and what is left."""
    row = db.session.execute(
        select(Good.name_zh, Good.name_en, Good.unit, Stock.quantity)
        .join(Stock)
        .where(Good.id == good_id)
    ).one_or_none()
    if row is None:
        return NotFound()
    name_zh, name_en, unit, left = row
    words = {"good": in_language(name_zh, name_en), "left": left, "unit": unit_word(unit)}
    return OutOfStock(
        _("%(good)s: only %(left)s %(unit)s left", **words),
        good_id=str(good_id),
        left=left,
    )
