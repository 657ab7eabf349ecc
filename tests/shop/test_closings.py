"""The day's close: every sale in one only, cash that adds up or is explained, never changed."""

import pytest
from sqlalchemy import text

from incentives.extensions import db
from incentives.shop.models import StockOwner
from tests.factories import VILLAGE
from tests.shop.phones import Phone
from tests.shop.scenes import PIN, make_counter, make_shopper, problem
from tests.site import make_site

USERS = ("shopkeeper", "cadre", "overseer")


@pytest.fixture
def counter(bare_app):
    """The shopkeeper's own stock, which cash may top up."""
    site = make_site(bare_app, users=USERS, fen_per_point=100, pin_above=500)
    return make_counter(site, StockOwner.SHOPKEEPER)


@pytest.fixture
def shopper(counter):
    return make_shopper(counter.site, 40)


def close(counter, who="shopkeeper", **body):
    path = f"/shops/{counter.shop}/closings"
    return counter.site.call(who, "POST", path, {"cash_counted_fen": 0} | body)


def open_day(counter):
    return counter.site.call("cadre", "GET", f"/shops/{counter.shop}/closings/open").json


def sums(closing):
    names = ("sales", "refunds", "points", "points_back", "cash_in_fen", "cash_back_fen")
    return [closing[name] for name in names]


def test_a_day_adds_up_by_terminal_shopkeeper_and_good(counter, shopper):
    """40 points: soap 10, then oil 45 for 30 points and 15 yuan; the soap comes back."""
    phone = Phone(counter)
    phone.register()
    phone.sign_in()
    soap = counter.sold(shopper, soap=1)
    body = counter.body(shopper, oil=1, cash_top_up_fen=1500)
    key = "0192f0c0-0000-7000-8000-000000000001"
    assert phone.call("POST", f"/villages/{VILLAGE}/redemptions", body, key=key).status_code == 201
    assert counter.refund(soap).status_code == 201
    before = open_day(counter)
    assert sums(before) == [2, 1, 40, 10, 1500, 0]
    closing = close(counter, cash_counted_fen=1500)
    assert closing.status_code == 201, closing.text
    closing = closing.json
    assert sums(closing) == [2, 1, 40, 10, 1500, 0]
    assert (closing["cash_due_fen"], closing["difference_fen"]) == (1500, 0)
    assert closing["closed_on"] == "2026-03-02"
    by_counter = {each["terminal"]: sums(each) for each in closing["counters"]}
    assert by_counter == {None: [1, 1, 10, 10, 0, 0], "店里手机": [1, 0, 30, 0, 1500, 0]}
    assert {each["keeper"] for each in closing["counters"]} == {"shopkeeper 某"}
    goods = {each["name_zh"]: (each["handed_out"], each["came_back"]) for each in closing["goods"]}
    assert goods == {"香皂": (1, 1), "菜油": (1, 0)}
    assert sums(open_day(counter)) == [0, 0, 0, 0, 0, 0]


def test_a_day_is_closed_once_and_later_sales_are_the_next_ones(counter, shopper, clock):
    counter.sold(shopper, soap=1)
    first = close(counter).json
    late = counter.sold(shopper, soap=2)
    assert problem(close(counter)) == "wrong_state"
    assert sums(open_day(counter))[0] == 1
    clock.forward(days=2)
    counter.site.tokens.clear()
    counter.refund(late)
    second = close(counter).json
    assert sums(second) == [1, 1, 20, 20, 0, 0]
    assert second["since"] == late["redeemed_at"]
    listed = counter.site.call("cadre", "GET", f"/shops/{counter.shop}/closings").json["items"]
    assert [each["id"] for each in listed] == [second["id"], first["id"]]


def test_a_difference_needs_a_sentence(counter, shopper):
    counter.sold(shopper, oil=1, cash_top_up_fen=500)
    refused = close(counter, cash_counted_fen=400)
    assert problem(refused) == "invalid"
    assert refused.json["difference_fen"] == -100
    assert problem(close(counter, cash_counted_fen=400, explanation=" ")) == "invalid"
    closing = close(counter, cash_counted_fen=400, explanation="找错了一元").json
    assert (closing["difference_fen"], closing["explanation"]) == (-100, "找错了一元")


def test_cash_given_back_is_taken_off(counter, shopper):
    """Oil for 40 points and 5 yuan comes back: points first, then the cash."""
    sale = counter.sold(shopper, oil=1, cash_top_up_fen=500)
    counter.refund(sale)
    closing = close(counter).json
    assert sums(closing) == [1, 1, 40, 40, 500, 500]
    assert closing["cash_due_fen"] == 0


def test_only_who_keeps_the_shop_closes_its_day(counter):
    assert problem(close(counter, "cadre")) == "not_permitted"
    path = f"/shops/{counter.shop}/closings"
    assert problem(counter.site.call("overseer", "GET", path)) == "not_permitted"
    assert problem(counter.site.call(None, "POST", path, {"cash_counted_fen": 0})) == (
        "not_signed_in"
    )


def test_a_key_sent_again_closes_once(counter, shopper):
    path = f"/shops/{counter.shop}/closings"
    body = {"cash_counted_fen": 0}
    first = counter.site.call("shopkeeper", "POST", path, body, key="c" * 20)
    again = counter.site.call("shopkeeper", "POST", path, body, key="c" * 20)
    assert (first.status_code, again.data) == (201, first.data)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE closing SET cash_counted_fen = 1, explanation = 'x'",
        "DELETE FROM closing",
        "UPDATE redemption SET closing_id = NULL",
        "UPDATE refund SET closing_id = NULL",
        "INSERT INTO closing SELECT '00000000000000000000000000000001', shop_id, '2026-03-03',"
        " 0, 0, 0, 0, 0, 0, 1, ' ', closed_at, closed_by FROM closing",
        "INSERT INTO closing SELECT '00000000000000000000000000000001', shop_id, closed_on,"
        " 0, 0, 0, 0, 0, 0, 0, NULL, closed_at, closed_by FROM closing",
    ],
    ids=["change", "delete", "sale", "refund", "unexplained", "twice"],
)
def test_the_database_keeps_a_close_as_it_was_made(counter, shopper, bare_app, change):
    counter.refund(counter.sold(shopper, soap=1))
    assert close(counter).status_code == 201
    with bare_app.app_context():
        if db.engine.dialect.name == "postgresql":
            change = change.replace("'00000000000000000000000000000001'", "gen_random_uuid()")
            change = change.replace("'2026-03-03'", "DATE '2026-03-03'")
        db.session.connection(execution_options={"write": True})
        with pytest.raises(Exception, match=r"closed|close|closing"):
            db.session.execute(text(change))
        db.session.rollback()


def test_a_close_takes_a_bounded_number_of_statements(counter, shopper, statements):
    for _each in range(3):
        counter.sold(shopper, soap=1)
    path = f"/shops/{counter.shop}/closings/open"
    counter.site.call("cadre", "GET", path)
    statements.clear()
    counter.site.call("cadre", "GET", path)
    few = len(statements)
    counter.sold(make_shopper(counter.site, 100, pin=PIN), soap=1, oil=1)
    statements.clear()
    counter.site.call("cadre", "GET", path)
    assert len(statements) == few <= 16
