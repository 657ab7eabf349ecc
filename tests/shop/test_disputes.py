"""Disputes of sales by their households, for 60 days: points, cash, and what the shop is owed."""

from datetime import date, timedelta

import pytest

from incentives import ledger
from incentives.access.actor import Actor, Role
from incentives.errors import NotPermitted, OwnRequest, WrongState
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.notices.models import Objection, ObjectionStatus
from incentives.shop.models import Refund, RefundCause
from incentives.shop.queries.settlements import settlement_view
from tests.factories import VILLAGE, make_household, staff
from tests.shop.settling import (
    ALL,
    APRIL,
    OIL_FEN,
    SOAP_FEN,
    Trade,
    dispute,
    home_of,
    rule,
    user,
)


def points(trade: Trade) -> int:
    code = trade.households[VILLAGE].account_code
    return ledger.positions(VILLAGE, [code])[code].balance


def topped_up(trade: Trade):
    """A sale of 26 oils for 1,040 points, of which the household had 1,000; one came back."""
    sale = trade.sell(oil=26, cash_fen=40_00)
    trade.take_back(sale, oil=1)
    assert points(trade) == 40
    return sale


def test_a_shop_at_fault_gives_back_points_and_cash_and_is_not_owed_for_the_goods(trade):
    sale = topped_up(trade)
    other = trade.sell(soap=2)
    rule(dispute(sale, home_of(trade.households[VILLAGE])), at_fault=True)
    refund = db.session.query(Refund).filter_by(cause=RefundCause.SHOP).one()
    assert (refund.points, refund.cash_fen, refund.redemption_id) == (960, 40_00, sale)
    assert points(trade) == 1000 - 20
    assert trade.held()["shop.1"] == 20
    assert "offline_loss" not in trade.held()
    trade.on(APRIL)
    settlement = trade.submit()
    row = trade.row(settlement)
    assert (row.points, row.goods_fen, row.cash_fen) == (20, 2 * SOAP_FEN, 0)
    lines = {line.name_zh: line for line in settlement_view(VILLAGE, settlement).lines}
    oil = lines["菜油"]
    assert (oil.handed_out, oil.brought_back, oil.not_owed, oil.goods_fen) == (26, 1, 25, 0)
    trade.through(settlement, *ALL)
    assert settlement_view(VILLAGE, settlement).differences == []
    assert audit(VILLAGE) == []
    assert other != sale


def test_where_the_shop_is_not_at_fault_the_village_bears_points_goods_and_cash(trade):
    sale = topped_up(trade)
    rule(dispute(sale, home_of(trade.households[VILLAGE])), at_fault=False)
    assert points(trade) == 1000
    held = trade.held()
    assert (held["offline_loss"], held["shop.1"]) == (-960, 960)
    trade.on(APRIL)
    settlement = trade.submit()
    row = trade.row(settlement)
    # 25 oils are owed for in full: the 40 yuan that were paid for them went back to the household.
    assert (row.points, row.goods_fen, row.cash_fen) == (960, 25 * OIL_FEN, 0)
    trade.through(settlement, *ALL)
    assert trade.held()["cash"] == 1_000_00 - 25 * OIL_FEN
    assert settlement_view(VILLAGE, settlement).differences == []
    assert audit(VILLAGE) == []


def test_a_ruling_on_a_rest_that_was_cash_alone_posts_nothing(trade):
    sale = trade.sell(oil=26, cash_fen=40_00)
    trade.take_back(sale, oil=25)  # all 1,000 points
    size = ledger.queries.head(VILLAGE).size
    rule(dispute(sale, home_of(trade.households[VILLAGE])), at_fault=True)
    refund = db.session.query(Refund).filter_by(cause=RefundCause.SHOP).one()
    assert (refund.points, refund.cash_fen, refund.event_id) == (0, 40_00, None)
    assert ledger.queries.head(VILLAGE).size == size
    with pytest.raises(WrongState):
        trade.take_back(sale)


def test_a_sale_settled_before_is_taken_off_the_next_statement(trade):
    sale = trade.sell(oil=2)
    trade.on(APRIL)
    settlement = trade.submit()
    trade.through(settlement, *ALL)
    trade.sell(oil=5)
    rule(dispute(sale, home_of(trade.households[VILLAGE])), at_fault=True)
    trade.on(date(2026, 5, 1))
    row = trade.row(trade.submit(APRIL))
    assert (row.points, row.amount_fen) == (120, 3 * OIL_FEN)


def test_the_last_day_of_a_dispute_is_the_sixtieth(trade):
    sale, day = trade.sell(soap=1), trade.clock.now.date()
    trade.on(day + timedelta(days=60))
    assert dispute(sale, home_of(trade.households[VILLAGE]))
    trade.on(day + timedelta(days=61))
    with pytest.raises(WrongState):
        dispute(sale, home_of(trade.households[VILLAGE]))


def test_only_its_household_disputes_and_neither_it_nor_the_shop_rules(trade):
    sale = trade.sell(soap=1)
    with pytest.raises(NotPermitted):
        dispute(sale, home_of(make_household(VILLAGE, "王建国", door="5")))
    objection = dispute(sale, home_of(trade.households[VILLAGE]))
    keeper = Actor(**{**trade.keeper.__dict__, "roles": staff(Role.REVIEWER).roles})
    with pytest.raises(OwnRequest):
        rule(objection, at_fault=False, actor=keeper)
    # Nor does another who keeps the shop, though they sold nothing.
    home = make_household(VILLAGE, "次仁央宗", door="12")
    user(Role.SHOPKEEPER, VILLAGE, resident=home.head_id)
    with pytest.raises(OwnRequest):
        rule(objection, at_fault=False, actor=user(Role.REVIEWER, VILLAGE, resident=home.head_id))


def test_what_was_all_brought_back_is_not_disputed(trade):
    home = home_of(trade.households[VILLAGE])
    sale = trade.sell(oil=2)
    trade.take_back(sale, oil=1)
    dispute(sale, home)
    other = trade.sell(oil=2)
    trade.take_back(other)
    with pytest.raises(WrongState) as refused:
        dispute(other, home)
    assert "已经全部退掉" in str(refused.value.detail)


@pytest.mark.parametrize("at_fault", [True, False, None])
def test_a_dispute_may_be_right_where_all_came_back_meanwhile(trade, at_fault):
    """It says who was right, moves nothing, and need not say who is at fault."""
    sale = trade.sell(oil=2)
    objection = dispute(sale, home_of(trade.households[VILLAGE]))
    trade.take_back(sale)
    size = ledger.queries.head(VILLAGE).size
    rule(objection, at_fault=at_fault)
    assert (points(trade), ledger.queries.head(VILLAGE).size) == (1000, size)
    assert [each.cause for each in db.session.query(Refund)] == [RefundCause.RETURN]
    assert db.session.get_one(Objection, objection).status is ObjectionStatus.UPHELD
    assert audit(VILLAGE) == []
