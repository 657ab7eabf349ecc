"""A shift whose walk was called off is walked again, and a choice that isn't due says so."""

import pytest
from playwright.sync_api import expect

from incentives.extensions import db
from incentives.patrols.models import Patrol
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, make_team, scan, set_off
from tests.browser.test_patrol_begun import on_server, set_off_kept
from tests.browser.test_patrol_changes import close
from tests.browser.test_patrol_next import CHOICES, SAID, joined, walked
from tests.browser.test_patrol_refused import NOT_TAKEN, walk_of_no_team
from tests.patrols.scenes import Team

# The phone's clock, as far from the right one as the page was told.
SHIFTED = (
    "{ const right = Date.now.bind(Date);"
    " Date.now = () => right() + Number(localStorage.getItem('off') ?? %d) * 3600 * 1000; }"
)


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


def call_off(server: LiveServer, team: Team) -> None:
    """The desk calls off the one walk that goes on."""

    def work():
        walk = db.session.query(Patrol).one().id
        team.cancel(walk, actor=team.cadre)

    on_server(server, work)


def shift_is_offered(page, shift) -> None:
    """The shift is among the choices."""
    expect(page.locator(f"[data-part=choices] [value='{shift}']")).to_have_count(1)


def test_a_shift_whose_walk_the_desk_called_off_is_walked_again(live_server, team, person):
    shift = on_server(live_server, lambda: team.shift(hours=0))
    leader = person(PHONE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    set_off(page)
    call_off(live_server, team)
    with page.expect_response("**/scans"):
        scan(page, team.codes[0])
    expect(page.locator(SAID)).to_contain_text("这一次已经结束。")
    page.reload()
    shift_is_offered(page, shift)
    set_off(page)
    assert walked(live_server) == [shift, shift]


def test_a_member_who_went_on_walks_a_shift_again_that_was_called_off(live_server, team, person):
    walker = person(PHONE)
    page, _first = joined(live_server, team, walker)
    [shift] = walked(live_server)
    call_off(live_server, team)
    page.locator("summary", has_text="这一次已经结束了").click()
    page.get_by_role("button", name="另走一次").click()
    expect(page.locator(CHOICES)).to_have_count(1)
    page.reload()
    shift_is_offered(page, shift)
    set_off(page)
    assert walked(live_server) == [shift, shift]


def test_a_phone_that_kept_a_shift_without_a_time_offers_it_again(live_server, team, person):
    """It keeps the ids alone of what ended before the page remembered when."""
    shift = on_server(live_server, lambda: team.shift(hours=0))
    leader = person(PHONE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    shift_is_offered(page, shift)
    page.evaluate(
        "shift => localStorage.setItem(`jishan-patrol-ended-${document.querySelector("
        "'[data-app]').dataset.owner}`, JSON.stringify([shift]))",
        str(shift),
    )
    page.reload()
    expect(page.locator(CHOICES)).to_have_count(1)
    page.reload()
    shift_is_offered(page, shift)


def test_a_walked_shift_isnt_offered_while_its_start_waits(live_server, team, person):
    """A page that the service makes before it hears of the walk still names its shift."""
    shift = on_server(live_server, lambda: team.shift(hours=0))
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.route("**/patrols", lambda route: route.abort())
    set_off_kept(page)
    scan(page, team.codes[0])
    expect(page.locator("[data-part=marks] .row", has_text="✓")).to_have_count(1)
    close(page)
    expect(page.locator("[data-part=start]")).to_be_visible()
    page.reload()
    expect(page.locator(CHOICES)).to_have_count(1)
    page.unroute_all(behavior="wait")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(SAID)).to_contain_text("申报")
    assert walked(live_server) == [shift]


@pytest.mark.parametrize("days", [1, -1])
def test_shifts_are_offered_by_the_right_time_at_the_first_opening(live_server, team, person, days):
    today, _tomorrow = on_server(
        live_server, lambda: [team.shift(hours=1, minutes=60), team.shift(hours=25, minutes=60)]
    )
    leader = person(PHONE)
    leader.context.add_init_script(SHIFTED % (48 * days))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    expect(page.locator(f"[data-part=choices] [value='{today}']")).to_be_checked()
    set_off(page)
    assert walked(live_server) == [today]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_choice_that_isnt_due_any_more_says_so(live_server, team, person, size):
    """The page stays open in front of somebody for more than a day."""
    shift = on_server(live_server, lambda: team.shift(hours=0, minutes=30))
    leader = person(size, expected=OFFLINE)
    leader.context.add_init_script(SHIFTED % 0)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    shift_is_offered(page, shift)
    leader.lose_signal()
    page.evaluate("localStorage.setItem('off', 26)")
    page.locator("[data-part=set-off]").click()
    expect(page.locator(SAID)).to_contain_text("12小时")
    expect(page.locator(CHOICES)).to_have_count(1)
    leader.shot("patrol-not-due")
    set_off_kept(page)


def test_the_band_doesnt_lie_over_what_was_refused(live_server, team, person):
    """Who closed the walk was far down on the page."""
    leader = person(PHONE, expected=(*OFFLINE, "409"))
    page = walk_of_no_team(leader, live_server, team)
    close(page)
    expect(page.locator("[data-part=start]")).to_be_visible()
    page.evaluate("document.body.style.paddingBottom = '2000px'; window.scrollTo(0, 300)")
    leader.find_signal()
    expect(page.locator(NOT_TAKEN)).to_have_count(3)
    band = page.locator("[data-part=band]").bounding_box()
    card = page.locator("[data-part=refused]").bounding_box()
    assert band
    assert card
    assert band["y"] + band["height"] <= card["y"]
