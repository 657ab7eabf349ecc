"""The shop's list and shelf: who sets prices, what moves stock, and that all of it adds up."""

import pytest
from sqlalchemy import func, select

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.extensions import db
from incentives.shop.models import Good, Stock, StockMovementLine, StockOwner
from tests.factories import TOWNSHIP, VILLAGE, act
from tests.shop.scenes import Counter, make_counter, make_shopper, problem
from tests.site import PASSWORD, Site, make_site

GOOD = {"sku": "rice-5", "name_zh": "大米", "unit": "袋", "price_points": 40, "cost_fen": 3_500}


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("administrator", "cadre", "shopkeeper"))


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


def sums_agree() -> bool:
    """Whether each shelf is the sum of its movements, and what the last one left."""
    moved = dict(
        db.session.execute(
            select(Good.sku, func.sum(StockMovementLine.quantity))
            .join(StockMovementLine, StockMovementLine.good_id == Good.id)
            .group_by(Good.sku)
        ).all()
    )
    held = dict(db.session.execute(select(Good.sku, Stock.quantity).join(Stock)).all())
    return {sku: int(quantity) for sku, quantity in moved.items()} == held


def test_every_movement_and_sale_adds_up_to_the_shelf(site, counter):
    shopper = make_shopper(site)
    sale = counter.sold(shopper, soap=2, oil=1, pin="246813")
    assert counter.refund(sale).status_code == 201
    counter.sold(shopper, soap=1)
    entered = counter.move("in", source="donation", soap=5, voucher="F-1")
    assert entered.status_code == 201, entered.text
    assert [
        (each["quantity"], each["quantity_after"], each["unit_cost_fen"])
        for each in entered.json["lines"]
    ] == [(5, 24, 900)]
    assert counter.move("spoiled", soap=4, note="受潮").json["lines"][0]["quantity"] == -4
    assert counter.move("return", oil=10).json["lines"][0]["quantity_after"] == 10
    counted = counter.move("count", soap=17, oil=10, note="少了三块").json["lines"]
    assert sorted((each["quantity"], each["quantity_after"]) for each in counted) == [
        (-3, 17),
        (0, 10),
    ]
    assert counter.shelf() == {"soap": 17, "oil": 10}
    path = f"/shops/{counter.shop}/stock-movements"
    kinds = [each["kind"] for each in site.call("cadre", "GET", path).json["items"]]
    assert kinds == ["count", "return", "spoiled", "in", "redemption", "refund", "redemption", "in"]
    with site.app.app_context():
        assert sums_agree()


def test_what_makes_no_sense_moves_nothing(site, counter):
    assert problem(counter.move("spoiled", soap=21, note="受潮")) == "out_of_stock"
    assert problem(counter.move("spoiled", soap=1, oil=21, note="受潮")) == "out_of_stock"
    twice = counter.lines(soap=1) * 2
    bad = [
        counter.move("in", soap=1),
        counter.move("in", source="shopkeeper", soap=1),
        counter.move("count", source="donation", soap=1),
        counter.move("redemption", soap=1),
        counter.move("spoiled", soap=0, note="受潮"),
        counter.move("in", source="donation", lines=twice),
        counter.move("in", source="donation", lines=[]),
    ]
    pointers = [answer.json["errors"][0]["pointer"] for answer in bad]
    assert pointers == [
        "/source",
        "/source",
        "/source",
        "/kind",
        "/lines/0/quantity",
        "/lines/1/good_id",
        "/lines",
    ]
    assert problem(counter.move("spoiled", who="cadre", soap=1)) == "not_permitted"
    assert counter.shelf() == {"soap": 20, "oil": 20}


def test_a_new_price_leaves_what_was_sold_as_it_was(site, counter):
    shopper = make_shopper(site)
    sale = counter.sold(shopper, soap=2)
    path = f"/shops/{counter.shop}/goods/{counter.goods['soap']}"
    changed = site.call("cadre", "PATCH", path, {"price_points": 15, "name_zh": "大香皂"})
    assert (changed.status_code, changed.json["price_points"]) == (200, 15)
    assert counter.sold(shopper, soap=1)["points"] == 15
    old = site.call("cadre", "GET", f"/villages/{VILLAGE}/redemptions/{sale['id']}").json
    assert (old["lines"], old["points"]) == (sale["lines"], 20)
    assert counter.refund(sale).json["points"] == 20
    shown = site.call(None, "GET", f"/villages/{VILLAGE}/goods").json["items"]
    assert {(each["name_zh"], each["price_points"]) for each in shown} == {
        ("大香皂", 15),
        ("菜油", 45),
    }
    assert "cost_fen" not in shown[0]


def test_no_one_who_keeps_the_shop_sets_its_prices(site, counter):
    with site.app.app_context():
        for username, roles in {
            "both": [Assignment(Role.CADRE, VILLAGE), Assignment(Role.SHOPKEEPER, VILLAGE)],
            "above": [Assignment(Role.CADRE, VILLAGE), Assignment(Role.SHOPKEEPER, TOWNSHIP)],
        }.items():
            act(
                lambda username=username, roles=roles: (
                    access.add_user(
                        username=username,
                        name=username,
                        password=PASSWORD,
                        roles=roles,
                        actor=SYSTEM,
                        now=now(),
                    )
                    and None
                )
            )
    goods = f"/shops/{counter.shop}/goods"
    one = f"{goods}/{counter.goods['soap']}"
    for who in ("shopkeeper", "both", "above", "administrator"):
        assert problem(site.call(who, "POST", goods, GOOD)) == "not_permitted", who
        assert problem(site.call(who, "PATCH", one, {"price_points": 1})) == "not_permitted", who
    made = site.call("cadre", "POST", goods, GOOD)
    assert (made.status_code, made.json["quantity"], made.json["in_stock"]) == (201, 0, False)
    assert problem(site.call("cadre", "POST", goods, GOOD)) == "duplicate"
    assert site.call("cadre", "PATCH", one, {}).status_code == 422
    assert site.call("cadre", "GET", goods).json["items"][0]["price_points"] == 45


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_township_s_shop_is_priced_from_above_and_serves_its_villages_only(site):
    shop = {
        "name": "乡超市",
        "stock_owner": "shopkeeper",
        "serves": [VILLAGE],
        "division": TOWNSHIP,
    }
    path = f"/villages/{VILLAGE}/shops"
    assert problem(site.call("cadre", "POST", path, shop)) == "not_permitted"
    owner = site.call("administrator", "POST", path, shop | {"stock_owner": "village"})
    assert owner.json["errors"][0]["pointer"] == "/stock_owner"
    elsewhere = site.call("administrator", "POST", path, shop | {"serves": ["513337101209"]})
    assert elsewhere.json["errors"][0]["pointer"] == "/serves"
    made = site.call("administrator", "POST", path, shop)
    assert made.status_code == 201, made.text
    goods = f"/shops/{made.json['id']}/goods"
    assert site.call("cadre", "POST", goods, GOOD).status_code in (403, 404)
    assert site.call("administrator", "POST", goods, GOOD).status_code == 201
    assert [each["id"] for each in site.call(None, "GET", path).json["items"]] == [made.json["id"]]
    assert StockOwner(made.json["stock_owner"]) is StockOwner.SHOPKEEPER
