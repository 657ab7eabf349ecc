"""On patrol in English: times as everywhere else, and whom to ring readable on a phone."""

import re

import pytest
from playwright.sync_api import expect

from incentives.extensions import db
from tests.browser.conftest import PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, make_team, scan, set_off
from tests.patrols.scenes import Team

CLOCK = re.compile(r"\b\d\d:\d\d\b(?! ?[AP]M)")


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


def test_hours_are_told_from_0_to_23_and_the_numbers_fit(live_server, team, person):
    with live_server.app.app_context():
        team.shift(minutes=1440)
        db.session.remove()
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    leader.open("/language/en")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    expect(page.locator("[data-part=choices] label").first).to_contain_text("the next day")
    set_off(page)
    scan(page, team.codes[0])
    expect(page.locator("[data-part=marks] .row-figure").first).to_have_text(CLOCK)
    leader.lose_signal()
    scan(page, team.codes[1])
    expect(page.locator("[data-part=offline-text]")).to_have_text(CLOCK)
    for text in ("since", "offline-text", "marks"):
        assert not re.search("[AP]M", page.locator(f"[data-part={text}]").inner_text())
    page.locator("summary", has_text="Something found").click()
    for ring in page.locator("[data-part=finding] .ring").all():
        box = ring.bounding_box()
        for word in ring.locator("span").all():
            inner = word.bounding_box()
            assert inner["x"] >= box["x"]
            assert inner["x"] + inner["width"] <= box["x"] + box["width"]
    leader.shot("patrol-english")
