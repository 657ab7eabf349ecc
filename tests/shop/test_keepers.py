"""What a shopkeeper reads and does at their own shop, and at a shop of another division."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.shop import operations
from incentives.shop.models import StockOwner, StockSource
from incentives.shop.operations import Item, StockLine, by_code
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_village, staff
from tests.shop.scenes import PIN, add_good, make_counter, make_shopper
from tests.site import PASSWORD, Site, make_site

ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
# By address: the answers to the village's shopkeeper, the township's, and the village's supervisor,
# for what is of the village's shop (`v`) and of the township's (`t`).
READS = {
    "/villages/{village}/redemptions/{sale}": {"v": (200, 404, 200), "t": (404, 200, 200)},
    "/villages/{village}/settlements/statement?shop_id={shop}&month=2026-03": {
        "v": (200, 404, 200),
        "t": (404, 200, 200),
    },
    "/villages/{village}/settlements/statement?shop_id={shop}&month=2026-02": {
        "v": (200, 404, 200),
        "t": (404, 200, 200),
    },
    "/shops/{shop}/stock": {"v": (200, 404, 200), "t": (404, 200, 404)},
    "/shops/{shop}/stock-movements": {"v": (200, 404, 200), "t": (404, 200, 404)},
    "/shops/{shop}/closings": {"v": (200, 404, 200), "t": (404, 200, 404)},
    "/shops/{shop}/closings/open": {"v": (200, 404, 200), "t": (404, 200, 404)},
    "/shops/{shop}/terminals": {"v": (200, 404, 200), "t": (404, 200, 404)},
    "/shops/{shop}/agreements": {"v": (200, 404, 200), "t": (404, 200, 404)},
    "/shops/{shop}/goods": {"v": (200, 404, 200), "t": (404, 200, 404)},
}
READERS = ("shopkeeper", "township", "supervisor")


@dataclass
class Two:
    """The village's shop and the township's, with a sale at each to the same household."""

    site: Site
    shops: dict[str, UUID]
    sales: dict[str, str]


@pytest.fixture
def two(bare_app) -> Two:
    site = make_site(bare_app, users=("shopkeeper", "supervisor", "administrator"))
    counter, shopper = make_counter(site), make_shopper(site)
    with bare_app.app_context():
        act(
            lambda: (
                access.add_user(
                    username="township",
                    name="镇店主",
                    password=PASSWORD,
                    roles=[Assignment(Role.SHOPKEEPER, TOWNSHIP)],
                    actor=SYSTEM,
                    now=now(),
                ).id
            )
        )
        shop = act(
            lambda: (
                operations.open_shop(
                    division=TOWNSHIP,
                    name="镇超市",
                    stock_owner=StockOwner.SHOPKEEPER,
                    serves=[VILLAGE],
                    actor=SYSTEM,
                    now=now(),
                ).id
            )
        )
        good = act(lambda: add_good(shop, "salt", "盐", 3))
        keeper = staff(Role.SHOPKEEPER, TOWNSHIP)
        act(
            lambda: (
                operations.receive_stock(
                    shop_id=shop,
                    source=StockSource.SHOPKEEPER,
                    lines=[StockLine(good, 9)],
                    actor=keeper,
                    now=now(),
                ).id
            )
        )
        sale = act(
            lambda: (
                operations.redeem(
                    redemption_id=new_id(),
                    village=VILLAGE,
                    shop_id=shop,
                    shown=by_code(shopper.code, now=now()),
                    items=[Item(good, 2)],
                    pin=PIN,
                    actor=keeper,
                    now=now(),
                ).redemption.id
            )
        )
        db.session.remove()
    sold = counter.sold(shopper, soap=1)
    return Two(site, {"v": counter.shop, "t": shop}, {"v": sold["id"], "t": str(sale)})


def test_each_reads_of_their_own_shop(two):
    wrong = []
    for path, expected in READS.items():
        for shop, answers in expected.items():
            address = path.format(village=VILLAGE, shop=two.shops[shop], sale=two.sales[shop])
            for who, status in zip(READERS, answers, strict=True):
                found = two.site.call(who, "GET", address).status_code
                if found != status:
                    wrong.append((who, shop, path, found, status))
    assert wrong == []


def test_lists_of_the_village_hold_a_keeper_s_own_alone(two):
    path = f"/villages/{VILLAGE}/redemptions"
    expected = {"shopkeeper": ["v"], "township": ["t"], "supervisor": ["t", "v"]}
    for who, shops in expected.items():
        items = two.site.call(who, "GET", path).json["items"]
        assert sorted(each["id"] for each in items) == sorted(two.sales[each] for each in shops)
        # Nor by asking for the other shop's.
        other = two.site.call(who, "GET", f"{path}?shop_id={two.shops['t']}").json["items"]
        assert [each["id"] for each in other] == ([two.sales["t"]] if "t" in shops else [])
    vouchers = two.site.call("township", "GET", f"/villages/{VILLAGE}/vouchers")
    assert vouchers.json["items"] == []


@ONLY_SQLITE
def test_pages_show_a_keeper_their_own_shop(two):
    assert two.site.browser("shopkeeper").get(f"/receipts/{two.sales['t']}").status_code == 404
    assert two.site.browser("township").get(f"/receipts/{two.sales['v']}").status_code == 404
    assert "盐" in two.site.open("township", "/receipts")
    assert "香皂" not in two.site.open("township", "/receipts")
    # The township's keeper stands at the township's counter, whichever village is chosen.
    assert "镇超市" in two.site.open("township", f"/shop?village={VILLAGE}")
    assert two.site.browser("township").get(f"/shop?shop={two.shops['v']}").status_code == 404


def test_nobody_acts_at_a_shop_of_another_division(two):
    shop, sale = two.shops["v"], two.sales["v"]
    acts = {
        f"/shops/{shop}/closings": {"cash_counted_fen": 0},
        f"/shops/{shop}/stock-movements": {
            "kind": "count",
            "lines": [{"good_id": str(new_id()), "quantity": 1}],
        },
        f"/villages/{VILLAGE}/redemptions/{sale}/refund": {"reason": "换"},
        f"/villages/{VILLAGE}/settlements": {"shop_id": str(shop), "month": "2026-02"},
    }
    for path, body in acts.items():
        assert two.site.call("township", "POST", path, body).status_code == 404, path


@ONLY_SQLITE
def test_an_administrator_opens_shops_and_says_whom_they_serve(two):
    site = two.site
    with site.app.app_context():
        make_village(OTHER_VILLAGE)
        db.session.remove()
    page = site.open("administrator", "/admin/shops")
    assert "镇超市" in page
    assert OTHER_VILLAGE in page
    add = f"/admin/shops/{two.shops['t']}/villages"
    sent = site.send("administrator", add, on="/admin/shops", village=OTHER_VILLAGE)
    assert sent.status_code == 303
    assert site.send("administrator", add, on="/admin/shops", village=VILLAGE).status_code == 422
    served = site.call("administrator", "GET", f"/villages/{OTHER_VILLAGE}/shops").json["items"]
    assert [each["name"] for each in served] == ["镇超市"]
    leave = f"{add}/{OTHER_VILLAGE}/leaving"
    assert site.send("administrator", leave, on="/admin/shops").status_code == 303
    assert site.send("administrator", leave, on="/admin/shops").status_code == 404
    last = f"{add}/{VILLAGE}/leaving"
    assert site.send("administrator", last, on="/admin/shops").status_code == 409
    for address in (add, leave):
        assert site.browser("administrator").get(address).location == "/admin/shops"
    opened = {"name": "新超市", "division": VILLAGE, "stock_owner": "village"}
    assert site.send("administrator", "/admin/shops", **opened).status_code == 303
    wrong = opened | {"division": TOWNSHIP, "serves": VILLAGE}
    assert site.send("administrator", "/admin/shops", **wrong).status_code == 422
    assert site.browser("supervisor").get("/admin/shops").status_code == 403
    by_api = site.call(
        "shopkeeper", "POST", f"/shops/{two.shops['v']}/villages", {"village": OTHER_VILLAGE}
    )
    assert by_api.status_code == 403
