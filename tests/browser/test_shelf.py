"""A shelf in a browser: a service with a photo, a count, the price list, a voucher used up."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import update

from incentives.extensions import db
from incentives.shop.models import Good
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.factories import VILLAGE, act
from tests.shop.scenes import PIN, add_good, make_counter, make_shopper
from tests.site import make_site


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_from_the_list_to_a_haircut(live_server: LiveServer, person, tmp_path, size):
    site = make_site(live_server.app, users=("cadre", "shopkeeper"))
    counter = make_counter(site)
    shopper = make_shopper(site)
    with live_server.app.app_context():
        db.session.remove()
    photo = tmp_path / "hair.jpg"
    Image.new("RGB", (1200, 900), "#805030").save(photo)
    cadre = person(size)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/goods")
    typed = {"name_zh": "理发一次", "sku": "hair", "unit": "time"}
    typed |= {"price_points": "15", "cost_fen": "15.00"}
    for name, value in typed.items():
        page.fill(f"[name={name}]", value)
    page.select_option("form[method=post] [name=category]", "service")
    page.set_input_files("[name=photo]", photo)
    page.click(".fold-more > summary")
    page.fill("[name=voucher_days]", "30")
    cadre.shot("goods")
    page.click("form .button-main")
    expect(page.locator("#goods")).to_contain_text("理发一次")
    keeper = person(size)
    keeper.sign_in("shopkeeper")
    page = keeper.open("/stock/count")
    page.fill("[name='lines-0-quantity']", "19")
    page.fill("[name=note]", "少了一瓶")
    page.click("form .button-main")
    expect(page.locator("#shelf")).to_contain_text("19")
    keeper.shot("shelf")
    keeper.open("/stock/month")
    keeper.shot("month")
    hair = site.call("cadre", "GET", f"/shops/{counter.shop}/goods").json["items"][0]
    counter.goods["hair"] = hair["id"]
    number = counter.sold(shopper, hair=1)["vouchers"][0]["number"]
    resident = person(size)
    prices_and_slip(resident, shopper.code, number)
    page = keeper.open("/vouchers")
    page.fill("[name=number]", number)
    page.locator("form .button-main[type=submit]").click()
    keeper.shot("voucher")
    page.click("form .button-main")
    expect(page.locator(".voucher-slip")).to_contain_text(number[:4])
    expect(page.locator("form .button-main")).to_have_count(0)
    page = keeper.open("/shop")
    page.fill("[data-part=number]", shopper.number)
    page.click("[data-part=number-form] button[type=submit]")
    page.click("[data-good]:has-text('理发')")
    page.click("[data-part=hand-over]")
    slip = page.locator("[data-part=receipt] .voucher-slip")
    expect(slip.locator(".receipt-qr svg")).to_be_visible()
    expect(slip.locator(".receipt-number")).to_have_text(re.compile(r"^\d{4} \d{4} \d{4}$"))
    keeper.shot("voucher-at-the-counter")


def prices_and_slip(resident: Person, code: str, number: str) -> None:
    """What a resident sees: the public list with what is missing, then the own voucher."""
    page = resident.open(f"/v/{VILLAGE}/prices")
    page.fill("[name=points]", "20")
    page.click("form.list-bar button")
    expect(page.locator(".price .chip-notice")).to_have_count(1)
    expect(page.locator(".price img")).to_have_count(1)
    resident.shot("prices")
    resident.open(f"/v/{VILLAGE}/prices/print")
    resident.shot("prices-print")
    page = resident.open(f"/c#{code}")
    page.locator("#pad-pin").fill(PIN)
    page.click("form .button-main")
    expect(page.locator(".voucher-own")).to_contain_text(number[:4])
    resident.shot("own-voucher")


def test_of_many_goods_only_those_chosen_are_seen_and_sent(live_server, person):
    """One hand, a small screen, little signal: a good is looked for, and its number typed."""
    site = make_site(live_server.app, users=("shopkeeper",))
    counter = make_counter(site)
    with live_server.app.app_context():
        for number in range(1, 61):
            named = (f"M{number:02}", f"商品{number:02}", number)
            act(lambda named=named: add_good(counter.shop, *named))
        code = update(Good).where(Good.sku == "M17").values(barcode="012345678905")
        act(lambda: db.session.execute(code) and None)
        db.session.remove()
    keeper = person(PHONE)
    keeper.sign_in("shopkeeper")
    page = keeper.open("/stock/in")
    lines = page.locator(".stock-line:visible")
    expect(lines).to_have_count(0)
    keeper.shot("goods-in")
    assert page.evaluate("document.documentElement.scrollHeight") < 1600
    search = page.locator("#find-goods")
    # As a reader types it: a UPC-A is the EAN-13 that begins with 0.
    search.fill("0012345678905")
    search.press("Enter")
    expect(lines).to_contain_text(["商品17"])
    page.keyboard.type("12")
    search.fill("商品0")
    expect(lines).to_have_count(8 + 1)
    search.press("Enter")
    page.keyboard.type("3")
    expect(lines).to_have_count(2)
    keeper.shot("goods-in-chosen")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.click("main form .button-main[type=submit]")
    assert sent.value.post_data_buffer.count(b"-quantity") == 2
    expect(page.locator("[data-flash=done]")).to_be_visible()
    shelf = counter.shelf()
    assert (shelf["M17"], shelf["M01"], sum(shelf.values())) == (12, 3, 40 + 15)
    page = keeper.open("/stock/count")
    page.locator("[data-filter-all]").click()
    expect(lines).to_have_count(62)
    page.locator(".stock-line", has_text="商品02").locator("input[type=number]").fill("1")
    page.fill("[name=note]", "漏记了")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.click("main form .button-main[type=submit]")
    assert sent.value.post_data.count("-quantity") == 1
    expect(page.locator("[data-flash=done]")).to_be_visible()
