"""Finding one of many as one types: whom Enter ticks, and what stays in sight."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from incentives.clock import now, village_day
from incentives.extensions import db
from tests.awards.scenes import adopt_rules
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.factories import VILLAGE, act, make_household
from tests.shop.scenes import add_good, make_counter
from tests.site import make_site

HOUSEHOLDS, PEOPLE = 20, 40


@pytest.fixture
def village(live_server: LiveServer) -> LiveServer:
    """Two people behind each door: no. 17 of the sheet doesn't live in household number 17."""
    make_site(live_server.app, users=("cadre",), publicity_days=5)
    with live_server.app.app_context():
        adopt_rules()
        for door in range(1, HOUSEHOLDS + 1):
            make_household(VILLAGE, f"扎西{door:02}", f"卓玛{door:02}", door=f"{door}")
        db.session.remove()
    return live_server


def sheet(village: LiveServer, person) -> Page:
    """The page on which a printed sheet is keyed in."""
    cadre = person(DESKTOP)
    cadre.sign_in("cadre")
    with village.app.app_context():
        today, second = village_day(now()), int(now().timestamp())
    asked = {"rule_item": "CL01", "occurred_on": today.isoformat(), "printed": second + 1}
    return cadre.open(f"/desk/awards/new?{urlencode(asked)}")


def test_a_number_on_the_sheet_is_nobody_elses(village, person):
    """The household of that number, and the door, aren't ticked instead or after it."""
    page = sheet(village, person)
    search, said = page.locator("[data-filter] input"), page.locator(".filter-none")
    ticked = page.locator(".tile:has(input:checked) .tile-title")
    search.fill("17")
    expect(page.locator(".tile:visible")).not_to_have_count(1)  # others have a 17, too
    search.press("Enter")
    expect(ticked).to_have_count(1)
    expect(ticked).to_contain_text("17 · ")
    name = ticked.text_content()
    expect(said).to_have_text(f"勾上了：{name}。")
    search.press("Enter")
    search.fill("17")
    search.press("Enter")
    expect(said).to_have_text(f"已经勾上了：{name}。")
    search.fill("41")  # no such number on the sheet
    search.press("Enter")
    expect(ticked).to_have_count(1)


def test_all_on_the_sheet_are_ticked_whatever_is_looked_for(village, person):
    page = sheet(village, person)
    page.locator("[data-filter] input").fill("17")
    page.click(".quick-pick >> text=单子上的全部")
    expect(page.locator(".tile input:checked")).to_have_count(PEOPLE)


def test_who_is_ticked_passes_on_to_nobody_who_fits_less(village, person):
    cadre = person(DESKTOP)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    search = page.locator("[data-filter] input")
    said = page.locator(".filter-none")
    for _time in range(2):
        search.fill("3")  # the door of two people; 13 and 03 are others'
        search.press("Enter")
    search.fill("3")
    search.press("Enter")
    expect(said).to_contain_text("已经勾上了：")
    expect(page.locator(".tile input:checked")).to_have_count(2)
    search.fill("zx")
    search.press("Enter")
    expect(said).to_have_text("勾上了：扎西01。按回车勾扎西02。按 ↓ 跳过。")
    expect(page.locator(".filter-pass")).to_be_visible()
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    expect(page.locator(".filter-pass")).to_be_hidden()
    expect(page.locator(".filter-then")).to_be_visible()


def test_goods_filled_in_stay_in_sight_and_enter_sends_nothing(live_server: LiveServer, person):
    """What is wrong with a row can be seen and said, though something else is looked for."""
    site = make_site(live_server.app, users=("shopkeeper",))
    counter = make_counter(site)
    with live_server.app.app_context():
        for number in range(1, 21):
            named = (f"M{number:02}", f"商品{number:02}", number)
            act(lambda named=named: add_good(counter.shop, *named))
        db.session.remove()
    keeper = person(PHONE)
    keeper.sign_in("shopkeeper")
    page = keeper.open("/stock/in")
    search = page.locator("#find-goods")
    search.fill("商品")
    search.press("ArrowDown")
    expect(page.locator(".filter-none")).to_have_text("按回车填商品02的数量。按 ↓ 跳过。")
    search.fill("")
    page.locator("[data-filter-all]").click()
    for name, wrong in (("商品03", "1.5"), ("商品04", "-3"), ("商品05", "-")):
        box = page.locator(".stock-line", has_text=name).locator("input[type=number]")
        box.click()
        page.keyboard.type(wrong)
        box.press("Enter")
        expect(search).to_be_focused()
    assert page.url.endswith("/stock/in")
    search.fill("商品09")
    expect(page.locator(".stock-line:visible")).to_have_count(4)
    keeper.shot("goods-wrong")
    page.click("main form .button-main[type=submit]")
    expect(page.locator(".stock-line", has_text="商品03").locator("input:focus")).to_have_count(1)


def test_the_way_to_another_shop_is_found_by_name(live_server: LiveServer, person):
    site = make_site(live_server.app, users=("shopkeeper",))
    make_counter(site)
    for _more in range(13):
        make_counter(site)
    keeper = person(PHONE)
    keeper.sign_in("shopkeeper")
    page = keeper.open("/stock")
    page.locator(".switch summary").click()
    links = page.locator("#other-shops li:visible")
    expect(links).to_have_count(13)
    page.fill("#find-other-shops", "没有")
    expect(links).to_have_count(0)
