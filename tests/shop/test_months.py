"""A month of the shelf adds up in pieces and in money, whatever happened."""

from datetime import date
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select, update

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
from incentives.shop.operations import by_code
from incentives.shop.operations.refunds import ReturnedLine
from tests.factories import VILLAGE, act, staff
from tests.shop.scenes import PIN, Counter, add_good, make_counter, make_shopper
from tests.site import Site, make_site

USERS = ("administrator", "cadre", "shopkeeper", "treasurer", "supervisor")
ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=USERS)


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


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
        sales.append(sale.redemption.id)

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
    assert rows[-1][-2:] == [37, 931.5]
    page = site.open("supervisor", "/stock/month?month=2026-03")
    assert "¥931.50" in page
    for more in ("print?month=2026-03", "../month.pdf", "../month.xlsx"):
        address = f"/stock/month/{more}".replace("/month/../", "/")
        assert site.browser("supervisor").get(address).status_code == 200, address
    assert site.browser("supervisor").get("/stock/month?month=soon").status_code == 422
