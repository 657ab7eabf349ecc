"""An act of a day on which other rules held: points and caps on the page are those of its day."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from incentives.awards.models import Award
from incentives.awards.template import template_items
from incentives.clock import now, village_day
from incentives.extensions import db
from tests.awards import versions
from tests.awards.scenes import adopt_rules
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.factories import VILLAGE, make_household
from tests.site import make_site

CHANGED: dict[str, dict[str, Any]] = {
    "CL01": {"points": 30, "cap_points": 60},
    "NE02": {"name_zh": "帮邻居割草"},
}


@pytest.fixture
def village(live_server: LiveServer) -> LiveServer:
    """Rules since today that give 30 points for cleaning, not 4, above the cap, and rename one."""
    make_site(live_server.app, users=("cadre",), publicity_days=5)
    with live_server.app.app_context():
        adopt_rules()
        items = [
            replace(each, **CHANGED.get(each.code, {}))
            for each in template_items()
            if each.code != "CU01"
        ]
        number = versions.draft().number
        versions.edit(number, items)
        versions.adopt(number)
        make_household(VILLAGE, "扎西彭措", "洛绒卓玛", door="1")
        db.session.remove()
    return live_server


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_points_and_caps_are_those_of_the_day(village, person, size):
    with village.app.app_context():
        today = village_day(now())
    before = (today - timedelta(days=1)).isoformat()
    cadre = person(size)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    page.select_option("#field-rule_item", value="CL01")
    page.locator(".tile", has_text="扎西彭措").click()
    tile, chosen = page.locator(".tile", has_text="扎西彭措"), page.locator("option:checked")
    expect(page.locator(".sum-text")).to_contain_text("30 分")
    expect(tile).to_contain_text("0/60")
    page.fill("#field-occurred_on", before)
    page.locator("#field-occurred_on").dispatch_event("change")
    expect(page.locator(".sum-text")).to_contain_text("4 分")
    expect(chosen).to_contain_text("4 分")
    expect(tile).to_contain_text("0/24")
    page.fill("#field-quantity", "6")
    expect(page.locator("[data-over-cap]")).to_be_hidden()
    expect(page.locator(".sum-text")).to_contain_text("24 分")
    cadre.shot("enterable-day")
    told = page.locator("[data-not-that-day]")
    expect(told).to_be_hidden()
    page.select_option("#field-rule_item", value="CU01")
    expect(chosen).to_contain_text("为止")
    expect(told).to_be_hidden()
    page.fill("#field-occurred_on", today.isoformat())
    page.locator("#field-occurred_on").dispatch_event("change")
    expect(told).to_be_visible()
    cadre.shot("enterable-dropped")
    page.select_option("#field-rule_item", value="NE02")
    expect(told).to_be_hidden()
    expect(chosen).to_have_text(re.compile("^帮邻居割草 .*到.*为止：农忙互助一天$"))
    long_ago = page.locator("[data-too-late]")
    expect(long_ago).to_be_hidden()
    page.fill("#field-occurred_on", (today - timedelta(days=61)).isoformat())
    page.locator("#field-occurred_on").dispatch_event("change")
    expect(long_ago).to_have_text("时间太久了：最多补登 60 天内的")
    expect(long_ago).to_be_visible()
    expect(told).to_be_hidden()
    cadre.shot("enterable-too-late")
    page.fill("#field-occurred_on", before)
    page.locator("#field-occurred_on").dispatch_event("change")
    expect(chosen).to_have_text(re.compile("^农忙互助一天 .*从.*起：帮邻居割草$"))
    expect(long_ago).to_be_hidden()
    cadre.shot("enterable-name")
    page.select_option("#field-rule_item", value="CL01")
    expect(told).to_be_hidden()
    page.click(".sum-bar .button-main")
    page.wait_for_url(lambda url: "/desk/awards#sent=" in url)
    with village.app.app_context():
        assert db.session.query(Award.points).scalar() == 24
        db.session.remove()
