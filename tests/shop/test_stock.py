"""The shelf in quantity and in money: reasons, papers, costs, and months that always add up."""

from datetime import date
from io import BytesIO
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Role
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Refusal
from incentives.extensions import db
from incentives.files.sheets import read_sheets
from incentives.shop import operations, queries
from incentives.shop.models import (
    Good,
    GoodPrice,
    MovementKind,
    RedemptionLine,
    Shop,
    Stock,
    StockMovement,
    StockMovementLine,
    StockOwner,
    StockSource,
)
from incentives.shop.operations.refunds import ReturnedLine
from incentives.shop.pages import stock as stock_page
from incentives.shop.shown import by_code
from incentives.web.guard import get_village
from tests.factories import VILLAGE, act, staff
from tests.shop.scenes import PIN, Counter, add_good, make_counter, make_shopper, problem
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
    refused = counter.move("in", source="purchase", soap=2, voucher_file_id=missing)
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


def random_act(shop_id: UUID, goods: list[UUID], sales: list, shopper, chance: Random) -> None:
    """One thing that happens to a shelf; what isn't allowed is refused and changes nothing."""
    keeper, cadre = staff(Role.SHOPKEEPER), staff(Role.CADRE)
    chosen = chance.sample(goods, chance.randint(1, len(goods)))
    lines = [
        operations.StockLine(each, chance.randint(1, 6), chance.choice([None, 0, 1, 333, 1_207]))
        for each in chosen
    ]
    common = {"shop_id": shop_id, "lines": lines, "note": "记", "actor": keeper, "now": now()}
    owner = db.session.get_one(Shop, shop_id).stock_owner
    village = owner is StockOwner.VILLAGE
    source = (
        chance.choice([StockSource.PURCHASE, StockSource.DONATION])
        if village
        else StockSource.SHOPKEEPER
    )
    db.session.rollback()

    def sell() -> None:
        sale = operations.redeem(
            redemption_id=new_id(),
            village=VILLAGE,
            shop_id=shop_id,
            shown=by_code(shopper.code, now=now()),
            items=[operations.Item(each, chance.randint(1, 3)) for each in chosen],
            pin=PIN,
            actor=keeper,
            now=now(),
        )
        sales.append(sale.id)

    def refund() -> None:
        sale = chance.choice(sales or [new_id()])
        line = db.session.scalar(
            select(RedemptionLine.id).where(RedemptionLine.redemption_id == sale).limit(1)
        )
        operations.refund_redemption(
            village=VILLAGE,
            redemption_id=sale,
            reason="退",
            lines=[ReturnedLine(line, 1)] if line else None,
            actor=keeper,
            now=now(),
        )

    acts = [
        lambda: operations.receive_stock(source=source, **common),
        lambda: operations.count_stock(**common),
        lambda: operations.remove_stock(kind=MovementKind.SPOILED, **common),
        lambda: operations.remove_stock(kind=MovementKind.RETURN, **common),
        lambda: operations.change_good(
            shop_id=shop_id,
            good_id=chosen[0],
            changes={"cost_fen": chance.randint(0, 2_000)},
            actor=cadre,
            now=now(),
        ),
        sell,
        sell,
        refund,
    ]
    work = chance.choice(acts)
    try:
        act(lambda: work() and None)
    except Refusal:
        return


@pytest.mark.parametrize("owner", list(StockOwner))
@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_each_month_adds_up_and_is_what_the_shelf_holds(
    bare_app, clock, owner, seed
):
    site = make_site(bare_app, users=(), daily_redemption_cap=100_000)
    counter = make_counter(site, owner)
    shopper = make_shopper(site, 50_000)
    chance, sales, months = Random(seed), [], [date(2026, 3, 1)]
    with site.app.app_context():
        goods = [*counter.goods.values(), act(lambda: add_good(counter.shop, "salt", "盐", 3))]
        for _step in range(60):
            random_act(counter.shop, goods, sales, shopper, chance)
            clock.forward(hours=chance.randint(1, 30))
            day = clock.now.date().replace(day=1)
            months += [day] if day not in months else []
        db.session.rollback()
        shop = queries.find_shop(counter.shop)
        sheets = [queries.month_sheet(shop, month) for month in months]
        assert len(sheets) >= 2
        assert all(sheet.adds_up for sheet in sheets)
        assert sheets[0].total.opening.quantity == 0
        for before, after in pairwise(sheets):
            assert [line.closing for line in before.lines] == [line.opening for line in after.lines]
        happened = set(db.session.scalars(select(StockMovement.kind)))
        assert len(happened) >= 6, happened
        held = db.session.execute(
            select(Good.sku, Stock.quantity, Stock.quantity * Good.cost_fen)
            .join(Stock)
            .order_by(Good.sku)
        ).all()
        assert [
            (line.sku, line.closing.quantity, line.closing.cost_fen) for line in sheets[-1].lines
        ] == [tuple(row) for row in held]
        assert all(quantity >= 0 for _sku, quantity, _worth in held)
        newest = db.session.scalars(
            select(GoodPrice.cost_fen).where(GoodPrice.good_id == goods[0]).order_by(GoodPrice.id)
        ).all()[-1]
        assert newest == db.session.get_one(Good, goods[0]).cost_fen


