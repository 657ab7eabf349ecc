"""What shopkeepers are owed that no settlement was approved for, and the points that were paid for.

From its approval a settlement stands in the fund's books; until then only its sales tell of it.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import ScalarSelect, String, cast, func, literal, select

from incentives.clock import beginning
from incentives.extensions import db
from incentives.ledger.models import Account, Event, LogHead
from incentives.shop.models import (
    Redemption,
    Refund,
    Settlement,
    SettlementStatus,
    Shop,
    ShopService,
    StockOwner,
)
from incentives.shop.queries.statements import Part, statement_of

APPROVED = (SettlementStatus.APPROVED, SettlementStatus.PAID, SettlementStatus.CONFIRMED)


def owed_fen(village: str) -> int:
    """What the shopkeepers' goods that were handed out come to, less cash, until it is approved.

    A shop to which more came back than went is owed nothing.
    """
    services = db.session.scalars(
        select(ShopService)
        .join(Shop, Shop.id == ShopService.shop_id)
        .where(ShopService.village == village, Shop.stock_owner == StockOwner.SHOPKEEPER)
        .order_by(ShopService.number)
    ).all()
    return sum(
        max(0, sum(statement_of(part).amount_fen for part in unapproved_parts(service)))
        for service in services
    )


def unsettled_points(village: str) -> ScalarSelect[int]:
    """The points that shopkeepers took for their own goods and no settlement is approved for, as a
    column of another statement."""
    code = literal("shop.") + cast(ShopService.number, String)
    return (
        select(func.coalesce(func.sum(Account.balance), 0))
        .join(ShopService, (ShopService.village == Account.village) & (Account.code == code))
        .join(Shop, Shop.id == ShopService.shop_id)
        .where(Account.village == village, Shop.stock_owner == StockOwner.SHOPKEEPER)
        .scalar_subquery()
    )


def unapproved_parts(service: ShopService) -> list[Part]:
    """The parts of the log that no approved settlement of a shop covers."""
    parts, size = [], 0
    for from_size, to_size in covered(service.shop_id, service.village):
        if from_size > size:
            parts.append(part_of(service, size, from_size))
        size = to_size
    end = db.session.scalar(select(LogHead.size).where(LogHead.village == service.village)) or 0
    # Cash that went back without points lies with the event that comes next.
    return [*parts, part_of(service, size, end + 1)]


def part_of(service: ShopService, from_size: int, to_size: int) -> Part:
    """A part of the log of the village that a shop serves."""
    return Part(service.shop_id, service.village, service.number, from_size, to_size)


def covered(shop_id: UUID, village: str) -> list[tuple[int, int]]:
    """From where to where the approved settlements of a shop go, in order."""
    rows = db.session.execute(
        select(Settlement.from_size, Settlement.to_size)
        .where(
            Settlement.shop_id == shop_id,
            Settlement.village == village,
            Settlement.status.in_(APPROVED),
        )
        .order_by(Settlement.from_size)
    )
    return [(row.from_size, row.to_size) for row in rows]


def paid_for_points(village: str, year: int) -> int:
    """The points whose goods' money is in a year's spending: settled, or of the village's goods."""
    settled = db.session.scalar(
        select(func.sum(Settlement.points))
        .join(Event, Event.id == Settlement.approved_event_id)
        .where(
            Settlement.village == village,
            Event.occurred_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )
    return int(settled or 0) + own_goods_points(village, year)


def own_goods_points(village: str, year: int) -> int:
    """What was redeemed in a year for the village's own goods, less what was given back."""
    first, end = beginning(date(year, 1, 1)), beginning(date(year + 1, 1, 1))
    own = (Shop.division == village, Shop.stock_owner == StockOwner.VILLAGE)
    taken = db.session.scalar(
        select(func.sum(Redemption.points))
        .join(Shop, Shop.id == Redemption.shop_id)
        .where(*own, Redemption.redeemed_at >= first, Redemption.redeemed_at < end)
    )
    given_back = db.session.scalar(
        select(func.sum(Refund.points))
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .join(Shop, Shop.id == Redemption.shop_id)
        .where(*own, Refund.refunded_at >= first, Refund.refunded_at < end)
    )
    return int(taken or 0) - int(given_back or 0)
