"""The shelf: what comes in and is lost, by which papers, at what cost, by whom."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Role
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.shop import queries
from incentives.shop.models import (
    Good,
    MovementKind,
    RedemptionLine,
    Stock,
    StockMovement,
    StockOwner,
)
from incentives.shop.pages import stock as stock_page
from incentives.web.guard import get_village
from tests.factories import VILLAGE, act, staff
from tests.shop.scenes import PIN, Counter, make_counter, make_shopper, problem
from tests.site import Site, make_site

USERS = ("administrator", "cadre", "shopkeeper", "treasurer", "supervisor")
ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=USERS)


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


def cost_of(counter: Counter, sku: str) -> int:
    with counter.site.app.app_context():
        return db.session.scalar(select(Good.cost_fen).where(Good.id == counter.goods[sku]))


def picture() -> BytesIO:
    content = BytesIO()
    Image.new("RGB", (640, 480), "white").save(content, "JPEG")
    content.seek(0)
    return content


def upload(site: Site, who: str) -> str:
    data = {"file": (picture(), "v.jpg")}
    answer = site.call(who, "POST", f"/villages/{VILLAGE}/files", data=data)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def test_a_loss_needs_a_reason_and_a_count_says_who_counted(site, counter):
    assert counter.move("spoiled", soap=1).json["errors"][0]["pointer"] == "/note"
    assert counter.move("spoiled", soap=1, note="  ").json["errors"][0]["pointer"] == "/note"
    assert counter.move("count", soap=19).json["errors"][0]["pointer"] == "/note"
    agreed = counter.move("count", soap=20, oil=20)
    assert (agreed.json["differences"], agreed.json["counted_by"]) == (0, "shopkeeper 某")
    missing = counter.move("count", soap=19, note="少一块，找不到", counted_by="次仁、扎西")
    assert (missing.json["differences"], missing.json["counted_by"]) == (1, "次仁、扎西")
    body = {"kind": "return", "lines": counter.lines(soap=1)}
    for nobody in ({}, {"supplier": "  "}):
        path = f"/shops/{counter.shop}/stock-movements"
        refused = site.call("shopkeeper", "POST", path, body | nobody)
        assert refused.json["errors"][0]["pointer"] == "/supplier"
    assert counter.move("in", source="donation", soap=1, counted_by="次仁").status_code == 422
    assert counter.move("count", soap=19, supplier="县供销社").status_code == 422
    assert counter.shelf() == {"soap": 19, "oil": 20}


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "spoiled"},
        {"kind": "count", "differences": 0},
        {"kind": "count", "counted_by": "次仁", "differences": 2},
        {"kind": "return", "counted_by": "次仁"},
        {"kind": "count", "counted_by": "次仁", "differences": -1},
    ],
)
def test_the_database_too_wants_the_reason(site, counter, bad):
    with site.app.app_context():
        row = {
            "id": new_id(),
            "shop_id": counter.shop,
            "occurred_at": now(),
            "entered_by": new_id(),
        }
        db.session.connection(execution_options={"write": True})
        with pytest.raises(DBAPIError):
            db.session.execute(
                insert(StockMovement), [row | bad | {"kind": MovementKind(bad["kind"])}]
            )
        db.session.rollback()


def test_what_came_in_has_its_papers_and_the_staff_reads_them(site, counter):
    file = upload(site, "shopkeeper")
    entered = counter.move(
        "in", source="purchase", soap=2, supplier="县供销社", voucher="F-7", voucher_file_id=file
    )
    assert entered.status_code == 201, entered.text
    assert (entered.json["supplier"], entered.json["voucher_file_id"]) == ("县供销社", file)
    path = f"/villages/{VILLAGE}/files/{file}"
    assert site.call("cadre", "GET", path).status_code == 200
    other = upload(site, "shopkeeper")
    assert site.call("cadre", "GET", f"/villages/{VILLAGE}/files/{other}").status_code == 404
    with site.app.app_context():
        missing = str(new_id())
    for wrong in (missing, upload(site, "cadre")):
        refused = counter.move("in", source="purchase", soap=2, voucher_file_id=wrong)
        assert refused.json["errors"][0]["pointer"] == "/voucher_file_id"
    listed = f"/shops/{counter.shop}/stock-movements?kind=in&good_id={counter.goods['oil']}"
    assert len(site.call("cadre", "GET", listed).json["items"]) == 1


def test_the_village_s_goods_cost_their_moving_average(site, counter):
    lines = [{"good_id": str(counter.goods["soap"]), "quantity": 10, "unit_cost_fen": 1_201}]
    came = counter.move("in", source="purchase", lines=lines).json["lines"][0]
    # 20 at 9.00 and 10 at 12.01 are 300.10, so one costs 10.00 and the shelf is worth 300.00.
    assert (came["unit_cost_fen"], came["revalued_fen"]) == (1_201, -10)
    assert cost_of(counter, "soap") == 1_000
    sale = counter.sold(make_shopper(site), soap=3)
    with site.app.app_context():
        line = db.session.scalar(select(RedemptionLine.unit_cost_fen))
    assert line == 1_000
    path = f"/shops/{counter.shop}/goods/{counter.goods['soap']}"
    history = site.call("cadre", "GET", f"{path}/prices").json["items"]
    assert [(each["cost_fen"], each["set_by_name"]) for each in history] == [
        (1_000, "shopkeeper 某"),
        (900, None),
    ]
    assert (
        history[0]["movement_id"]
        == site.call("cadre", "GET", f"/shops/{counter.shop}/stock-movements?kind=in").json[
            "items"
        ][0]["id"]
    )
    changed = site.call("cadre", "PATCH", path, {"cost_fen": 1_100, "price_points": 12})
    assert changed.status_code == 200, changed.text
    newest = site.call("cadre", "GET", f"{path}/prices").json["items"][0]
    assert (newest["price_points"], newest["cost_fen"]) == (12, 1_100)
    assert (newest["holds_from"], newest["set_by_name"]) == ("2026-03-02", "cadre 某")
    # What comes back comes back at what it cost when it left: 27 at 11.00 and 3 at 10.00.
    assert counter.refund(sale).status_code == 201
    assert cost_of(counter, "soap") == 1_090
    assert site.call("supervisor", "GET", f"/shops/{counter.shop}/stock-sheet").json["adds_up"]
    with site.app.app_context():
        shelf = 30 * 1_090 + 20 * 4_050
        assert queries.shelf_value_fen(VILLAGE) == shelf


def test_a_point_costs_what_its_goods_did_and_not_what_fills_the_shelf(site, counter):
    assert counter.move("in", source="donation", soap=100).status_code == 201
    shopper = make_shopper(site)
    sale = counter.sold(shopper, soap=3, oil=1, pin=PIN)
    found = site.call("supervisor", "GET", f"/villages/{VILLAGE}/fund/points").json
    cost = 3 * cost_of(counter, "soap") + cost_of(counter, "oil")
    assert (found["redeemed_points"], found["spent_on_points_fen"]) == (sale["points"], cost)
    assert found["cost_per_point_fen"] == round(cost / sale["points"])
    counter.refund(sale)
    found = site.call("supervisor", "GET", f"/villages/{VILLAGE}/fund/points").json
    assert (found["spent_on_points_fen"], found["cost_per_point_fen"]) == (0, None)


def test_a_shopkeeper_s_own_goods_keep_the_cost_that_was_agreed(site):
    counter = make_counter(site, StockOwner.SHOPKEEPER)
    lines = [{"good_id": str(counter.goods["soap"]), "quantity": 10, "unit_cost_fen": 5_000}]
    assert counter.move("in", source="shopkeeper", lines=lines).status_code == 201
    assert cost_of(counter, "soap") == 900
    assert site.call("cadre", "GET", f"/shops/{counter.shop}/stock-sheet").json["adds_up"]
    with site.app.app_context():
        assert queries.shelf_value_fen(VILLAGE) == 0


def test_low_stock_is_told_where_it_is_wanted(site, counter):
    path = f"/shops/{counter.shop}/goods/{counter.goods['soap']}"
    assert site.call("cadre", "PATCH", path, {"low_at": 20}).json["low"] is True
    assert site.call("cadre", "PATCH", path, {"low_at": 19}).json["low"] is False
    counter.move("return", soap=1)
    shown = site.call("shopkeeper", "GET", f"/shops/{counter.shop}/stock").json["items"]
    assert [each["sku"] for each in shown if each["low"]] == ["soap"]
    assert "running low" in site.open("shopkeeper", "/stock")
    with site.app.app_context():
        assert queries.count_low(VILLAGE) == 1
        assert stock_page.low_here(staff(Role.CADRE), get_village(VILLAGE)) == 1
        assert [good.sku for good, _stock in queries.low_goods(counter.shop)] == ["soap"]


def test_pages_enter_what_happens(site, counter):
    page = site.open("shopkeeper", "/stock/in")
    assert "What one cost" in page
    soap = str(counter.goods["soap"])
    typed = {"lines-0-good_id": soap, "lines-0-quantity": "5", "lines-0-unit_cost_fen": "9.00"}
    more = {"source": "purchase", "supplier": "供销社", "voucher": "F-9"}
    sent = site.send("shopkeeper", "/stock/in", **typed, **more)
    assert sent.status_code == 303, sent.text
    photo = {"voucher_photo": (picture(), "v.jpg")}
    assert site.send("shopkeeper", "/stock/in", **typed, **more, **photo).status_code == 303
    nothing = site.send("shopkeeper", "/stock/in", **typed | {"lines-0-quantity": ""}, **more)
    assert (nothing.status_code, "Fill in at least one good" in nothing.text) == (422, True)
    spoiled = {"lines-0-good_id": soap, "lines-0-quantity": "1"}
    refused = site.send("shopkeeper", "/stock/spoiled", **spoiled)
    assert (refused.status_code, "Say why they spoiled" in refused.text) == (422, True)
    assert site.send("shopkeeper", "/stock/spoiled", note="受潮", **spoiled).status_code == 303
    counted = {"lines-0-good_id": soap, "lines-0-quantity": "29", "counted_by": "次仁"}
    assert site.send("shopkeeper", "/stock/count", **counted).status_code == 303
    refused = site.send("shopkeeper", "/stock/return", **spoiled)
    assert (refused.status_code, "Say to whom they go back" in refused.text) == (422, True)
    back = spoiled | {"supplier": "供销社"}
    assert site.send("shopkeeper", "/stock/return", **back).status_code == 303
    shelf = site.open("shopkeeper", "/stock")
    assert "counted by 次仁" in shelf
    assert "供销社" in site.open("cadre", "/stock/movements?kind=in")
    assert site.browser("cadre").get("/stock/in").status_code == 403
    assert counter.shelf()["soap"] == 28


@pytest.mark.parametrize("goods", [20, 500])
@ONLY_SQLITE
def test_five_hundred_goods_take_no_more_statements_than_twenty(site, counter, statements, goods):
    with site.app.app_context():
        more = [
            {
                "id": new_id(),
                "shop_id": counter.shop,
                "sku": f"G{number:03d}",
                "category": "daily",
                "name_zh": f"货{number}",
                "unit": "件",
                "price_points": 1 + number,
                "cost_fen": 100,
                "on_sale": True,
                "added_at": now(),
                "low_at": 3,
            }
            for number in range(goods)
        ]

        def fill() -> None:
            db.session.execute(insert(Good), more)
            db.session.execute(
                insert(Stock),
                [{"good_id": each["id"], "quantity": 0, "count_due": False} for each in more],
            )

        act(fill)
        assert db.session.scalar(select(func.count()).select_from(Good)) == goods + 2
        db.session.rollback()
    pages = {
        "/stock": 16,
        "/stock/in": 14,
        "/stock/month": 14,
        "/desk/goods": 14,
        "/stock/movements": 16,
        f"/v/{VILLAGE}/prices": 12,
        f"/v/{VILLAGE}/prices/print": 14,
    }
    for path, most in pages.items():
        who = "cadre" if path.startswith("/desk") else "shopkeeper"
        site.open(who, path)
        statements.clear()
        site.open(who, path)
        assert len(statements) <= most, (path, len(statements), statements.sent)
    for path in (f"/shops/{counter.shop}/goods", f"/shops/{counter.shop}/stock-sheet"):
        site.call("cadre", "GET", path)
        statements.clear()
        assert len(site.call("cadre", "GET", path).json.get("items", ())) in (0, goods + 2)
        assert len(statements) <= 8, (path, statements.sent)


def test_who_may_touch_stock_and_who_only_reads_it(site, counter):
    lines = counter.lines(soap=1)
    body = {"kind": "return", "lines": lines}
    path = f"/shops/{counter.shop}/stock-movements"
    for who in ("cadre", "treasurer", "supervisor", "administrator"):
        assert problem(site.call(who, "POST", path, body)) == "not_permitted"
        assert site.call(who, "GET", f"/shops/{counter.shop}/stock-sheet").status_code == 200
    assert site.call(None, "GET", f"/shops/{counter.shop}/stock-sheet").status_code == 401
