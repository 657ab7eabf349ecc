"""What the fund paid for goods, beside the goods that came in for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from incentives.extensions import db
from incentives.fund.models import Disbursement
from incentives.fund.queries import payees, stock_payments
from incentives.shop.models import (
    MovementKind,
    PurchaseLink,
    Shop,
    StockMovement,
    StockMovementLine,
    StockSource,
)

SHOWN = 50


@dataclass
class Payment:
    """A payment of the fund for goods: what was paid less what came back, and the goods for it."""

    disbursement: Disbursement
    payee: str
    paid_fen: int
    links: list[PurchaseLink] = field(default_factory=list)

    @property
    def paid_on(self) -> date | None:
        """The day of the payment."""
        return self.disbursement.paid_on

    @property
    def voucher(self) -> str | None:
        """The number of its voucher."""
        return self.disbursement.voucher

    @property
    def linked_fen(self) -> int:
        """What the goods that came in for it cost."""
        return sum(link.amount_fen for link in self.links)

    @property
    def difference_fen(self) -> int:
        """What was paid and stands in no movement yet; below zero after a return of money."""
        return self.paid_fen - self.linked_fen


def sums_of_movements(movement_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What came in by these movements in fen, by movement."""
    sums = dict.fromkeys(movement_ids, 0)
    cost = func.sum(StockMovementLine.quantity * StockMovementLine.unit_cost_fen)
    for movement_id, total in db.session.execute(
        select(StockMovementLine.movement_id, cost)
        .where(StockMovementLine.movement_id.in_(movement_ids))
        .group_by(StockMovementLine.movement_id)
    ):
        sums[movement_id] = int(total)
    return sums


def payments_for_goods(shop: Shop) -> list[Payment]:
    """What the village's fund paid for goods, newest first, each with what came in for it."""
    paid = stock_payments(shop.division)
    named = payees(paid) if paid else {}
    found = {
        each.id: Payment(each, named[each.id].name, each.amount_fen - each.returned_fen)
        for each in paid
    }
    for link in db.session.scalars(
        select(PurchaseLink)
        .where(PurchaseLink.disbursement_id.in_(found))
        .order_by(PurchaseLink.movement_id)
    ):
        found[link.disbursement_id].links.append(link)
    return list(found.values())


def unlinked_purchases(shop_id: UUID) -> list[StockMovement]:
    """The newest goods that were bought and have no payment yet, at most 50."""
    return list(
        db.session.scalars(
            select(StockMovement)
            .outerjoin(PurchaseLink, PurchaseLink.movement_id == StockMovement.id)
            .where(
                StockMovement.shop_id == shop_id,
                StockMovement.kind == MovementKind.IN,
                StockMovement.source == StockSource.PURCHASE,
                PurchaseLink.movement_id.is_(None),
            )
            .order_by(StockMovement.id.desc())
            .limit(SHOWN)
        )
    )
