"""Signing out with good signal, bad signal and none: what a phone keeps goes once it has happened,
and what is sent without signal is held back and said so."""

import pytest
from playwright.sync_api import Page, Route, expect

from incentives.clock import now
from incentives.extensions import db
from incentives.patrols.models import ShiftSwap
from incentives.patrols.operations import ask_swap
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, make_team
from tests.browser.test_patrol_sessions import TOKENS
from tests.factories import VILLAGE, act
from tests.patrols.scenes import Team

DRAFTS = "Object.keys(localStorage).filter((key) => key.startsWith('jishan-draft-'))"
PAGE_KEPT = "caches.match('/patrol').then(Boolean)"


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


@pytest.fixture
def leader(team, person) -> Person:
    """Who has a walker's page kept, and something typed and not sent."""
    made = person(PHONE, expected=OFFLINE)
    made.sign_in("leader")
    page = made.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.wait_for_function(f"{TOKENS}.length === 1")
    made.open("/desk/awards/new")
    page.locator("#field-quantity").fill("3")
    # A phone's bar of what is ticked covers the page's end.
    made.open("/me")
    assert kept(page) == (1, 1, True)
    return made


def kept(page: Page) -> tuple[int, int, bool]:
    """How many drafts and walker's tokens a phone keeps, and whether the walker's page."""
    return tuple(page.evaluate(f"Promise.all([{DRAFTS}.length, {TOKENS}.length, {PAGE_KEPT}])"))


def sign_out(page: Page) -> None:
    """Press the button at the page's end."""
    page.get_by_role("button", name="退出").click()


def test_without_signal_one_stays_signed_in_and_all_that_was_typed_stays(leader):
    page = leader.page
    leader.lose_signal()
    sign_out(page)
    expect(page.locator("[data-stays]")).to_contain_text("有信号之前您还登录着")
    assert kept(page) == (1, 1, True)
    leader.find_signal()
    leader.open("/desk/awards/new")
    expect(page.locator("#field-quantity")).to_have_value("3")
    leader.open("/me")
    sign_out(page)
    page.wait_for_url(lambda url: not url.endswith("/me"))
    assert kept(page) == (0, 0, False)


def test_signal_that_fails_before_the_answer_leaves_one_where_one_is(leader):
    page = leader.page
    page.route("**/logout", lambda route: route.abort("connectionfailed"))
    for _twice in range(2):
        sign_out(page)
        expect(page.locator("[data-stays]")).to_be_visible()
    assert page.url.endswith("/me")
    assert kept(page) == (1, 1, True)
    page.unroute_all()
    leader.open("/me")
    expect(page.locator("[data-sign-out]")).to_have_count(1)


def test_a_service_that_is_down_signs_nobody_out(leader, live_server):
    live_server.down.set()
    sign_out(leader.page)
    expect(leader.page.locator("[data-stays]")).to_be_visible()
    assert kept(leader.page) == (1, 1, True)


def test_signal_that_fails_after_the_answer_leaves_nothing_behind(leader, live_server):
    page = leader.page
    live_server.last_paths.add("/logout")
    with page.expect_event("requestfailed"):
        sign_out(page)
    live_server.last_paths.clear()
    leader.find_signal()
    leader.open("/login")
    assert kept(page) == (0, 0, False)
    leader.open("/me")
    expect(page.locator("input[name=username]")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_while_the_answer_is_waited_for_it_says_so_and_is_asked_once(team, person, size):
    leader = person(size)
    leader.sign_in("leader")
    page = leader.open("/me")
    waiting: list[Route] = []
    page.route("**/logout", lambda route: waiting.append(route))
    button = page.locator("[data-sign-out] button")
    button.click()
    expect(button).to_have_text("正在提交…")
    leader.shot("signing-out")
    button.click(force=True)
    page.wait_for_timeout(300)
    assert len(waiting) == 1
    waiting[0].continue_()
    page.wait_for_url(lambda url: not url.endswith("/me"))


def test_what_is_asked_on_a_kept_page_without_signal_is_held_back(live_server, team, person):
    with live_server.app.app_context():
        shift_id = team.shift()
        swap = {"resident_id": team.member_id, "stand_in_id": team.neighbour_id}
        ask = {"village": VILLAGE, "shift_id": shift_id, **swap}
        act(lambda: ask_swap(**ask, actor=team.cadre, now=now()).id)
        db.session.remove()
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    wait_until_kept(leader.open("/patrol"), *PAGES)
    page = leader.open("/patrol/shifts")
    leader.lose_signal()
    button = page.get_by_role("button", name="好，我去")
    for _twice in range(2):
        button.click()
        expect(page.locator("[data-held-back]:visible")).to_contain_text("还没有提交")
    expect(button).not_to_have_attribute("aria-disabled", "true")
    leader.shot("shifts-held-back")
    leader.find_signal()
    expect(page.locator("[data-held-back]:visible")).to_have_count(0)
    with page.expect_navigation():
        button.click()
    with live_server.app.app_context():
        assert db.session.query(ShiftSwap).one().accepted
        db.session.remove()
