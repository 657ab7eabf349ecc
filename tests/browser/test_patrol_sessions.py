"""A walker whose session ends, or whose service is down: the page stays, records are sent later."""

import threading

import pytest
from flask import request
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, counts, make_team, scan, set_off
from tests.patrols.scenes import Team
from tests.site import CSRF, PASSWORD

TOKENS = "Object.keys(localStorage).filter((key) => key.startsWith('jishan-patrol-token'))"


def forget_sign_in(page: Page) -> None:
    """The session has ended, and the phone's own token, too: it is over a week old."""
    page.context.clear_cookies()
    page.evaluate(f"{TOKENS}.forEach((key) => localStorage.removeItem(key))")


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
    forget_sign_in(page)
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
    expect(page.locator("[data-part=signed-out]")).to_contain_text("照样会送")
    leader.sign_in("leader")
    page = leader.open("/patrol")
    expect(page.locator("[data-part=start]")).to_be_visible()
    page.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    page.wait_for_url(lambda url: not url.endswith("/patrol"))
    leader.open("/patrol")
    expect(page.locator("input[name=username]")).to_be_visible()
    assert "扎西彭措" not in page.content()
    assert page.evaluate(TOKENS) == []


def test_what_arrives_after_one_has_signed_out_isnt_kept(live_server, team, person):
    """Bad signal: the list of shifts was asked for, with its names, and comes late."""
    leader = person(PHONE, expected=OFFLINE)
    leader.open("/language/zh-CN")
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    late = live_server.late_paths["/patrol/shifts"] = threading.Event()
    asked = threading.Event()
    live_server.app.before_request_funcs.setdefault(None, []).append(
        lambda: asked.set() if request.path == "/patrol/shifts" else None
    )
    leader.open("/patrol")
    assert asked.wait(10)
    page.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    page.wait_for_url(lambda url: not url.endswith("/patrol"))
    late.set()
    page.wait_for_timeout(1000)
    assert not page.evaluate("caches.match('/patrol/shifts').then(Boolean)")
    leader.open("/patrol")
    expect(page.locator("input[name=username]")).to_be_visible()


def test_a_page_of_an_older_session_signs_out(live_server, team, person):
    """Where the signal is bad the page opens as it was kept, of whatever session that was."""
    leader = person(PHONE, expected=(*OFFLINE, "code 502"))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.context.clear_cookies()
    requests, at = page.context.request, live_server.address
    form = requests.get(f"{at}/login").text()
    known = {"username": "leader", "password": PASSWORD, "csrf_token": CSRF.search(form)[1]}
    assert requests.post(f"{at}/login", form=known).ok
    live_server.down.set()
    leader.open("/patrol")
    live_server.down.clear()
    page.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    page.wait_for_url(lambda url: not url.endswith("/patrol"))
    leader.open("/patrol")
    expect(page.locator("input[name=username]")).to_be_visible()


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
    forget_sign_in(page)
    leader.find_signal()
    expect(page.locator("[data-part=signed-out]")).to_contain_text("1条")
    assert counts(live_server)[1] == 0
    leader.shot("patrol-signed-out")
    page.locator("[data-part=signed-out] a").first.click()
    page.fill("input[name=username]", "leader")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_response("**/scans"):
        page.click("main button[type=submit]")
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


def test_a_closed_browser_sends_what_it_keeps_without_a_sign_in(live_server, team, person):
    """The whole walk without signal, to its closing; the browser closed forgets the session."""
    leader = person(PHONE, expected=OFFLINE, profile="leader")
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.wait_for_function(f"{TOKENS}.length === 1")
    leader.lose_signal()
    page.locator("[data-part=set-off]").click()
    scan(page, team.codes[0])
    expect(page.locator("[data-part=marks]")).to_contain_text("村口")
    page.locator("summary", has_text="收队").click()
    page.locator("#closing-log").fill("一切正常")
    page.locator("[data-part=closing-form] button[type=submit]").click()
    expect(page.locator("[data-part=offline-text]")).to_contain_text("3条")
    said = page.locator("[data-part=offline-text]").inner_text()
    leader.context.close()

    # Opened again without signal, it says since when as before; then there is signal.
    again = person(PHONE, expected=(*OFFLINE, "401"), profile="leader")
    again.lose_signal()
    page = again.open("/patrol")
    expect(page.locator("[data-part=offline-text]")).to_have_text(said)
    assert counts(live_server) == [0, 0, 0, 0, 0]
    assert "session" not in {each["name"] for each in page.context.cookies()}
    again.find_signal()
    expect(page.locator("[data-part=band-text]")).to_contain_text("2笔")
    expect(page.locator("[data-part=signed-out]")).to_contain_text("照样会送")
    again.shot("patrol-signed-out-sends")
    assert counts(live_server) == [1, 1, 0, 0, 2]
    # For anything else it is no sign-in.
    again.open("/desk/patrols")
    expect(page.locator("input[name=username]")).to_be_visible()


def test_a_sign_that_is_refused_is_no_sign_in(live_server, team, person):
    leader = person(PHONE, expected=(*OFFLINE, "422"))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    set_off(page)
    with page.expect_response("**/scans"):
        scan(page, "W1" + "A" * 26)
    expect(page.locator("[data-part=refused]")).to_be_visible()
    expect(page.locator("[data-part=band-text]")).to_contain_text("没有签到")
    expect(page.locator("[data-part=marks] .row")).to_have_count(0)
    leader.shot("patrol-refused")
    page.reload()
    expect(page.locator("[data-part=walk]")).to_be_visible()
    expect(page.locator("[data-part=marks] .row")).to_have_count(0)


def test_a_walk_that_was_closed_isnt_joined_from_a_page_kept_before(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    set_off(page)
    with page.expect_response("**/scans"):
        scan(page, team.codes[0])
    page = leader.open("/patrol")
    page.wait_for_function(
        "caches.match('/patrol').then((it) => it.text()).then((it) => it.includes('startedAt'))"
    )
    leader.lose_signal()
    page.locator("summary", has_text="收队").click()
    page.locator("#closing-log").fill("一切正常")
    page.locator("[data-part=closing-form] button[type=submit]").click()
    expect(page.locator("[data-part=start]")).to_be_visible()
    expect(page.get_by_role("button", name="加入")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-part=start]")).to_be_visible()
    expect(page.get_by_role("button", name="加入")).to_have_count(0)
