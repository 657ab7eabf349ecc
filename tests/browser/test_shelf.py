"""A shelf in a browser: a service with a photo, a count, the price list, a voucher used up."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from incentives.extensions import db
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.factories import VILLAGE
from tests.shop.scenes import PIN, make_counter, make_shopper
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
