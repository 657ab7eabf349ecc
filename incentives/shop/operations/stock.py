"""Goods in and out of the shelf: every change is one movement, and none leaves it below zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select, update

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import FieldError, Invalid, NotFound, OutOfStock
from incentives.extensions import db
from incentives.shop.models import (
    Good,
    MovementKind,
    Shop,
    Stock,
    StockMovement,
    StockMovementLine,
    StockOwner,
    StockSource,
)
from incentives.shop.queries import find_shop


@dataclass(frozen=True)
class StockLine:
    """One good of a movement: a quantity in its unit, what one cost (None: as the good says)."""

    good_id: UUID
    quantity: int
    unit_cost_fen: int | None = None


def receive_stock(
    *,
    shop_id: UUID,
    source: StockSource,
    lines: Sequence[StockLine],
    voucher: str | None = None,
    note: str | None = None,
    actor: Actor,
    now: datetime,
) -> StockMovement:
    """Take goods in: bought, donated, or the shopkeeper's own, as the shop's stock owner allows."""
    shop = find_shop(shop_id)
    require(actor, "stock.move", shop.division)
    of_keeper = shop.stock_owner is StockOwner.SHOPKEEPER
    if source is StockSource.OPENING or (source is StockSource.SHOPKEEPER) != of_keeper:
        raise Invalid(
            errors=[FieldError("/source", _("This source doesn't fit the owner of the stock"))]
        )
    movement = StockMovement(kind=MovementKind.IN, source=source, voucher=voucher, note=note)
    return move_stock(shop, movement, checked(shop, lines), actor=actor, now=now)


def take_over_stock(
    *, shop_id: UUID, lines: Sequence[StockLine], actor: Actor, now: datetime
) -> StockMovement:
    """Take in what stood on the shelf in a paper book; openings has asked who may."""
    shop = find_shop(shop_id)
    movement = StockMovement(kind=MovementKind.IN, source=StockSource.OPENING)
    return move_stock(shop, movement, checked(shop, lines), actor=actor, now=now)


def give_back_stock(line: StockLine, *, note: str, actor: Actor, now: datetime) -> StockMovement:
    """Take out what was taken over wrongly; refuses more than the shelf holds."""
    shop = find_shop(db.session.get_one(Good, line.good_id).shop_id)
    out = StockLine(line.good_id, -line.quantity, line.unit_cost_fen)
    movement = StockMovement(kind=MovementKind.REVERSAL, note=note)
    return move_stock(shop, movement, checked(shop, [out]), actor=actor, now=now)


def remove_stock(
    *,
    shop_id: UUID,
    kind: MovementKind,
    lines: Sequence[StockLine],
    note: str | None = None,
    actor: Actor,
    now: datetime,
) -> StockMovement:
    """Take goods out: `spoiled`, or `return` to the supplier. Refuses more than the shelf holds."""
    shop = find_shop(shop_id)
    require(actor, "stock.move", shop.division)
    if kind not in (MovementKind.SPOILED, MovementKind.RETURN):
        raise Invalid(errors=[FieldError("/kind", _("This is no way to take goods out"))])
    taken = [StockLine(line.good_id, -line.quantity, line.unit_cost_fen) for line in lines]
    movement = StockMovement(kind=kind, note=note)
    return move_stock(shop, movement, checked(shop, taken), actor=actor, now=now)


def count_stock(
    *,
    shop_id: UUID,
    lines: Sequence[StockLine],
    note: str | None = None,
    actor: Actor,
    now: datetime,
) -> StockMovement:
    """Enter what a count of the shelf found; the movement holds the differences, zeros too.

    Ends `count_due` of the goods counted.
    """
    shop = find_shop(shop_id)
    require(actor, "stock.move", shop.division)
    counted = checked(shop, lines, least=0)
    found = {line.good_id: line for line in counted}
    rows = db.session.execute(
        select(Stock.good_id, Stock.quantity)
        .where(Stock.good_id.in_(found))
        .order_by(Stock.good_id)
        .with_for_update()
    )
    differences = [
        StockLine(good_id, found[good_id].quantity - held, found[good_id].unit_cost_fen)
        for good_id, held in rows
    ]
    movement = StockMovement(kind=MovementKind.COUNT, note=note)
    movement = move_stock(shop, movement, differences, actor=actor, now=now)
    db.session.execute(update(Stock).where(Stock.good_id.in_(found)).values(count_due=False))
    return movement


def checked(shop: Shop, lines: Sequence[StockLine], least: int | None = None) -> list[StockLine]:
    """The lines with their costs; refuses a good twice, of another shop, or no quantity."""
    listed = select(Good.id, Good.cost_fen).where(
        Good.shop_id == shop.id, Good.id.in_([line.good_id for line in lines])
    )
    goods = {row.id: row.cost_fen for row in db.session.execute(listed)}
    errors = []
    seen: set[UUID] = set()
    for index, line in enumerate(lines):
        if line.good_id not in goods:
            errors.append(FieldError(f"/lines/{index}/good_id", _("This shop has no such good")))
        if line.good_id in seen:
            errors.append(FieldError(f"/lines/{index}/good_id", _("This good stands here twice")))
        if line.quantity < least if least is not None else line.quantity == 0:
            errors.append(FieldError(f"/lines/{index}/quantity", _("How many?")))
        seen.add(line.good_id)
    if errors or not lines:
        raise Invalid(errors=errors)
    return [
        StockLine(
            line.good_id,
            line.quantity,
            goods[line.good_id] if line.unit_cost_fen is None else line.unit_cost_fen,
        )
        for line in lines
    ]


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
    docs/ledger.md); a row that holds too little is `out_of_stock` and nothing is changed.
    """
    movement.shop_id = shop.id
    movement.occurred_at = now
    movement.entered_by = actor.person
    db.session.add(movement)
    db.session.flush()
    rows: list[dict[str, Any]] = []
    for line in sorted(lines, key=lambda each: each.good_id.hex):
        after = db.session.scalar(
            update(Stock)
            .where(Stock.good_id == line.good_id)
            .where((Stock.quantity + line.quantity >= 0) | (line.quantity >= 0))
            .values(quantity=Stock.quantity + line.quantity)
            .returning(Stock.quantity)
        )
        if after is None:
            raise sold_out(line.good_id)
        rows.append(
            {
                "movement_id": movement.id,
                "line": len(rows) + 1,
                "good_id": line.good_id,
                "quantity": line.quantity,
                "quantity_after": after,
                "unit_cost_fen": line.unit_cost_fen or 0,
            }
        )
    db.session.execute(insert(StockMovementLine), rows)
    if movement.record_id is None:
        audit.record(
            actor, audit.Tag.STOCK_MOVED, village=shop.division, subject=movement.id, now=now
        )
    return movement


def sold_out(good_id: UUID) -> OutOfStock | NotFound:
    """The refusal for a good whose row holds too little: it names the good and what is left."""
    row = db.session.execute(
        select(Good.name_zh, Stock.quantity).join(Stock).where(Good.id == good_id)
    ).one_or_none()
    if row is None:
        return NotFound()
    name, left = row
    return OutOfStock(
        _("%(good)s: only %(left)s left", good=name, left=left),
        good_id=str(good_id),
        left=left,
    )
