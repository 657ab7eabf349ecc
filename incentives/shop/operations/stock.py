"""Goods in and out of the shelf: every change is one movement, and none leaves it below zero."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from incentives.access.actor import Actor
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.files.queries import brought_file
from incentives.shop.keeping import require_at
from incentives.shop.models import (
    Good,
    MovementKind,
    Shop,
    Stock,
    StockMovement,
    StockOwner,
    StockSource,
)
from incentives.shop.operations.moving import StockLine, move_stock
from incentives.shop.operations.shops import hold_villages
from incentives.shop.queries import find_shop, villages_ever_served
from incentives.texts import is_blank

__all__ = [
    "StockLine",
    "count_stock",
    "give_back_stock",
    "move_stock",
    "receive_stock",
    "remove_stock",
    "take_over_stock",
]


def receive_stock(
    *,
    shop_id: UUID,
    source: StockSource,
    lines: Sequence[StockLine],
    voucher: str | None = None,
    supplier: str | None = None,
    voucher_file_id: UUID | None = None,
    note: str | None = None,
    actor: Actor,
    now: datetime,
) -> StockMovement:
    """Take goods in: bought, donated, or the shopkeeper's own, as the shop's stock owner allows.

    What one cost in fen is the line's, else the good's own. Refuses services, which stand on no
    shelf, and a voucher's picture that the actor didn't bring to a village that the shop serves.
    """
    shop = find_shop(shop_id)
    require_at(actor, "stock.move", shop)
    of_keeper = shop.stock_owner is StockOwner.SHOPKEEPER
    if source is StockSource.OPENING or (source is StockSource.SHOPKEEPER) != of_keeper:
        raise Invalid(
            errors=[FieldError("/source", _("This source doesn't fit the owner of the stock"))]
        )
    if voucher_file_id is not None:
        brought_file(villages_ever_served(shop.id), voucher_file_id, actor, "/voucher_file_id")
    movement = StockMovement(
        kind=MovementKind.IN,
        source=source,
        voucher=voucher,
        supplier=supplier,
        voucher_file_id=voucher_file_id,
        note=note,
    )
    hold_costs(shop)
    return move_stock(shop, movement, checked(shop, lines), actor=actor, now=now)


def take_over_stock(
    *, shop_id: UUID, lines: Sequence[StockLine], actor: Actor, now: datetime
) -> StockMovement:
    """Take in what stood on the shelf in a paper book; openings has asked who may."""
    shop = find_shop(shop_id)
    movement = StockMovement(kind=MovementKind.IN, source=StockSource.OPENING)
    hold_costs(shop)
    return move_stock(shop, movement, checked(shop, lines), actor=actor, now=now)


def give_back_stock(line: StockLine, *, note: str, actor: Actor, now: datetime) -> StockMovement:
    """Take out what was taken over wrongly; refuses more than the shelf holds."""
    shop = find_shop(db.session.get_one(Good, line.good_id).shop_id)
    out = StockLine(line.good_id, -line.quantity, line.unit_cost_fen)
    movement = StockMovement(kind=MovementKind.REVERSAL, note=note)
    hold_costs(shop)
    return move_stock(shop, movement, checked(shop, [out]), actor=actor, now=now)


def remove_stock(
    *,
    shop_id: UUID,
    kind: MovementKind,
    lines: Sequence[StockLine],
    note: str | None = None,
    supplier: str | None = None,
    actor: Actor,
    now: datetime,
) -> StockMovement:
    """Take goods out: `spoiled`, with a reason, or `return` to the supplier.

    What spoiled is taken out at its cost; what goes back, at what the supplier gives for it, where
    the line says so. Refuses more than the shelf holds, and a return to nobody.
    """
    shop = find_shop(shop_id)
    require_at(actor, "stock.move", shop)
    if kind not in (MovementKind.SPOILED, MovementKind.RETURN):
        raise Invalid(errors=[FieldError("/kind", _("This is no way to take goods out"))])
    spoiled = kind is MovementKind.SPOILED
    if spoiled and is_blank(note):
        raise Invalid(errors=[FieldError("/note", _("Say why they spoiled"))])
    if not spoiled and is_blank(supplier):
        raise Invalid(errors=[FieldError("/supplier", _("Say to whom they go back"))])
    taken = [
        StockLine(line.good_id, -line.quantity, None if spoiled else line.unit_cost_fen)
        for line in lines
    ]
    movement = StockMovement(kind=kind, note=note, supplier=supplier)
    hold_costs(shop)
    return move_stock(shop, movement, checked(shop, taken), actor=actor, now=now)


def count_stock(
    *,
    shop_id: UUID,
    lines: Sequence[StockLine],
    note: str | None = None,
    counted_by: str | None = None,
    actor: Actor,
    now: datetime,
) -> StockMovement:
    """Enter what a count of the shelf found; the movement holds the differences, zeros too.

    `counted_by` says who counted, the actor where left out. Refuses a difference without a reason.
    Ends `count_due` of the goods counted.
    """
    shop = find_shop(shop_id)
    require_at(actor, "stock.move", shop)
    hold_costs(shop)
    found = {line.good_id: line.quantity for line in checked(shop, lines, least=0)}
    rows = db.session.execute(
        select(Stock.good_id, Stock.quantity)
        .where(Stock.good_id.in_(found))
        .order_by(Stock.good_id)
        .with_for_update()
    )
    differences = [StockLine(good_id, found[good_id] - held) for good_id, held in rows]
    different = sum(1 for line in differences if line.quantity)
    if different and is_blank(note):
        raise Invalid(errors=[FieldError("/note", _("The count differs from the books: say why"))])
    movement = StockMovement(
        kind=MovementKind.COUNT,
        note=note,
        counted_by=(counted_by or actor.name)[:60],
        differences=different,
    )
    movement = move_stock(shop, movement, differences, actor=actor, now=now)
    db.session.execute(update(Stock).where(Stock.good_id.in_(found)).values(count_due=False))
    return movement


def hold_costs(shop: Shop) -> None:
    """Let no sale read a cost while it moves: only the village's own goods have one that does."""
    if shop.stock_owner is StockOwner.VILLAGE:
        hold_villages(shop.id)


def checked(shop: Shop, lines: Sequence[StockLine], least: int | None = None) -> list[StockLine]:
    """The lines; refuses a good twice, of another shop or a service, and no quantity."""
    listed = select(Good.id, Good.voucher_days).where(
        Good.shop_id == shop.id, Good.id.in_([line.good_id for line in lines])
    )
    services = {row.id: row.voucher_days is not None for row in db.session.execute(listed)}
    errors = []
    seen: set[UUID] = set()
    for index, line in enumerate(lines):
        if line.good_id not in services:
            errors.append(FieldError(f"/lines/{index}/good_id", _("This shop has no such good")))
        elif services[line.good_id]:
            errors.append(FieldError(f"/lines/{index}/good_id", _("A service has no stock")))
        if line.good_id in seen:
            errors.append(FieldError(f"/lines/{index}/good_id", _("This good stands here twice")))
        if line.quantity < least if least is not None else line.quantity == 0:
            errors.append(FieldError(f"/lines/{index}/quantity", _("How many?")))
        seen.add(line.good_id)
    if not lines:
        errors.append(FieldError("/lines", _("Fill in at least one good")))
    if errors:
        raise Invalid(errors=errors)
    return list(lines)
