"""A walker whose session ends, or whose service is down: the page stays, records are sent later."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, counts, make_team, scan, set_off
from tests.patrols.scenes import Team
from tests.site import PASSWORD


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


def test_on_a_walk_an_ended_session_leaves_the_page_where_it_was(live_server, team, person):
    """Who has no card at hand goes on, records, and signs in when they can; the signal may fail."""
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    set_off(page)
    page.context.clear_cookies()
    live_server.last_paths.add("/patrol")
    leader.open("/patrol")
    expect(page.locator("[data-part=walk]")).to_be_visible()
    live_server.last_paths.clear()
    leader.find_signal()
    leader.open(f"/p#{team.codes[0]}")
    expect(page.locator("[data-part=signed-out]")).to_be_visible()
    expect(page.locator("[data-part=marks]")).to_contain_text("村口")
    leader.shot("patrol-goes-on")
    assert counts(live_server)[:2] == [1, 0]
    page.locator("[data-part=signed-out] a").first.click()
    page.fill("input[name=username]", "leader")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_response("**/scans"):
        page.click("main button[type=submit]")
    expect(page.locator("[data-part=signed-out]")).to_be_hidden()
    assert counts(live_server)[:2] == [1, 1]


def test_a_page_that_was_kept_says_that_one_is_signed_out(live_server, team, person):
    """Also where nothing waits; and whoever signs out takes the names along."""
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.context.clear_cookies()
    leader.open("/patrol")
    expect(page.locator("[data-part=signed-out]")).to_be_visible()
    leader.sign_in("leader")
    page = leader.open("/patrol")
    expect(page.locator("[data-part=start]")).to_be_visible()
    page.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    page.wait_for_url(lambda url: not url.endswith("/patrol"))
    leader.open("/patrol")
    expect(page.locator("input[name=username]")).to_be_visible()
    assert "扎西彭措" not in page.content()


def test_a_session_that_ended_keeps_what_waits_until_one_signs_in_again(live_server, team, person):
    leader = person(PHONE, expected=(*OFFLINE, "401", "400", "403"))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    set_off(page)
    leader.lose_signal()
    scan(page, team.codes[1])
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1条")
    page.goto(page.url)
    page.context.clear_cookies()
    leader.find_signal()
    expect(page.locator("[data-part=signed-out]")).to_be_visible()
    assert counts(live_server)[1] == 0
    leader.shot("patrol-signed-out")
    leader.sign_in("leader")
    with page.expect_response("**/scans"):
        leader.open("/patrol")
    expect(page.locator("[data-part=signed-out]")).to_be_hidden()
    assert counts(live_server)[:2] == [1, 1]


def test_while_the_service_is_down_the_page_opens_as_it_was_last(live_server, team, person):
    leader = person(PHONE, expected=(*OFFLINE, "code 502"))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    set_off(page)
    live_server.down.set()
    leader.open("/patrol")
    expect(page.locator("[data-part=walk]")).to_be_visible()
    scan(page, team.codes[0])
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1条")
    leader.open("/patrol/shifts")
    expect(page.locator("main")).to_contain_text("没有排班")
    live_server.down.clear()
    with page.expect_response("**/scans"):
        leader.open("/patrol")
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    assert counts(live_server)[:2] == [1, 1]
