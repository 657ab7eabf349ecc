"""What a shopkeeper is owed for a month: which sales, how much, and what is carried on."""


import pytest

from incentives.ledger.audit import audit
from incentives.shop.models import SettlementStatus
from incentives.shop.queries.settlements import lines_of, settlement_view
from incentives.shop.states import Action
from tests.factories import VILLAGE
from tests.shop.settling import APRIL, OIL_FEN, SOAP_FEN, Trade


@pytest.fixture
def trade(app, clock):
    return Trade(clock)


def test_a_month_from_asking_to_the_money(trade):
    trade.sell(soap=3, oil=1)
    trade.take_back(trade.sell(soap=2), soap=1)
    trade.on(APRIL)
    settlement = trade.submit()
    row = trade.row(settlement)
    owed = 4 * SOAP_FEN + OIL_FEN
    assert (row.points, row.goods_fen, row.cash_fen, row.amount_fen) == (80, owed, 0, owed)
    lines = {line.name_zh: line for line in lines_of(settlement)}
    soap = lines["香皂"]
    assert (soap.handed_out, soap.brought_back, soap.price_points) == (5, 1, 40)
    assert trade.held()["shop.1"] == 80
    assert trade.through(settlement, Action.CHECK, Action.APPROVE) is SettlementStatus.APPROVED
    held = trade.held()
    assert "shop.1" not in held
    assert (held["settled.1"], held["payable.1"], held["spending.settlement"]) == (80, -owed, owed)
    assert trade.through(settlement, Action.PAY, Action.CONFIRM) is SettlementStatus.CONFIRMED
    held = trade.held()
    assert "payable.1" not in held
    assert held["cash"] == 1_000_00 - owed
    assert settlement_view(VILLAGE, settlement).differences == []
    assert audit(VILLAGE) == []
