"""What came in and went out."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select

from incentives.clock import beginning
from incentives.extensions import db
from incentives.shop.models import (
    Good,
    MovementKind,
    Shop,
    Stock,
    StockMovement,
    StockMovementLine,
    StockOwner,
)


def shelf_value_fen(village: str) -> int:
    """What the village's own goods on the shelf are worth, in fen: quantity times cost.

    A shopkeeper's own goods aren't counted: they are paid for out of the settlement budget.
    """
    value = db.session.scalar(
        select(func.sum(Stock.quantity * Good.cost_fen))
        .join(Good, Good.id == Stock.good_id)
        .join(Shop, Shop.id == Good.shop_id)
        .where(
            Shop.division == village,
            Shop.stock_owner == StockOwner.VILLAGE,
            Stock.quantity > 0,
        )
    )
    return int(value or 0)


def handed_out_fen(village: str, year: int) -> int:
    """What the village's own goods that were handed out in a year had cost, in fen.

    Less what was brought back.
    """
    moved = db.session.scalar(
        select(func.sum(StockMovementLine.quantity * StockMovementLine.unit_cost_fen))
        .join(StockMovement, StockMovement.id == StockMovementLine.movement_id)
        .join(Shop, Shop.id == StockMovement.shop_id)
        .where(
            Shop.division == village,
            Shop.stock_owner == StockOwner.VILLAGE,
            StockMovement.kind.in_((MovementKind.REDEMPTION, MovementKind.REFUND)),
            StockMovement.occurred_at >= beginning(date(year, 1, 1)),
            StockMovement.occurred_at < beginning(date(year + 1, 1, 1)),
        )
    )
    return -int(moved or 0)


def movements(shop_id: UUID, *, good_id: UUID | None = None) -> Select[StockMovement]:
    """A shop's stock movements, to be paged newest first by id; those with a good."""
    query = select(StockMovement).where(StockMovement.shop_id == shop_id)
    if good_id is not None:
        of_good = select(StockMovementLine.movement_id).where(StockMovementLine.good_id == good_id)
        query = query.where(StockMovement.id.in_(of_good))
    return query


def movement_lines(movement_ids: Sequence[UUID]) -> dict[UUID, list[StockMovementLine]]:
    """The lines of these movements, by movement."""
    lines: dict[UUID, list[StockMovementLine]] = {each: [] for each in movement_ids}
    for line in db.session.scalars(
        select(StockMovementLine)
        .where(StockMovementLine.movement_id.in_(movement_ids))
        .order_by(StockMovementLine.movement_id, StockMovementLine.line)
    ):
        lines[line.movement_id].append(line)
    return lines
