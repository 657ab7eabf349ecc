"""Settlements: those there are, what can be asked for next, what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from incentives.access.actor import Role
from incentives.access.queries import people_with_role
from incentives.clock import beginning, village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.ledger.queries import seq_at
from incentives.shop.models import (
    Settlement,
    SettlementLine,
    SettlementReversal,
    SettlementStatus,
    Shop,
    ShopService,
    StockOwner,
)
from incentives.shop.queries.reconciling import Difference, differences
from incentives.shop.queries.shops import shops_of_village
from incentives.shop.queries.statements import Part, Statement, statement_of


@dataclass(frozen=True)
class SettlementView:
    """A settlement with its shop, its statement now, what doesn't agree, and what was undone."""

    settlement: Settlement
    shop: Shop
    number: int
    lines: list[SettlementLine]
    statement: Statement
    differences: list[Difference]
    reversals: list[SettlementReversal]


@dataclass(frozen=True)
class Due:
    """What can be asked for next: the month, its statement and in what it doesn't agree."""

    month: date
    statement: Statement
    differences: list[Difference]


def find_service(shop_id: UUID, village: str) -> ShopService:
    """A shop's service of a village; refuses a shop that doesn't serve it."""
    service = db.session.get(ShopService, (shop_id, village))
    if service is None:
        raise NotFound()
    return service


def find_settlement(village: str, settlement_id: UUID) -> Settlement:
    """A settlement of that village as it now is; refuses what isn't there."""
    settlement = db.session.get(Settlement, settlement_id, populate_existing=True)
    if settlement is None or settlement.village != village:
        raise NotFound()
    return settlement


def settlements(
    village: str,
    *,
    shops: Sequence[UUID] | None = None,
    shop_id: UUID | None = None,
    statuses: Sequence[SettlementStatus] = (),
) -> Select[Settlement]:
    """The settlements of a village, to be paged newest first by id (a UUIDv7).

    `shops` are those that the reader may see, None all.
    """
    query = select(Settlement).where(Settlement.village == village)
    if shops is not None:
        query = query.where(Settlement.shop_id.in_(shops))
    if shop_id is not None:
        query = query.where(Settlement.shop_id == shop_id)
    if statuses:
        query = query.where(Settlement.status.in_(statuses))
    return query


def settlement_view(village: str, settlement_id: UUID) -> SettlementView:
    """A settlement with all that its page tells."""
    settlement = find_settlement(village, settlement_id)
    statement = statement_of(part_of(settlement))
    return SettlementView(
        settlement=settlement,
        shop=db.session.get_one(Shop, settlement.shop_id),
        number=statement.part.number,
        lines=lines_of(settlement.id),
        statement=statement,
        differences=differences(statement, settlement),
        reversals=reversals_of(settlement.id),
    )


def part_of(settlement: Settlement) -> Part:
    """The part of the log that a settlement covers."""
    service = find_service(settlement.shop_id, settlement.village)
    return Part(
        settlement.shop_id,
        settlement.village,
        service.number,
        settlement.from_size,
        settlement.to_size,
    )


def lines_of(settlement_id: UUID) -> list[SettlementLine]:
    """The lines of a statement as submitted, in order."""
    return list(
        db.session.scalars(
            select(SettlementLine)
            .where(SettlementLine.settlement_id == settlement_id)
            .order_by(SettlementLine.line)
        )
    )


def reversals_of(settlement_id: UUID) -> list[SettlementReversal]:
    """What was undone of a settlement, in order."""
    return list(
        db.session.scalars(
            select(SettlementReversal)
            .where(SettlementReversal.settlement_id == settlement_id)
            .order_by(SettlementReversal.reversed_at, SettlementReversal.event_id)
        )
    )


def month_statement(service: ShopService, month: date) -> Due:
    """What went over a shop's counter for a village in one month, whoever owns the stock."""
    village = service.village
    low, high = seq_at(village, beginning(month)), seq_at(village, beginning(after(month)))
    statement = statement_of(Part(service.shop_id, village, service.number, low, high))
    return Due(month, statement, differences(statement))


def next_due(service: ShopService, now: datetime) -> Due | None:
    """The oldest whole month that a shop can ask money for in a village; None where there is none.

    A month that comes to nothing, or in which more came back than went, is carried to the next.
    """
    shop = db.session.get_one(Shop, service.shop_id)
    running = village_day(now).replace(day=1)
    for month, from_size, at_most in open_stretches(service, shop):
        while month < running:
            to_size = seq_at(service.village, beginning(after(month)))
            if at_most is not None and to_size > at_most:
                break
            if to_size > from_size:
                part = Part(shop.id, service.village, service.number, from_size, to_size)
                statement = statement_of(part)
                found = differences(statement)
                if statement.is_payable or found:
                    return Due(month, statement, found)
            month = after(month)
    return None


def open_stretches(service: ShopService, shop: Shop) -> list[tuple[date, int, int | None]]:
    """The stretches of the log that no settlement covers: first month, where from, where to.

    There is one behind the newest, and one where an older statement was rejected after a newer
    one had been submitted.
    """
    stretches: list[tuple[date, int, int | None]] = []
    month, size = village_day(service.began_at).replace(day=1), 0
    for standing in db.session.scalars(
        settlements(service.village, shop_id=shop.id)
        .where(Settlement.status != SettlementStatus.REJECTED)
        .order_by(Settlement.from_size)
    ):
        if standing.from_size > size:
            stretches.append((month, size, standing.from_size))
        month, size = after(standing.month), standing.to_size
    return [*stretches, (month, size, None)]


def after(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def before(month: date) -> date:
    """The first day of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def keepers_of(shop: Shop) -> set[UUID]:
    """Who keeps a shop."""
    return people_with_role(Role.SHOPKEEPER, shop.division)


def who_keeps_shops(village: str) -> list[tuple[str, UUID]]:
    """The shops of a village, by name, that sell their keepers' own goods, each with one keeper."""
    return [
        (shop.name, keeper)
        for shop in shops_of_village(village, also_left=True)
        if shop.stock_owner is StockOwner.SHOPKEEPER
        for keeper in keepers_of(shop)
    ]
