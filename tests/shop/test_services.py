"""Whom a township's shop serves: villages that come later, and go; and who keeps which shop."""

from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from incentives import ledger
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import (
    Duplicate,
    Invalid,
    NotFound,
    NotPermitted,
    Stale,
    WrongState,
    WrongVillage,
)
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.ledger.kinds import Unit
from incentives.shop import operations, queries
from incentives.shop.models import SettlementStatus, ShopService, StockOwner
from incentives.shop.operations import shops
from incentives.shop.queries.goods import goods_for_village
from incentives.shop.queries.settlements import find_service, next_due, settlement_view
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_village, staff
from tests.shop.settling import ALL, APRIL, MARCH, MAY, Trade

FAR_VILLAGE = "513336100001"
BOTH = (VILLAGE, OTHER_VILLAGE)


@pytest.fixture
def trade(app, clock) -> Trade:
    """A township's shop that serves two villages."""
    return Trade(clock, division=TOWNSHIP, serves=BOTH)


@pytest.fixture
def administrator():
    return staff(Role.ADMINISTRATOR, TOWNSHIP)


def serve(trade: Trade, village: str, actor) -> None:
    work = {"shop_id": trade.shop, "village": village, "actor": actor}
    act(lambda: operations.serve_village(now=now(), **work).id)


def leave(trade: Trade, village: str, actor) -> None:
    work = {"shop_id": trade.shop, "village": village, "actor": actor}
    act(lambda: operations.leave_village(now=now(), **work).id)


def accounts_of(village: str) -> set[str]:
    """The accounts of shops in a village's book."""
    kinds = ("shop.", "settled.", "payable.")
    return {code for code in ledger.balances(village) if code.startswith(kinds)}


def test_a_village_that_comes_later_has_accounts_of_its_own_and_is_settled_by_itself(
    app, clock, administrator
):
    trade = Trade(clock, division=TOWNSHIP, serves=BOTH)
    leave(trade, OTHER_VILLAGE, administrator)
    third = "513336101206"
    make_village(third, daily_redemption_cap=5000, pin_above=5000)
    assert accounts_of(third) == set()
    serve(trade, third, administrator)
    assert accounts_of(third) == {"shop.1", "settled.1", "payable.1"}
    assert queries.villages_served(trade.shop) == sorted([VILLAGE, third])
    assert ledger.balances(third)["shop.1"] == 0
    # It serves from that day: nothing is due of the months before.
    assert next_due(find_service(trade.shop, third), now()) is None
    assert [each.name for each in queries.shops_of_village(third)] == ["积分超市"]


def test_what_was_sold_before_a_shop_left_is_refunded_and_settled(trade, administrator):
    sale = trade.sell(OTHER_VILLAGE, soap=3)
    kept = trade.sell(OTHER_VILLAGE, oil=1)
    leave(trade, OTHER_VILLAGE, administrator)
    with pytest.raises(WrongVillage):
        trade.sell(OTHER_VILLAGE, soap=1)
    assert goods_for_village(OTHER_VILLAGE) == []
    assert queries.shops_of_village(OTHER_VILLAGE) == []
    trade.take_back(sale, OTHER_VILLAGE, soap=1)
    trade.sell(VILLAGE, soap=1)
    trade.on(APRIL)
    settlement = trade.submit(MARCH, OTHER_VILLAGE)
    assert trade.row(settlement).points == 60
    assert trade.through(settlement, *ALL, village=OTHER_VILLAGE) is SettlementStatus.CONFIRMED
    assert settlement_view(OTHER_VILLAGE, settlement).differences == []
    # A refund after it is taken off once the shop serves the village again.
    trade.take_back(kept, OTHER_VILLAGE)
    serve(trade, OTHER_VILLAGE, administrator)
    trade.sell(OTHER_VILLAGE, oil=2)
    trade.on(MAY)
    again = trade.submit(APRIL, OTHER_VILLAGE)
    assert trade.row(again).points == 40
    for village in BOTH:
        sums = dict.fromkeys(Unit, 0)
        for row in ledger.trial_balance(village):
            sums[row.unit] += row.balance
        assert set(sums.values()) == {0}
        assert audit(village) == []


def test_who_may_and_what_is_refused(trade, administrator):
    make_village(FAR_VILLAGE)
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises((NotPermitted, NotFound)):
            leave(trade, OTHER_VILLAGE, staff(role, TOWNSHIP))
    with pytest.raises(NotFound):
        leave(trade, OTHER_VILLAGE, staff(Role.ADMINISTRATOR, VILLAGE))
    for wrong in (FAR_VILLAGE, "513336101999", TOWNSHIP, f"{VILLAGE}001"):
        with pytest.raises(Invalid):
            serve(trade, wrong, administrator)
    with pytest.raises(Duplicate):
        serve(trade, VILLAGE, administrator)
    leave(trade, OTHER_VILLAGE, administrator)
    with pytest.raises(NotFound):
        leave(trade, OTHER_VILLAGE, administrator)
    with pytest.raises(WrongState):
        leave(trade, VILLAGE, administrator)
    assert queries.villages_served(trade.shop) == [VILLAGE]


