"""A township's shop serves two villages for two months, every balance worked out by hand.

The shop of 青德镇 hands out soap (10 points, cost 8.00) and oil (40 points, cost 30.00), the
shopkeeper's own. A is paid at cost like B until May, when the new agreement pays a point with the
village's rate: 1.00 in A, 2.00 in B. Each village has 1,000 points with its household, 1,000.00 in
cash.

    A, March   3 soaps, 1 oil; 1 soap back           +30 +40 -10 points  2 × 8 + 30 = 46.00
    B, March   2 oils                                +80                 60.00
    A, April   2 soaps                               +20                 16.00
               the oil of March comes back           -40                -30.00
               4 oils                                +160               120.00: in all 140 / 106.00
    B, April   25 oils, of which 920 points are left: 920 points and 80 points in cash, at 2.00
               a point 160.00                        +920               750.00 - 160.00 = 590.00
               1 of them back before the month ends  -40                -30.00
               the rest by a ruling, the shop at fault: 24 oils are 960 points, of which 880
               were paid in points                   -880               -720.00, and 160.00 back:
               in all 0 points, nothing owed: the month is carried to the next
    B, May     1 oil under the new agreement         +40                40 × 2.00 = 80.00
"""

from datetime import date

import pytest

from incentives import ledger
from incentives.access.actor import SYSTEM, Role
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import NotFound, NotPermitted, WrongState, WrongVillage
from incentives.ledger.audit import audit
from incentives.register.operations import set_policy
from incentives.shop import operations
from incentives.shop.models import Basis, SettlementStatus
from incentives.shop.queries import goods_of_shop
from incentives.shop.queries.settlements import find_service, next_due, settlement_view
from tests.factories import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, staff
from tests.shop.settling import ALL, APRIL, MARCH, MAY, Trade, dispute, home_of, rule

A, B = VILLAGE, OTHER_VILLAGE
JUNE = date(2026, 6, 1)


@pytest.fixture
def trade(app, clock) -> Trade:
    return Trade(clock, division=TOWNSHIP, serves=(A, B))


def books(trade, village) -> tuple[int, int, int, int, int]:
    """Taken by the shop, settled, owed in fen, spent on it, in cash."""
    held = trade.held(village)
    codes = ("shop.1", "settled.1", "payable.1", "spending.settlement", "cash")
    return tuple(held.get(code, 0) for code in codes)


def agrees(village):
    """Each unit's balances add up to nothing, and no audit finds anything."""
    sums: dict[str, int] = {}
    for row in ledger.trial_balance(village):
        sums[row.unit] = sums.get(row.unit, 0) + row.balance
    assert set(sums.values()) == {0}, sums
    assert audit(village) == []


def due(trade, village):
    return next_due(find_service(trade.shop, village), now())


def settle(trade, village, month, amount_fen, points):
    """One village's settlement of a month through all four hands."""
    settlement = trade.submit(month, village)
    row = trade.row(settlement)
    assert (row.points, row.amount_fen) == (points, amount_fen)
    assert trade.through(settlement, *ALL, village=village) is SettlementStatus.CONFIRMED
    assert settlement_view(village, settlement).differences == []
    return settlement


def test_two_months_of_a_township_shop(trade):
    march(trade)
    april(trade)
    may(trade)
    for village in (A, B):
        agrees(village)


def march(trade):
    sale = trade.sell(A, soap=3, oil=1)
    trade.take_back(sale, A, soap=1)
    trade.sell(B, oil=2)
    trade.oil_of_march = sale
    # One shelf for both: 100 each at the beginning.
    left = {good.sku: stock.quantity for good, stock in goods_of_shop(trade.shop)}
    assert left == {"soap": 98, "oil": 97}
    assert books(trade, A) == (60, 0, 0, 0, 1_000_00)
    assert books(trade, B) == (80, 0, 0, 0, 1_000_00)
    with pytest.raises(WrongState):  # the month isn't over in either
        trade.submit(MARCH, B)


