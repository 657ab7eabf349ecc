"""A difference planted around the program is named, and no settlement goes on with it."""

import pytest
from sqlalchemy import text

from incentives import ledger
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.ledger.kinds import Kind
from incentives.shop.models import SettlementStatus
from incentives.shop.queries.settlements import find_service, next_due, settlement_view
from incentives.shop.states import Action
from tests.factories import VILLAGE, act
from tests.shop.settling import ALL, APRIL, MARCH, Trade


@pytest.fixture(autouse=True)
def march(trade: Trade) -> None:
    """A month that is over: two sales, and a soap brought back."""
    trade.sell(soap=3, oil=1)
    trade.take_back(trade.sell(soap=2), soap=1)
    trade.on(APRIL)


def plant(sql: str, **values: object) -> None:
    """Change the database as somebody does who goes round the program."""

    def work() -> None:
        changed = db.session.execute(text(sql), values)
        assert changed.rowcount >= 1, sql

    act(work)


def post_around(kind: Kind, leg, **more: object) -> None:
    """An event that no record of the shop stands behind."""

    def work() -> None:
        ledger.hold([VILLAGE])
        draft = ledger.Draft(
            village=VILLAGE,
            kind=kind,
            occurred_on=now().date(),
            legs=[leg],
            record=new_id(),
        )
        ledger.post([draft], actor=new_id(), now=now())

    act(work)


FIRST_SALE = "(SELECT min(receipt) FROM redemption)"
SALE_MOVED = "(SELECT movement_id FROM stock_movement_line WHERE quantity = -3)"
PLANTED = {
    "a sale's points": ("UPDATE redemption SET points = points + 5 WHERE receipt = " + FIRST_SALE,
                        {"points", "price"}),
    "a refund's points": ("UPDATE refund SET points = points + 5", {"points", "price"}),
    "cash that nobody paid": ("UPDATE redemption SET cash_fen = 500 WHERE receipt = " + FIRST_SALE,
                              {"price"}),
    "a line's quantity": ("UPDATE redemption_line SET quantity = 30 WHERE quantity = 3",
                          {"price", "goods"}),
    "a line's price": ("UPDATE redemption_line SET unit_points = 20 WHERE quantity = 3",
                       {"price"}),
    "goods that stayed on the shelf": (
        f"UPDATE stock_movement_line SET quantity = -1 WHERE movement_id = {SALE_MOVED}"
        " AND quantity = -3",
        {"goods"},
    ),
    "a receipt of nothing": (
        "UPDATE stock_movement SET record_id = :strange WHERE kind = 'refund'",
        {"goods", "no_receipt"},
    ),
    "what came back": ("UPDATE redemption_line SET refunded = 0 WHERE refunded = 1", {"returned"}),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_difference_is_named_and_blocks_the_asking(trade, what):
    sql, witnesses = PLANTED[what]
    plant(sql, **({"strange": quoted(new_id())} if ":strange" in sql else {}))
    found = next_due(find_service(trade.shop, VILLAGE), now())
    assert {each.witness.value for each in found.differences} == witnesses
    with pytest.raises(WrongState) as refused:
        trade.submit()
    assert {each["what"] for each in refused.value.extensions["differences"]} == witnesses
    assert ":" in str(refused.value.detail)
    assert "shop.1" in trade.held()


def quoted(value) -> str:
    return value.hex if db.engine.dialect.name == "sqlite" else str(value)


def test_points_that_moved_without_a_receipt_are_named_by_their_number(trade, clock):
    account = trade.households[VILLAGE].account_code
    clock.now = clock.now.replace(month=3, day=31)
    post_around(Kind.REDEMPTION, ledger.take(account, "shop.1", 7))
    trade.on(APRIL)
    (difference,) = next_due(find_service(trade.shop, VILLAGE), now()).differences
    assert (difference.witness.value, difference.expected, difference.found) == ("points", 7, 0)
    assert difference.receipt == ledger.statement(VILLAGE, account)["items"][0].voucher


@pytest.mark.parametrize("reached", [0, 1, 2], ids=["check", "approval", "payment"])
def test_a_difference_planted_later_blocks_every_step_that_is_left(trade, reached):
    settlement = trade.submit()
    trade.through(settlement, *ALL[:reached])
    status = trade.status(settlement)
    plant("UPDATE redemption_line SET unit_cost_fen = 1 WHERE quantity = 3")
    view = settlement_view(VILLAGE, settlement)
    assert {(each.witness.value, each.good) for each in view.differences} == {
        ("statement", "香皂"),
        ("statement", None),
    }
    with pytest.raises(WrongState):
        trade.do(ALL[reached], settlement)
    assert trade.status(settlement) is status
    plant("UPDATE redemption_line SET unit_cost_fen = 800 WHERE unit_cost_fen = 1")
    trade.through(settlement, *ALL[reached:])
    assert trade.status(settlement) is SettlementStatus.CONFIRMED


def test_money_that_went_to_the_shop_around_its_statements_is_named(trade):
    settlement = trade.submit()
    trade.through(settlement, Action.CHECK, Action.APPROVE)
    post_around(Kind.SETTLEMENT_PAID, ledger.move("cash", "payable.1", 100))
    (difference,) = settlement_view(VILLAGE, settlement).differences
    assert difference.witness.value == "payable"
    with pytest.raises(WrongState):
        trade.do(Action.PAY, settlement)


def test_points_settled_around_its_statements_are_named(trade):
    post_around(Kind.SETTLEMENT_APPROVED, ledger.move("shop.1", "settled.1", 30))
    found = next_due(find_service(trade.shop, VILLAGE), now())
    assert found.month == MARCH
    assert [each.witness.value for each in found.differences] == ["settled"]
