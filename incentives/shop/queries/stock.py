"""What came in and went out."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from incentives.extensions import db
from incentives.shop.models import (
    StockMovement,
    StockMovementLine,
)


def movements(shop_id: UUID) -> Select[StockMovement]:
    """A shop's stock movements, to be paged newest first by id."""
    return select(StockMovement).where(StockMovement.shop_id == shop_id)


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