def april(trade):
    trade.on(APRIL)
    assert (due(trade, A).statement.amount_fen, due(trade, B).statement.amount_fen) == (4600, 6000)
    first = settle(trade, A, MARCH, 46_00, 60)
    assert books(trade, A) == (0, 60, 0, 46_00, 954_00)
    assert books(trade, B) == (80, 0, 0, 0, 1_000_00)  # A's money is A's alone
    settle(trade, B, MARCH, 60_00, 80)
    assert books(trade, B) == (0, 80, 0, 60_00, 940_00)
    with pytest.raises(NotFound):  # B knows nothing of A's settlement
        settlement_view(B, first)
    trade.sell(A, soap=2)
    trade.take_back(trade.oil_of_march, A, oil=1)
    trade.sell(A, oil=4)
    set_rate(trade, B, 200)
    sale = trade.sell(B, oil=25, cash_fen=160_00)
    trade.take_back(sale, B, oil=1)
    rule(dispute(sale, home_of(trade.households[B]), B), B, at_fault=True)
    for village in (A, B):
        agrees(village)


def set_rate(trade, village, fen):
    """What a point is worth in one of the villages from today on."""
    act(
        lambda: set_policy(
            village=village,
            values={"fen_per_point": fen},
            effective_on=None,
            resolution="村民会议",
            actor=SYSTEM,
            now=now(),
        )
    )


def may(trade):
    trade.on(MAY)
    settle(trade, A, APRIL, 106_00, 140)
    assert books(trade, A) == (0, 200, 0, 152_00, 848_00)
    assert due(trade, B) is None
    act(
        lambda: (
            operations.set_agreement(
                shop_id=trade.shop,
                basis=Basis.FEN_PER_POINT,
                effective_on=MAY,
                document="2026 年协议",
                actor=staff(Role.ADMINISTRATOR, COUNTY),
                now=now(),
            ).basis
        )
    )
    trade.sell(B, oil=1)
    trade.on(JUNE)
    settle(trade, B, MAY, 80_00, 40)  # April came to nothing, and is in it
    assert books(trade, B) == (0, 120, 0, 140_00, 860_00)
    assert due(trade, A) is None


def test_who_may_do_what_at_a_township_s_shop(trade):
    """The township's keeper sells in its villages, a village's staff and keeper don't run it."""
    with pytest.raises(NotFound):
        act(lambda: sell_as(trade, staff(Role.SHOPKEEPER, A)))
    with pytest.raises(WrongVillage):
        act(lambda: sell_as(trade, trade.keeper, village=B))  # with a card of A
    good = trade.goods["soap"]
    change = {"shop_id": trade.shop, "good_id": good, "changes": {"price_points": 11}}
    for actor in (staff(Role.CADRE, A), staff(Role.CADRE, TOWNSHIP), trade.keeper):
        with pytest.raises((NotFound, NotPermitted)):
            act(lambda actor=actor: operations.change_good(actor=actor, now=now(), **change).id)
    office = staff(Role.ADMINISTRATOR, COUNTY)
    act(lambda: operations.change_good(actor=office, now=now(), **change).id)
    trade.sell(A, soap=1)
    trade.on(APRIL)
    with pytest.raises(NotFound):
        trade.submit(MARCH, A, actor=staff(Role.SHOPKEEPER, A))
    settlement = trade.submit(MARCH, A)
    assert trade.row(settlement).points == 11
    # Each village's own people settle: those of B have no part in A's.
    for action, role in zip(ALL, (Role.REVIEWER, Role.SUPERVISOR, Role.TREASURER), strict=False):
        with pytest.raises(NotFound):
            trade.do(action, settlement, village=A, actor=staff(role, B))
        trade.do(action, settlement, village=A)
    assert trade.do(ALL[3], settlement, village=A) is SettlementStatus.CONFIRMED


def sell_as(trade, actor, village=A):
    """A sale to A's household by somebody."""
    return operations.redeem(
        redemption_id=new_id(),
        village=village,
        shop_id=trade.shop,
        shown=operations.by_code(trade.cards[A], now=now()),
        items=[operations.Item(trade.goods["soap"], 1)],
        actor=actor,
        now=now(),
    ).redemption.id