def test_a_village_s_own_shop_serves_that_village(app, clock):
    trade = Trade(clock)
    make_village(OTHER_VILLAGE)
    with pytest.raises(Invalid):
        serve(trade, OTHER_VILLAGE, SYSTEM)
    with pytest.raises(WrongState):
        leave(trade, VILLAGE, SYSTEM)


def test_the_database_too_sells_nothing_to_a_village_that_was_left(trade, administrator):
    sale = trade.sell(OTHER_VILLAGE, soap=1)
    leave(trade, OTHER_VILLAGE, administrator)
    found = queries.find_redemption(OTHER_VILLAGE, sale)
    copied = {name: getattr(found, name) for name in found.__table__.columns.keys()}  # noqa: SIM118
    for change in ({}, {"shop_id": new_id()}):
        row = copied | {"id": new_id(), "event_id": new_id()} | change
        with pytest.raises(DBAPIError, match="serve this village"):
            act(lambda row=row: db.session.execute(insert(type(found)), [row]) and None)
        db.session.rollback()


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM shop_service",
        "UPDATE shop_service SET number = number + 5",
        "UPDATE shop_service SET village = '513336102201'",
        "UPDATE shop_service SET ended_at = began_at - 1",
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_database_keeps_a_shop_s_accounts_its_own(trade, sql):
    with pytest.raises(DBAPIError):
        act(lambda: db.session.execute(text(sql)) and None)
    db.session.rollback()


def test_what_was_read_before_a_village_came_is_read_again(trade, administrator, monkeypatch):
    """A close that would miss the new village's sales is refused, and made again."""
    leave(trade, OTHER_VILLAGE, administrator)
    real, asked = shops.villages_ever_served, []

    def before_it_came(shop_id: UUID) -> list[str]:
        asked.append(shop_id)
        return real(shop_id)[:1] if len(asked) == 1 else real(shop_id)

    monkeypatch.setattr(shops, "villages_ever_served", before_it_came)
    close = {"shop_id": trade.shop, "cash_counted_fen": 0, "actor": trade.keeper}
    with pytest.raises(Stale):
        act(lambda: operations.close_day(now=now(), **close).id)
    act(lambda: operations.close_day(now=now(), **close).id)


def test_a_township_s_shopkeeper_keeps_none_of_the_villages_shops(trade, administrator):
    """Its shop stands above theirs, and yet its keeper neither sells nor counts there."""

    def opened() -> UUID:
        return operations.open_shop(
            division=VILLAGE,
            name="村超市",
            stock_owner=StockOwner.SHOPKEEPER,
            serves=[VILLAGE],
            actor=SYSTEM,
            now=now(),
        ).id

    village_shop = act(opened)
    keeper = trade.keeper
    refused = (
        lambda: operations.close_day(
            shop_id=village_shop, cash_counted_fen=0, actor=keeper, now=now()
        ),
        lambda: operations.submit_settlement(
            village=VILLAGE, shop_id=village_shop, month=MARCH, actor=keeper, now=now()
        ),
        lambda: operations.count_stock(shop_id=village_shop, lines=[], actor=keeper, now=now()),
    )
    for work in refused:
        # Living in the village, they may know of the shop.
        with pytest.raises(NotPermitted):
            act(lambda work=work: work().id)
    # Nor does the village's keeper at the township's.
    own = staff(Role.SHOPKEEPER, VILLAGE)
    with pytest.raises(NotFound):
        act(
            lambda: (
                operations.close_day(
                    shop_id=trade.shop, cash_counted_fen=0, actor=own, now=now()
                ).id
            )
        )
    # Whoever holds both roles keeps both.
    both = type(own)(
        **{**keeper.__dict__, "roles": (*keeper.roles, Assignment(Role.SHOPKEEPER, VILLAGE))}
    )
    for shop in (village_shop, trade.shop):
        act(
            lambda shop=shop: (
                operations.close_day(shop_id=shop, cash_counted_fen=0, actor=both, now=now()).id
            )
        )


def test_a_service_that_ended_is_the_same_one_when_it_begins_again(trade, administrator):
    number = find_service(trade.shop, OTHER_VILLAGE).number
    leave(trade, OTHER_VILLAGE, administrator)
    serve(trade, OTHER_VILLAGE, administrator)
    service = db.session.get_one(ShopService, (trade.shop, OTHER_VILLAGE), populate_existing=True)
    assert (service.number, service.ended_at) == (number, None)
