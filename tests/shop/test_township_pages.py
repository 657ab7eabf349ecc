"""A township's shop by its pages: opened, filled, kept and read, in one village and the next."""

import re

import pytest

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_village
from tests.shop.scenes import Counter, make_counter, make_shopper
from tests.shop.test_stock import picture
from tests.site import PASSWORD, Site, make_site

TEA = {
    "sku": "tea",
    "category": "oil",
    "name_zh": "茶砖",
    "unit": "块",
    "price_points": "12",
    "cost_fen": "10.50",
}
LINK = re.compile(r'<li data-words><a href="([^"]+)">([^<]+)</a></li>')


@pytest.fixture
def site(bare_app) -> Site:
    """Two villages of a township, with an administrator, a cadre of one and the shop's keeper."""
    site = make_site(bare_app, users=("administrator", "cadre"))
    with bare_app.app_context():
        make_village(OTHER_VILLAGE)
        act(
            lambda: (
                access.add_user(
                    username="keeper",
                    name="洛桑",
                    password=PASSWORD,
                    roles=[Assignment(Role.SHOPKEEPER, TOWNSHIP)],
                    actor=SYSTEM,
                    now=now(),
                ).id
            )
        )
    return site


def open_shop(site: Site, **more: object):
    """Open the township's shop on the administrator's page."""
    typed = {"name": "镇超市", "division": TOWNSHIP, "stock_owner": "shopkeeper"}
    return site.send("administrator", "/admin/shops", **typed | more)


def shop_of_township(site: Site) -> str:
    """Open it, and its id."""
    assert open_shop(site, serves=[VILLAGE, OTHER_VILLAGE]).status_code == 303
    shops = site.call("keeper", "GET", f"/villages/{OTHER_VILLAGE}/shops").json["items"]
    return str(shops[0]["id"])


def counter_of(site: Site) -> Counter:
    """The township's shop with tea, put on its list and its shelf on the pages."""
    shop = shop_of_township(site)
    assert site.send("administrator", "/desk/goods", **TEA).status_code == 303
    [tea] = site.call("keeper", "GET", f"/shops/{shop}/goods").json["items"]
    line = {"lines__0__good_id": tea["id"], "lines__0__quantity": "9"}
    assert site.send("keeper", "/stock/in", **line).status_code == 303
    return Counter(site, shop, {"tea": tea["id"]})


def switches(page: str) -> dict[str, str]:
    """Where a page leads to the same one of another village or shop: addresses by name."""
    return {name: address.replace("&amp;", "&") for address, name in LINK.findall(page)}


def test_a_township_s_shop_serves_the_villages_that_were_ticked(site):
    none = open_shop(site)
    assert none.status_code == 422
    assert "Choose at least one village" in none.text
    shop_of_township(site)
    assert "镇超市" in site.open("administrator", f"/admin/shops?village={OTHER_VILLAGE}")


def test_the_administrator_sets_a_township_s_goods_and_no_village_s(site):
    make_counter(site)
    refused = site.browser("administrator").get("/desk/goods")
    assert refused.status_code == 404
    assert "no shop here whose goods you set" in refused.text
    assert "mistyped" not in refused.text
    shop_of_township(site)
    assert site.send("administrator", "/desk/goods", **TEA).status_code == 303
    listed = site.open("administrator", "/desk/goods")
    assert ("茶砖" in listed, "香皂" in listed) == (True, False)
    cadres = site.open("cadre", "/desk/goods")
    assert ("茶砖" in cadres, "香皂" in cadres) == (False, True)
    assert site.browser("keeper").get("/desk/goods").status_code == 403


def test_where_there_are_no_goods_the_page_says_who_lists_them(site):
    shop_of_township(site)
    for path in ("/stock", "/stock/in", "/stock/count"):
        page = site.open("keeper", path)
        assert "put on the list by the administrator" in page
        assert 'type="number"' not in page


def test_who_has_several_shops_is_led_from_one_to_the_other(site):
    make_counter(site)
    counter_of(site)
    page = site.open("administrator", "/stock")
    assert "茶砖" not in page
    others = switches(page)
    assert list(others) == ["青德镇 · 镇超市"]
    there = site.open("administrator", others["青德镇 · 镇超市"])
    assert "茶砖" in there
    assert list(switches(there)) == ["下坝村 · 积分超市"]
    # Who has one shop isn't asked for the village: the shop is the same in both.
    assert switches(site.open("keeper", "/stock")) == {}


def test_the_keeper_of_one_shop_reads_the_books_of_each_village(site):
    counter = counter_of(site)
    sale = counter.sold(make_shopper(site), who="keeper", tea=1)
    here = site.open("keeper", f"/receipts?village={VILLAGE}")
    assert f"Receipt {sale['receipt']}" in here
    others = switches(here)
    assert list(others) == ["黑达村"]
    assert f"Receipt {sale['receipt']}" not in site.open("keeper", others["黑达村"])
    # Now the other village is the page's: the counter's link names the receipt's own.
    assert "茶砖" in site.open("keeper", f"/receipts/{sale['id']}?village={VILLAGE}")
    for path in ("/settlements", "/vouchers"):
        assert list(switches(site.open("keeper", path))) == ["黑达村"]


def test_a_shop_elsewhere_in_the_township_is_found_from_any_village(site):
    """The page's village becomes one that the shop serves."""
    assert open_shop(site, serves=[OTHER_VILLAGE]).status_code == 303
    page = site.open("administrator", f"/stock?village={VILLAGE}")
    assert "镇超市" in page
    assert "put on the list by the administrator" in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_voucher_s_paper_is_read_in_the_village_that_keeps_it(site):
    counter = counter_of(site)
    paper = {"file": (picture(), "v.jpg")}
    kept = site.call("keeper", "POST", f"/villages/{VILLAGE}/files", data=paper)
    assert kept.status_code == 201, kept.text
    came = counter.move(
        "in", who="keeper", source="shopkeeper", tea=1, voucher_file_id=kept.json["id"]
    )
    assert came.status_code == 201, came.text
    site.open("keeper", f"/receipts?village={OTHER_VILLAGE}")
    page = site.open("keeper", "/stock")
    address = f"/v/{VILLAGE}/files/{kept.json['id']}"
    assert address in page
    assert site.browser("keeper").get(address).status_code == 200
