"""Printed sign-up sheets, keyed in on a phone: each with its own act, day, people and draft."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from incentives.awards.models import Award
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.register.models import Resident
from tests.awards.scenes import adopt_rules
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.factories import VILLAGE, make_household
from tests.site import make_site


@pytest.fixture
def village(live_server: LiveServer) -> LiveServer:
    """Twelve people behind six doors."""
    make_site(live_server.app, users=("cadre",), publicity_days=5)
    with live_server.app.app_context():
        adopt_rules()
        for door in range(1, 7):
            make_household(VILLAGE, f"扎西{door:02}", f"卓玛{door:02}", door=f"{door}")
        db.session.remove()
    return live_server


def sheet(village: LiveServer, rule: str, *, after: int = 0) -> str:
    """The address of a sheet that was printed some seconds after another."""
    with village.app.app_context():
        day, second = village_day(now()), int(now().timestamp()) + 1
    asked = {
        "village": VILLAGE,
        "rule_item": rule,
        "occurred_on": day.isoformat(),
        "printed": second + after,
    }
    return f"/desk/awards/new?{urlencode(asked)}"


def tick(page: Page, *numbers: str) -> None:
    """Tick people by what is typed for their numbers on the sheet."""
    search = page.locator("[data-filter] input")
    for number in numbers:
        search.fill(number)
        search.press("Enter")


def test_each_sheet_keeps_its_own_draft(village, person):
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    one, other = sheet(village, "CU01"), sheet(village, "NE02", after=30)
    page = cadre.open(one)
    tick(page, "3", "7", "12")
    page.fill("#field-note", "清水沟")
    ticked = page.locator(".tile:has(input:checked) .tile-title")
    cadre.open(other)
    expect(page.locator("#field-rule_item")).to_have_value("NE02")
    expect(page.locator("#field-note")).to_have_value("")
    expect(ticked).to_have_count(0)
    tick(page, "5")
    cadre.open("/desk/awards/new")
    expect(page.locator("#field-note")).to_have_value("")
    expect(ticked).to_have_count(0)
    # Each is found again where it was left off.
    cadre.open(one)
    expect(page.locator("#field-rule_item")).to_have_value("CU01")
    expect(page.locator("#field-note")).to_have_value("清水沟")
    expect(ticked).to_have_count(3)
    cadre.open(other)
    expect(page.locator("#field-rule_item")).to_have_value("NE02")
    expect(ticked).to_have_count(1)


def test_a_number_is_found_as_a_chinese_keyboard_types_it(village, person):
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open(sheet(village, "CU01"))
    ticked = page.locator(".tile:has(input:checked) .tile-title")
    tick(page, "03", "１２", "００7")
    expect(ticked).to_have_count(3)
    for place, number in enumerate(("3", "7", "12")):
        expect(ticked.nth(place)).to_contain_text(f"{number} · ")
    tick(page, "０", "13")  # no such numbers
    expect(ticked).to_have_count(3)
    page.locator("[data-filter] input").fill("ｚｘ")
    expect(page.locator(".tile:visible").first).to_contain_text("扎西")
    cadre.shot("sign-up-numbers")


def test_who_is_not_on_the_sheet_is_ticked_now_and_from_a_draft(village, person):
    with village.app.app_context():
        make_household(VILLAGE, "新来客", door="9")
        late = db.session.scalars(select(Resident).where(Resident.name == "新来客")).one()
        late.entered_at = now() + timedelta(days=1)
        db.session.commit()
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open(address := sheet(village, "CU01"))
    tick(page, "3")
    ticked = page.locator(".tile:has(input:checked) .tile-title")
    page.locator("[data-paste]").evaluate("paste => { paste.open = true; }")
    page.fill("#field-names", "新来客")
    page.click("[data-paste] button[name=look]")
    expect(ticked).to_have_count(2)
    expect(page.locator(".tile:has(input:checked)").last).to_contain_text("不在签到单上")
    cadre.shot("sign-up-more")
    page = cadre.open(address)
    expect(ticked).to_have_count(1)
    expect(page.locator("#field-names")).to_have_value("新来客 9")
    page.click(".sum-bar .button-main")
    expect(ticked).to_have_count(2)
    page.click(".sum-bar .button-main")
    page.wait_for_url(lambda url: "/desk/awards#sent=" in url)
    with village.app.app_context():
        assert db.session.query(Award).count() == 2
        db.session.remove()


def test_a_sheet_keyed_in_twice_is_told_of_and_asks_first(village, person):
    address = sheet(village, "CU01")
    for size in (DESKTOP, PHONE):
        cadre = person(size, expected=("422",))
        cadre.sign_in("cadre")
        page = cadre.open(address)
        again = page.locator("input[name=standing]")
        expect(again).to_have_count(0 if size is DESKTOP else 2)
        tick(page, "3", "7")
        if size is DESKTOP:
            page.click(".sum-bar .button-main")
            page.wait_for_url(lambda url: "/desk/awards#sent=" in url)
    expect(page.locator(".band-waiting", has_text="2 人")).to_contain_text("扎西02、扎西04")
    expect(page.locator(".tile", has_text="已有这项积分")).to_have_count(2)
    cadre.shot("sign-up-entered")
    page.click(".sum-bar .button-main")
    expect(page.locator(".band-refused p", has_text="扎西02、扎西04")).to_be_visible()
    ticked = page.locator(".tile:has(input:checked) .tile-title")
    expect(ticked).to_have_count(2)
    cadre.shot("sign-up-refused")
    # What is said and asked of those who have points for an act holds for that act alone.
    page.select_option("#field-rule_item", value="NE02")
    expect(page.locator(".tile:visible", has_text="扎西02")).not_to_contain_text(
        "已有这项积分", use_inner_text=True
    )
    expect(again.first).to_be_hidden()
    expect(again.first).to_be_disabled()
    page.select_option("#field-rule_item", value="CU01")
    expect(page.locator(".tile", has_text="扎西02")).to_contain_text(
        "已有这项积分", use_inner_text=True
    )
    expect(again.first).to_be_enabled()
    page.check("input[name=standing][value=again]")
    page.click(".sum-bar .button-main")
    page.wait_for_url(lambda url: "/desk/awards#sent=" in url)
    page = cadre.open(address)
    page.click(".links a[href*=rule_item]")
    expect(page.locator(".row")).to_have_count(4)
