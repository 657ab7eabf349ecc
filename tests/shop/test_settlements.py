"""What a shopkeeper is owed for a month: which sales, how much, and what is carried on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from incentives import ledger
from incentives.access.actor import SYSTEM, Role
from incentives.clock import now
from incentives.errors import (
    Duplicate,
    InsufficientFunds,
    Invalid,
    NotFound,
    NotPermitted,
    WrongState,
)
from incentives.extensions import db
from incentives.fund.models import Method
from incentives.ledger.audit import audit
from incentives.shop import operations
from incentives.shop.models import Basis, SettlementStatus, StockOwner
from incentives.shop.operations import set_agreement
from incentives.shop.queries.settlements import (
    find_service,
    lines_of,
    month_statement,
    next_due,
    settlement_view,
)
from incentives.shop.states import Action
from tests.factories import COUNTY, OTHER_VILLAGE, VILLAGE, act, make_village, staff
from tests.shop.settling import ALL, APRIL, MARCH, MAY, OIL_FEN, SOAP_FEN, Trade


def figures(trade: Trade, settlement) -> tuple[int, int, int, int]:
    row = trade.row(settlement)
    return row.points, row.goods_fen, row.cash_fen, row.amount_fen


def agree(trade: Trade, basis: Basis, day: date, *, actor=SYSTEM, document: str = "协议 3 号"):
    return act(
        lambda: (
            set_agreement(
                shop_id=trade.shop,
                basis=basis,
                effective_on=day,
                document=document,
                actor=actor,
                now=now(),
            ).basis
        )
    )


def due(trade: Trade, village: str = VILLAGE):
    return next_due(find_service(trade.shop, village), now())


def test_a_month_from_asking_to_the_money(trade):
    trade.sell(soap=3, oil=1)
    trade.take_back(trade.sell(soap=2), soap=1)
    trade.on(APRIL)
    settlement = trade.submit()
    owed = 4 * SOAP_FEN + OIL_FEN
    assert figures(trade, settlement) == (80, owed, 0, owed)
    soap = next(line for line in lines_of(settlement) if line.name_zh == "香皂")
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


def test_cash_over_the_counter_is_deducted(trade):
    trade.sell(oil=20)  # 200 points are left
    sale = trade.sell(oil=6, cash_fen=40_00)
    trade.on(APRIL)
    settlement = trade.submit()
    owed = 26 * OIL_FEN - 40_00
    assert figures(trade, settlement) == (1000, 26 * OIL_FEN, 40_00, owed)
    trade.through(settlement, *ALL)
    # Points go back first, of 6 oils 200, then cash: that moves nothing in the ledger, and
    # belongs to whatever statement the next receipt is in.
    trade.take_back(sale, oil=5)
    trade.take_back(sale, oil=1)
    trade.on(MAY)
    assert due(trade) is None  # more came back than went: carried on
    trade.sell(oil=5)
    trade.on(date(2026, 6, 1))
    settlement = trade.submit(MAY)
    assert figures(trade, settlement) == (0, -OIL_FEN, -40_00, 40_00 - OIL_FEN)
    trade.through(settlement, *ALL)
    assert trade.held()["cash"] == 1_000_00 - owed - (40_00 - OIL_FEN)
    assert settlement_view(VILLAGE, settlement).differences == []
    assert audit(VILLAGE) == []


def test_each_sale_is_paid_by_the_agreement_of_its_day(trade):
    early = trade.sell(soap=2)
    agree(trade, Basis.FEN_PER_POINT, date(2026, 3, 20))
    trade.on(date(2026, 3, 20))
    trade.sell(soap=3)
    trade.take_back(early, soap=1)  # at cost, as it was sold
    trade.on(APRIL)
    settlement = trade.submit()
    assert figures(trade, settlement)[:2] == (40, SOAP_FEN + 3 * 10 * 100)


def test_an_agreement_is_entered_by_the_administrator_and_never_for_days_gone_by(trade):
    office = staff(Role.ADMINISTRATOR, COUNTY)
    assert agree(trade, Basis.FEN_PER_POINT, MARCH.replace(day=20), actor=office)
    for actor in (trade.keeper, staff(Role.CADRE)):
        with pytest.raises(NotPermitted):
            agree(trade, Basis.COST, APRIL, actor=actor)
    with pytest.raises(Duplicate):
        agree(trade, Basis.COST, MARCH.replace(day=20), actor=office)
    for day, document in ((date(2026, 2, 28), "x"), (APRIL, "  ")):
        with pytest.raises(Invalid):
            agree(trade, Basis.COST, day, actor=office, document=document)


def test_what_comes_back_after_the_statement_is_taken_off_the_next(trade):
    sale = trade.sell(soap=5)
    trade.on(APRIL)
    settlement = trade.submit()
    before = figures(trade, settlement)
    trade.take_back(sale, soap=2)
    trade.sell(oil=1)
    assert trade.through(settlement, *ALL) is SettlementStatus.CONFIRMED
    assert figures(trade, settlement) == before
    assert trade.held()["shop.1"] == 40 - 20
    trade.on(MAY)
    second = trade.submit(APRIL)
    assert figures(trade, second) == (20, OIL_FEN - 2 * SOAP_FEN, 0, OIL_FEN - 2 * SOAP_FEN)
    soap = next(line for line in lines_of(second) if line.name_zh == "香皂")
    assert (soap.handed_out, soap.brought_back, soap.goods_fen) == (0, 2, -2 * SOAP_FEN)


def test_more_back_than_out_is_carried_to_the_next_and_posts_nothing(trade):
    sale = trade.sell(oil=3)
    trade.on(APRIL)
    trade.through(trade.submit(), *ALL)
    trade.take_back(sale, oil=2)
    trade.on(MAY)
    held = trade.held()
    assert due(trade) is None
    with pytest.raises(WrongState):
        trade.submit(APRIL)
    assert trade.held() == held
    assert held["shop.1"] == -80
    trade.sell(oil=5)
    trade.on(date(2026, 6, 1))
    with pytest.raises(WrongState):
        trade.submit(APRIL)
    settlement = trade.submit(MAY)  # of two months together
    assert figures(trade, settlement)[:2] == (120, 3 * OIL_FEN)


def test_months_go_in_order_once_each_and_only_when_over(trade):
    trade.sell(soap=1)
    with pytest.raises(WrongState):
        trade.submit(MARCH)
    trade.on(APRIL)
    trade.sell(soap=2)
    with pytest.raises(WrongState):
        trade.submit(APRIL)
    trade.on(MAY)
    with pytest.raises(WrongState, match="wrong_state") as refused:
        trade.submit(APRIL)
    assert "March 2026" in str(refused.value.detail) or "2026" in str(refused.value.detail)
    first = trade.submit(MARCH)
    for month in (MARCH, date(2026, 2, 1)):
        with pytest.raises(WrongState):
            trade.submit(month)
    second = trade.submit(APRIL)
    assert trade.row(first).to_size == trade.row(second).from_size
    with pytest.raises(WrongState):
        trade.submit(APRIL)


def test_a_rejected_month_is_asked_for_again_though_a_later_one_stands(trade):
    trade.sell(soap=1)
    trade.on(APRIL)
    first = trade.submit(MARCH)
    trade.sell(soap=2)
    trade.on(MAY)
    second = trade.submit(APRIL)
    assert trade.do(Action.REJECT, first) is SettlementStatus.REJECTED
    assert due(trade).month == MARCH
    again = trade.submit(MARCH)
    assert figures(trade, again) == figures(trade, first)
    assert trade.row(again).to_size == trade.row(second).from_size
    assert due(trade) is None
    trade.through(again, *ALL)
    trade.through(second, *ALL)
    assert trade.held()["settled.1"] == 30
    assert audit(VILLAGE) == []


def test_two_who_ask_at_once_get_one_statement(trade, app):
    trade.sell(soap=1)
    trade.on(APRIL)

    def ask(_turn: int) -> str:
        with app.app_context():
            try:
                return str(trade.submit())
            except WrongState:
                return "refused"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, range(2)))
    assert answers.count("refused") == 1


def test_the_fund_pays_what_it_has_and_never_more(trade):
    trade.sell(oil=25)
    trade.on(APRIL)
    settlement = trade.submit()
    trade.through(settlement, Action.CHECK, Action.APPROVE)
    with pytest.raises(InsufficientFunds):
        trade.do(Action.PAY, settlement, method=Method.BANK)
    assert trade.status(settlement) is SettlementStatus.APPROVED
    trade.fund(VILLAGE, 25 * OIL_FEN, Method.BANK)
    assert trade.do(Action.PAY, settlement, method=Method.BANK) is SettlementStatus.PAID
    assert trade.held().get("bank", 0) == 0
    tomorrow = date(2026, 4, 2)
    with pytest.raises(Invalid):
        trade.do(Action.PAY, settlement, paid_on=tomorrow)


def test_nothing_is_paid_before_the_day_of_its_approval(trade):
    trade.sell(oil=1)
    trade.on(APRIL)
    settlement = trade.submit()
    trade.on(date(2026, 4, 3))
    trade.through(settlement, Action.CHECK, Action.APPROVE)
    with pytest.raises(Invalid) as refused:
        trade.do(Action.PAY, settlement, paid_on=date(2026, 4, 2))
    assert [each.pointer for each in refused.value.errors] == ["/paid_on"]
    trade.on(date(2026, 4, 5))
    paid = trade.do(Action.PAY, settlement, paid_on=date(2026, 4, 3))
    assert paid is SettlementStatus.PAID


def test_a_payment_of_a_shop_dated_back_takes_from_the_days_since(trade):
    trade.sell(oil=1)
    trade.on(APRIL)
    settlement = trade.submit()
    trade.through(settlement, Action.CHECK, Action.APPROVE)
    trade.on(date(2026, 4, 2))
    trade.fund(VILLAGE, OIL_FEN, Method.BANK, on=date(2026, 4, 2))
    with pytest.raises(InsufficientFunds) as refused:
        trade.do(Action.PAY, settlement, method=Method.BANK, paid_on=APRIL)
    assert refused.value.extensions["day"] == "2026-04-01"
    paid = trade.do(Action.PAY, settlement, method=Method.BANK)
    assert paid is SettlementStatus.PAID


def test_the_village_s_own_goods_are_costed_and_never_settled(app, clock):
    trade = Trade(clock, owner=StockOwner.VILLAGE)
    trade.take_back(trade.sell(soap=3, oil=1), soap=1)
    trade.on(APRIL)
    with pytest.raises(WrongState):
        trade.submit()
    with pytest.raises(WrongState):
        agree(trade, Basis.COST, APRIL)
    report = month_statement(find_service(trade.shop, VILLAGE), MARCH)
    costs = {line.name_zh: (line.quantity, line.goods_fen) for line in report.statement.lines}
    assert costs == {"香皂": (2, 2 * SOAP_FEN), "菜油": (1, OIL_FEN)}
    assert report.differences == []
    assert "payable.1" not in trade.held()


def test_a_shop_is_paid_by_the_villages_that_it_serves_only(trade):
    make_village(OTHER_VILLAGE)
    trade.on(APRIL)
    with pytest.raises(NotFound):
        trade.submit(village=OTHER_VILLAGE)


def test_a_step_taken_back_leaves_both_entries_and_goes_on(trade):
    trade.sell(soap=5)
    trade.on(APRIL)
    settlement = trade.submit()
    before = trade.held()
    trade.through(settlement, Action.CHECK, Action.APPROVE, Action.PAY)
    assert trade.do(Action.REVERSE_PAYMENT, settlement) is SettlementStatus.APPROVED
    assert trade.row(settlement).voucher is None
    assert trade.do(Action.REVERSE_APPROVAL, settlement) is SettlementStatus.CHECKED
    assert trade.held() == before
    assert trade.through(settlement, *ALL[1:], village=VILLAGE) is SettlementStatus.CONFIRMED
    undone = settlement_view(VILLAGE, settlement).reversals
    assert [(each.undone.value, each.reason) for each in undone] == [
        ("payment", "付错了"),
        ("approval", "批错了"),
    ]
    assert trade.held()["cash"] == 1_000_00 - 5 * SOAP_FEN
    assert settlement_view(VILLAGE, settlement).differences == []
    assert audit(VILLAGE) == []


def test_services_are_paid_though_no_shelf_holds_them(trade):
    def add():
        return operations.add_good(
            shop_id=trade.shop,
            sku="hair",
            category="service",
            name_zh="理发",
            unit="time",
            price_points=15,
            cost_fen=12_00,
            voucher_days=30,
            actor=SYSTEM,
            now=now(),
        ).id

    trade.goods["hair"] = act(add)
    trade.sell(hair=2)
    trade.take_back(trade.sell(soap=1, hair=1), hair=1)
    trade.on(APRIL)
    settlement = trade.submit()
    assert figures(trade, settlement)[:2] == (40, 24_00 + SOAP_FEN)
    assert trade.through(settlement, *ALL) is SettlementStatus.CONFIRMED
    assert settlement_view(VILLAGE, settlement).differences == []


def test_an_approval_is_of_the_month_that_it_settles(trade):
    trade.sell(soap=5)
    trade.on(date(2026, 5, 5))
    settlement = trade.submit()
    trade.through(settlement, *ALL[:2])
    approved = db.session.get_one(ledger.Event, trade.row(settlement).approved_event_id)
    assert approved.occurred_on == date(2026, 3, 31)
