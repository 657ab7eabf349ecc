"""Goods back and points back: by line, points before cash, within the days of the sale."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from incentives.ledger.audit import audit
from incentives.shop.models import StockOwner
from tests.factories import OTHER_VILLAGE, VILLAGE, make_village
from tests.shop.scenes import PIN, Counter, Shopper, make_counter, make_shopper, problem
from tests.site import Site, make_site


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("administrator", "cadre", "shopkeeper"))


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


@pytest.fixture
def shopper(site) -> Shopper:
    return make_shopper(site)


def line(sale: dict, at: int, quantity: int) -> dict:
    return {"line_id": sale["lines"][at]["id"], "quantity": quantity}


def test_lines_come_back_one_by_one_and_never_more_than_went(site, counter, shopper):
    sale = counter.sold(shopper, soap=3, oil=1, pin=PIN)
    first = counter.refund(sale, lines=[line(sale, 0, 2)])
    assert first.status_code == 201, first.text
    assert (first.json["points"], first.json["cash_fen"], first.json["balance"]) == (20, 0, 145)
    assert counter.shelf() == {"soap": 19, "oil": 19}
    assert problem(counter.refund(sale, lines=[line(sale, 0, 2)])) == "wrong_state"
    twice = [line(sale, 0, 1), line(sale, 0, 1)]
    assert problem(counter.refund(sale, lines=twice)) == "wrong_state"
    other = counter.sold(shopper, soap=1)
    assert counter.refund(sale, lines=[line(other, 0, 1)]).json["errors"][0]["pointer"] == (
        "/lines/0/line_id"
    )
    rest = counter.refund(sale).json
    assert (rest["points"], rest["balance"]) == (55, 190)
    assert problem(counter.refund(sale)) == "wrong_state"
    path = f"/villages/{VILLAGE}/redemptions/{sale['id']}"
    now = site.call("cadre", "GET", path).json
    assert [each["refunded"] for each in now["lines"]] == [3, 1]
    assert [each["points"] for each in now["refunds"]] == [20, 55]
    assert counter.shelf() == {"soap": 19, "oil": 20}
    with site.app.app_context():
        assert audit(VILLAGE) == []


def test_the_page_takes_back_what_is_named_while_it_may(site, counter, shopper, clock):
    sale = counter.sold(shopper, soap=2)
    path = f"/receipts/{sale['id']}"
    soap = {"lines__0__line_id": sale["lines"][0]["id"]}
    none = site.send("shopkeeper", path, reason="拿错了", lines__0__quantity="0", **soap)
    assert none.status_code == 422
    assert "Choose what came back" in none.text
    one = site.send("shopkeeper", path, reason="坏了", lines__0__quantity="1", **soap)
    assert one.status_code == 303
    page = site.open("shopkeeper", path)
    assert ("Brought back" in page, "Take goods back" in page) == (True, True)
    whole = counter.sold(shopper, soap=1)
    assert counter.refund(whole).status_code == 201
    assert "Take goods back" not in site.open("shopkeeper", f"/receipts/{whole['id']}")
    clock.forward(days=8)
    site.browsers.clear()
    late = site.open("shopkeeper", path)
    assert ("could be returned until" in late, "Take goods back" in late) == (True, False)


def test_two_refunds_at_once_give_back_once(site, counter, shopper):
    sale = counter.sold(shopper, soap=2)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: counter.refund(sale), range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert counter.shelf()["soap"] == 20


def test_points_come_back_before_cash(site):
    counter = make_counter(site, StockOwner.SHOPKEEPER)
    shopper = make_shopper(site, points=25)
    sale = counter.sold(shopper, soap=4, cash_top_up_fen=1500)
    assert (sale["points"], sale["cash_fen"]) == (25, 1500)
    parts = [counter.refund(sale, lines=[line(sale, 0, quantity)]).json for quantity in (2, 1, 1)]
    assert [(each["points"], each["cash_fen"]) for each in parts] == [(20, 0), (5, 500), (0, 1000)]
    assert [each["balance"] for each in parts] == [20, 25, 25]
    assert parts[2]["receipt"] is None  # only cash went back, which no ledger had
    with site.app.app_context():
        assert audit(VILLAGE) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_days_are_those_of_the_policy_of_the_sale(site, counter, shopper, clock):
    early = counter.sold(shopper, soap=1)
    clock.forward(days=7)
    site.tokens.clear()
    assert counter.refund(early).status_code == 201
    late = counter.sold(shopper, soap=1)
    values = {"resolution": "会议", "refund_days": 30}
    answer = site.call("administrator", "PATCH", f"/villages/{VILLAGE}/policy", values)
    assert answer.status_code == 200
    clock.forward(days=8)
    site.tokens.clear()
    assert problem(counter.refund(late)) == "wrong_state"
    new = counter.sold(shopper, soap=1)
    clock.forward(days=30)
    site.tokens.clear()
    assert counter.refund(new).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_the_shop_s_keeper_takes_goods_back(site, counter, shopper):
    sale = counter.sold(shopper, soap=1)
    assert problem(counter.refund(sale, who="cadre")) == "not_permitted"
    assert problem(counter.refund(sale | {"id": str(counter.shop)})) == "not_found"
    answer = counter.refund(sale, reason="")
    assert answer.json["errors"][0]["pointer"] == "/reason"
    assert counter.shelf()["soap"] == 19


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_last_day_ends_at_midnight_in_the_village(site, counter, shopper, clock):
    clock.now = datetime(2026, 3, 10, 15, 59, tzinfo=UTC)  # 23:59 in the village
    site.tokens.clear()
    late = counter.sold(shopper, soap=2)
    clock.now = datetime(2026, 3, 17, 15, 59, 59, tzinfo=UTC)
    site.tokens.clear()
    assert counter.refund(late, lines=[line(late, 0, 1)]).status_code == 201
    clock.now = datetime(2026, 3, 17, 16, tzinfo=UTC)  # the eighth day begins
    site.tokens.clear()
    assert problem(counter.refund(late)) == "wrong_state"
    assert counter.shelf()["soap"] == 19


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_sale_is_not_found_in_another_village(site, counter, shopper):
    sale = counter.sold(shopper, soap=1)
    path = f"/villages/{OTHER_VILLAGE}/redemptions/{sale['id']}/refund"
    with site.app.app_context():
        make_village(OTHER_VILLAGE)
    assert problem(site.call("shopkeeper", "POST", path, {"reason": "x"})) == "not_found"
    assert counter.shelf()["soap"] == 19
