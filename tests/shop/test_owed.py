"""What shopkeepers are owed stands once in the treasurer's figures, from the sale on."""

import pytest

from incentives.awards import cover
from incentives.awards.cover import promised_points
from incentives.clock import now, village_day
from incentives.errors import NotCovered
from incentives.fund import queries
from incentives.fund.operations import BudgetLine, set_budgets
from incentives.fund.queries import points as figures
from incentives.register.policy import policy_on
from incentives.shop.cover import shelf_and_budget
from incentives.shop.models import SettlementStatus, StockOwner
from incentives.shop.queries.owed import owed_fen
from incentives.shop.states import Action
from tests.factories import VILLAGE, act
from tests.fund.people import VOTE
from tests.shop.settling import APRIL, SOAP, SOAP_FEN, Trade, reach

HELD = 100_000
BUDGET = 10_000


@pytest.fixture
def trade(app, clock):
    return Trade(clock)


def figures_now() -> queries.PointsAndMoney:
    return queries.points_and_money(VILLAGE, village_day(now()))


def adopt_budget(trade: Trade) -> None:
    from incentives.access.actor import Role

    act(
        lambda: set_budgets(
            village=VILLAGE,
            year=2026,
            lines={"settlement": BudgetLine(BUDGET)},
            vote=VOTE,
            actor=trade.people[VILLAGE][Role.TREASURER],
            now=now(),
        )
    )


def test_a_sale_is_owed_once_from_the_counter_until_it_is_paid(trade):
    adopt_budget(trade)
    sale = trade.sell(soap=5)
    trade.take_back(sale, soap=1)
    owed, points = 4 * SOAP_FEN, 4 * SOAP

    def standing() -> tuple[int, int, int, int]:
        found = figures_now()
        left = found.settlement_budget_left_fen
        return left, found.unsettled_points, found.owed_to_shops_fen, found.fund_fen

    assert owed_fen(VILLAGE) == owed
    assert standing() == (BUDGET, points, owed, HELD - owed)
    trade.on(APRIL)
    settlement = trade.submit()
    assert standing() == (BUDGET, points, owed, HELD - owed)
    trade.through(settlement, Action.CHECK, Action.APPROVE)
    assert owed_fen(VILLAGE) == 0
    assert standing() == (BUDGET - owed, 0, owed, HELD - owed)
    trade.sell(soap=1)
    assert standing() == (BUDGET - owed, SOAP, owed + SOAP_FEN, HELD - owed - SOAP_FEN)
    trade.through(settlement, Action.PAY)
    assert standing() == (BUDGET - owed, SOAP, SOAP_FEN, HELD - owed - SOAP_FEN)
    trade.through(settlement, Action.REVERSE_PAYMENT, Action.REVERSE_APPROVAL)
    assert standing() == (BUDGET, points + SOAP, owed + SOAP_FEN, HELD - owed - SOAP_FEN)


def test_the_refusal_counts_the_points_that_shopkeepers_will_be_paid_for(trade):
    adopt_budget(trade)
    day = village_day(now())
    policy = policy_on(VILLAGE, day)
    out = figures_now().outstanding_points
    room = BUDGET // policy.fen_per_point - out
    assert shelf_and_budget(VILLAGE, room, day, policy) is None
    trade.sell(soap=1)  # these points went from a household to the shop: they are out still
    assert shelf_and_budget(VILLAGE, room, day, policy) is None
    assert shelf_and_budget(VILLAGE, room + 1, day, policy) is not None


def test_a_proposal_asks_as_much_however_many_were_sold(trade, statements):
    def asked() -> int:
        statements.clear()
        figures.cover_of(VILLAGE, village_day(now()), policy_on(VILLAGE, village_day(now())))
        return len(statements)

    before = asked()
    trade.sell(soap=1)
    trade.sell(soap=2)
    assert asked() == before


def test_what_a_point_cost_is_by_the_points_that_were_paid_for(trade):
    trade.sell(soap=5)
    trade.on(APRIL)
    trade.sell(soap=20)  # not settled, so nothing was paid for it
    assert figures_now().cost_per_point_fen is None
    reach(trade, SettlementStatus.PAID)
    found = figures_now()
    assert (found.redeemed_points, found.paid_for_points) == (25 * SOAP, 5 * SOAP)
    assert found.spent_on_points_fen == 5 * SOAP_FEN
    assert found.cost_per_point_fen == SOAP_FEN // SOAP


def test_the_village_s_own_goods_are_paid_for_and_owed_to_nobody(app, clock):
    trade = Trade(clock, owner=StockOwner.VILLAGE)
    sale = trade.sell(soap=5)
    trade.take_back(sale, soap=2)
    found = figures_now()
    assert (found.paid_for_points, found.cost_per_point_fen) == (3 * SOAP, SOAP_FEN // SOAP)
    assert (found.unsettled_points, found.owed_to_shops_fen) == (0, 0)


def test_promised_points_are_in_the_treasurer_s_figures(trade, monkeypatch):
    assert promised_points in figures.promises
    monkeypatch.setattr(figures, "promises", [lambda _village: 70])
    found = figures_now()
    assert found.promised_points == 70
    assert found.worth_fen == (found.outstanding_points + 70) * found.fen_per_point


def test_a_batch_that_would_be_refused_is_not_ready(trade, monkeypatch):
    day = village_day(now())
    assert not cover.is_refused(VILLAGE, 10**6, day)
    policy = policy_on(VILLAGE, day).__class__
    refusing = policy(issuance_cover=cover.IssuanceCover.REFUSE)
    monkeypatch.setattr(cover, "policy_on", lambda *_: refusing)
    assert cover.is_refused(VILLAGE, 10**6, day)
    with pytest.raises(NotCovered):
        cover.refuse_uncovered(VILLAGE, 10**6, day)
