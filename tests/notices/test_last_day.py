"""A notice is open through the whole of the day that sheet, page and API name as its last."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from incentives.clock import VILLAGE_TIME, now
from incentives.notices import operations as notices
from tests.awards.scenes import Scene, adopt_rules
from tests.conftest import Clock
from tests.factories import VILLAGE, make_household
from tests.notices.acts import publish, reviewed
from tests.site import Site, make_site

NOTICE = f"/villages/{VILLAGE}/notices/1"
PAGE = f"/v/{VILLAGE}/notices/1"
CLOSING = "/review/notices/1/closing"


@pytest.fixture
def site(bare_app: Flask) -> Site:
    """A village whose first notice was put up on 2 March for 5 days, with two lines."""
    site = make_site(bare_app, users=("cadre", "reviewer"), publicity_days=5)
    with bare_app.app_context():
        adopt_rules()
        homes = [make_household(VILLAGE, f"扎西{each}", door=each) for each in "12"]
        scene = Scene(*homes)
        reviewed(scene)
        reviewed(scene, person=scene.other.head_id)
        publish(scene)
    return site


def village_time(clock: Clock, day: int, hour: int, minute: int) -> None:
    """Let it be that time of March in the village."""
    clock.now = datetime(2026, 3, day, hour, minute, tzinfo=VILLAGE_TIME).astimezone(UTC)


def test_it_closes_on_no_minute_of_its_last_day(site: Site, clock: Clock) -> None:
    assert site.call(None, "GET", NOTICE).json["closes_on"] == "2026-03-07"
    for hour, minute in ((0, 5), (12, 0), (23, 59)):
        village_time(clock, 7, hour, minute)
        site.tokens.clear()
        site.browsers.clear()
        early = site.call("reviewer", "POST", f"{NOTICE}/closing")
        assert (early.status_code, early.json["type"]) == (409, "/problems/wrong_state")
        assert "7 Mar 2026" in early.json["detail"]
        desk = site.open("reviewer", "/review/notices")
        assert CLOSING not in desk
        assert "in public until" in desk
        by_page = site.send("reviewer", CLOSING, on="/review/notices")
        assert "Its last day in public is 7 Mar 2026" in by_page.text
        with site.app.app_context():
            assert notices.close_due_notices(now=now()) == 0
        assert site.call(None, "GET", NOTICE).json["status"] == "open"


def test_what_is_said_in_its_last_minute_is_heard(site: Site, clock: Clock) -> None:
    village_time(clock, 7, 23, 59)
    body = {"about": {"notice": 1, "line": 1}, "reason": "only one of us was there"}
    assert site.call("cadre", "POST", f"/villages/{VILLAGE}/objections", body).status_code == 201
    village_time(clock, 8, 0, 5)
    with site.app.app_context():
        assert notices.close_due_notices(now=now()) == 1
    lines = site.call(None, "GET", NOTICE).json["lines"]
    assert [each["status"] for each in lines] == ["objected", "posted"]


def test_from_the_day_after_on_it_can_be_closed(site: Site, clock: Clock) -> None:
    village_time(clock, 8, 0, 0)
    assert CLOSING in site.open("reviewer", "/review/notices")
    assert site.call("reviewer", "POST", f"{NOTICE}/closing").json["status"] == "closed"


def test_sheet_and_page_name_the_last_day(site: Site) -> None:
    public = site.app.test_client()
    sheet = public.get(f"{PAGE}/print").text
    assert "公示时间：2026年3月2日至2026年3月7日，最后一天也算。" in sheet
    assert "请在公示期内" in sheet
    shown = public.get(PAGE, headers={"Accept-Language": "zh-CN"}).text
    assert "公示最后一天" in shown