def test_control_a_movement_that_was_changed_makes_a_month_that_doesnt_add_up(site, counter):
    path = f"/shops/{counter.shop}/stock-sheet"
    assert site.call("supervisor", "GET", path).json["adds_up"] is True
    with site.app.app_context():
        db.session.connection(execution_options={"write": True})
        line = select(StockMovementLine.good_id).limit(1).scalar_subquery()
        db.session.execute(
            update(StockMovementLine)
            .where(StockMovementLine.good_id == line)
            .values(unit_cost_fen=StockMovementLine.unit_cost_fen + 1)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
    assert site.call("supervisor", "GET", path).json["adds_up"] is False
    assert "add up" in site.open("supervisor", "/stock/month")


def test_a_month_s_sheet_on_page_paper_and_in_excel(site, counter, clock):
    counter.sold(make_shopper(site), soap=2)
    counter.move("spoiled", oil=1, note="漏了")
    path = f"/shops/{counter.shop}/stock-sheet"
    sheet = site.call("supervisor", "GET", f"{path}?month=2026-03").json
    oil, soap = sheet["lines"]
    assert soap["opening"] == {"quantity": 0, "cost_fen": 0}
    assert soap["moved"]["came_in"] == {"quantity": 20, "cost_fen": 18_000}
    assert soap["moved"]["handed_out"] == {"quantity": -2, "cost_fen": -1_800}
    assert soap["closing"] == {"quantity": 18, "cost_fen": 16_200}
    assert oil["moved"]["spoiled"] == {"quantity": -1, "cost_fen": -4_050}
    assert sheet["total"]["closing"]["cost_fen"] == 16_200 + 19 * 4_050
    assert (sheet["month"], sheet["adds_up"]) == ("2026-03", True)
    clock.forward(days=40)
    site.tokens.clear()
    site.browsers.clear()
    later = site.call("supervisor", "GET", path).json
    assert (later["month"], later["total"]["opening"]) == ("2026-04", sheet["total"]["closing"])
    assert site.call("supervisor", "GET", f"{path}?month=2026-13").status_code == 422
    pdf = site.call("supervisor", "GET", f"{path}.pdf?month=2026-03")
    assert pdf.data.startswith(b"%PDF-")
    xlsx = site.call("supervisor", "GET", f"{path}.xlsx?month=2026-03")
    rows = read_sheets(xlsx.data)[0].rows
    assert rows[2][:4] == ["soap", "香皂", "件", 0]
    assert rows[-1][-2:] == [37, "931.50"]
    page = site.open("supervisor", "/stock/month?month=2026-03")
    assert "¥931.50" in page
    for more in ("print?month=2026-03", "../month.pdf", "../month.xlsx"):
        address = f"/stock/month/{more}".replace("/month/../", "/")
        assert site.browser("supervisor").get(address).status_code == 200, address
    assert site.browser("supervisor").get("/stock/month?month=soon").status_code == 422


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
    spoiled = {"lines-0-good_id": soap, "lines-0-quantity": "1"}
    refused = site.send("shopkeeper", "/stock/spoiled", **spoiled)
    assert (refused.status_code, "Say why they spoiled" in refused.text) == (422, True)
    assert site.send("shopkeeper", "/stock/spoiled", note="受潮", **spoiled).status_code == 303
    counted = {"lines-0-good_id": soap, "lines-0-quantity": "29", "counted_by": "次仁"}
    assert site.send("shopkeeper", "/stock/count", **counted).status_code == 303
    assert site.send("shopkeeper", "/stock/return", **spoiled).status_code == 303
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
