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
    owed = 4 * SOAP_FEN

    def standing() -> tuple[int, int, int]:
        found = figures_now()
        return found.settlement_budget_left_fen, found.owed_to_shops_fen, found.fund_fen

    assert owed_fen(VILLAGE) == owed
    assert standing() == (BUDGET - owed, owed, HELD - owed)
    trade.on(APRIL)
    settlement = trade.submit()
    assert standing() == (BUDGET - owed, owed, HELD - owed)
    trade.through(settlement, Action.CHECK, Action.APPROVE)
    assert owed_fen(VILLAGE) == 0
    assert standing() == (BUDGET - owed, owed, HELD - owed)
    trade.sell(soap=1)
    assert standing() == (BUDGET - owed - SOAP_FEN, owed + SOAP_FEN, HELD - owed - SOAP_FEN)
    trade.through(settlement, Action.PAY)
    assert standing() == (BUDGET - owed - SOAP_FEN, SOAP_FEN, HELD - owed - SOAP_FEN)
    trade.through(settlement, Action.REVERSE_PAYMENT, Action.REVERSE_APPROVAL)
    assert standing() == (BUDGET - owed - SOAP_FEN, owed + SOAP_FEN, HELD - owed - SOAP_FEN)


def test_the_refusal_counts_what_shopkeepers_are_owed(trade):
    adopt_budget(trade)
    day = village_day(now())
    policy = policy_on(VILLAGE, day)
    out = figures_now().outstanding_points
    room = BUDGET // policy.fen_per_point - out
    assert shelf_and_budget(VILLAGE, room, day, policy) is None
    trade.sell(soap=1)
    assert (
        shelf_and_budget(VILLAGE, room + SOAP - SOAP_FEN // policy.fen_per_point, day, policy)
        is None
    )
    assert shelf_and_budget(VILLAGE, room + SOAP, day, policy) is not None


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
    assert found.owed_to_shops_fen == 0


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
