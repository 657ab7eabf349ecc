"""The next walk of the same phone: once one has ended elsewhere, and for the shift that is near."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from incentives.access.actor import SYSTEM
from incentives.cards.operations import issue_card
from incentives.cards.queries import url_of
from incentives.clock import now
from incentives.extensions import db
from incentives.patrols import operations
from incentives.patrols.models import Patrol, PatrolScan, Shift
from incentives.register.models import Household, Resident
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, make_team, scan, set_off
from tests.browser.test_patrol_begun import PIN, on_server, open_by_card, set_off_kept, since
from tests.browser.test_patrol_changes import close
from tests.factories import VILLAGE, act, make_household
from tests.patrols.scenes import Team, by_card

SAID = "[data-part=band-text]"
CHOICES = "[data-part=choices] label"
JOIN = "[data-part=begun] button"


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


def walker_by_card(server: LiveServer, walker: Person, resident_id) -> Page:
    """A member of the team at the account that their household's card opens."""

    def make() -> str:
        home = db.session.get_one(Resident, resident_id).household_id
        who = {"village": VILLAGE, "actor": SYSTEM, "now": now()}
        return act(lambda: url_of(issue_card(household_id=home, pin=PIN, **who)))

    page = open_by_card(walker, "/c#" + on_server(server, make).partition("/c#")[2])
    page.wait_for_url("**/c/account")
    return page


def joined(server: LiveServer, team: Team, walker: Person) -> tuple[Page, object]:
    """A member who has joined the walk of the leader, and signed in on it."""
    walk = on_server(server, lambda: team.start(shift_id=team.shift(hours=-1)))
    page = walker_by_card(server, walker, team.elder_id)
    walker.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.locator(JOIN).click()
    with page.expect_response("**/scans"):
        scan(page, team.codes[0])
    return page, walk


def walks_of_scans(server: LiveServer) -> list[tuple[object, bool]]:
    """On which walk each sign-in is, and whether it came after its end."""

    def found():
        scans = db.session.query(PatrolScan).order_by(PatrolScan.received_at)
        return [(each.patrol_id, each.late) for each in scans]

    return on_server(server, found)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_walk_that_was_closed_is_left_when_the_page_is_opened(live_server, team, person, size):
    walker = person(size)
    page, first = joined(live_server, team, walker)

    def go_on():
        team.close(first, team.leader_id)
        return team.start(shift_id=team.shift(hours=3))

    second = on_server(live_server, go_on)
    walker.open("/patrol")
    expect(page.locator(SAID)).to_contain_text("这一次已经结束")
    expect(page.locator("[data-part=walk]")).to_be_hidden()
    walker.shot("patrol-ended")
    page.locator(JOIN).click()
    with page.expect_response("**/scans"):
        scan(page, team.codes[1])
    assert walks_of_scans(live_server) == [(first, False), (second, False)]
    page.reload()
    expect(page.locator("[data-part=walk]")).to_be_visible()


def test_a_sign_that_comes_after_the_end_says_so_and_leaves_the_walk(live_server, team, person):
    """The page isn't opened anew; the next sign at the same place is no end of the next walk."""
    walker = person(PHONE)
    page, first = joined(live_server, team, walker)
    on_server(live_server, lambda: team.close(first, team.leader_id) and None)
    with page.expect_response("**/scans"):
        scan(page, team.codes[1])
    expect(page.locator(SAID)).to_contain_text("这一次已经结束")
    expect(page.locator(CHOICES)).to_have_count(1)
    set_off(page)
    with page.expect_response("**/scans"):
        scan(page, team.codes[1])
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    expect(page.locator("[data-part=walk]")).to_be_visible()
    assert walks_of_scans(live_server) == [(first, False), (first, True)]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_without_signal_one_goes_on_to_the_next_walk(live_server, team, person, size):
    walker = person(size, expected=(*OFFLINE, "409", "422"))
    on_server(live_server, lambda: team.shift(hours=3))
    page, first = joined(live_server, team, walker)
    walker.lose_signal()

    def go_on():
        team.close(first, team.leader_id)
        return team.start(shift_id=db.session.query(Shift).filter(Shift.starts_at > now()).one().id)

    second = on_server(live_server, go_on)
    page.locator("summary", has_text="这一次已经结束了").click()
    walker.shot("patrol-leaving")
    page.get_by_role("button", name="另走一次").click()
    expect(page.locator(CHOICES)).to_have_count(2)
    set_off_kept(page)
    scan(page, team.codes[1])
    expect(page.locator("[data-part=offline-text]")).to_contain_text("2条")
    walker.find_signal()
    expect(page.locator(SAID)).to_contain_text("您加入了那一次")
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    assert walks_of_scans(live_server) == [(first, False), (second, False)]


def test_who_leads_a_walk_closes_it_and_isnt_asked_whether_it_has_ended(live_server, team, person):
    leader = person(PHONE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    set_off(page)
    expect(page.locator("[data-part=ending]")).to_be_visible()
    expect(page.locator("[data-part=leaving]")).to_be_hidden()


def test_a_page_that_was_made_before_the_walk_was_known_doesnt_end_it(live_server, team, person):
    """The start is sent after the page was opened anew, which is kept for when there is none."""
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.route("**/patrols", lambda route: route.abort())
    set_off_kept(page)
    page.reload()
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1条")
    page.unroute_all(behavior="wait")
    with page.expect_response("**/patrols"):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    leader.lose_signal()
    page.reload()
    expect(page.locator("[data-part=walk]")).to_be_visible()
    leader.find_signal()
    page.reload()
    expect(page.locator("[data-part=walk]")).to_be_visible()


@pytest.mark.parametrize("signal", [True, False], ids=["signal", "none"])
def test_the_second_shift_of_a_day_is_begun_after_the_first(live_server, team, person, signal):
    shifts = on_server(live_server, lambda: [team.shift(hours=-1), team.shift(hours=3)])
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    if not signal:
        leader.lose_signal()
    for coming in (3, 2):
        expect(page.locator(CHOICES)).to_have_count(coming)
        page.locator("[data-part=set-off]").click()
        expect(page.locator("[data-part=walk]")).to_be_visible()
        scan(page, team.codes[coming - 2])
        expect(page.locator("[data-part=marks] .row", has_text="✓")).to_have_count(1)
        close(page)
        expect(page.locator("[data-part=start]")).to_be_visible()
        if not signal:
            page.reload()
    if not signal:
        expect(page.locator("[data-part=offline-text]")).to_contain_text("6条")
    leader.find_signal()
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    assert walked(live_server) == shifts


def walked(server: LiveServer) -> list[object]:
    """Of which shift each walk is."""

    def found():
        return [each.shift_id for each in db.session.query(Patrol).order_by(Patrol.started_at)]

    return on_server(server, found)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_shift_that_was_missed_yesterday_isnt_set_off_for_today(live_server, team, person, size):
    def plan():
        yesterday, today = team.shift(hours=1), team.shift(hours=4)
        missed = db.session.get_one(Shift, yesterday)
        missed.starts_at -= timedelta(hours=20)
        missed.ends_at -= timedelta(hours=20)
        db.session.commit()
        return today, missed.starts_at

    today, missed = on_server(live_server, plan)
    leader = person(size)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    expect(page.locator(CHOICES).nth(1)).to_contain_text(since(missed))
    leader.shot("patrol-nearest")
    set_off(page)
    assert walked(live_server) == [today]


def test_a_page_that_stays_open_ticks_the_shift_that_is_near_by_then(live_server, team, person):
    shifts = on_server(live_server, lambda: [team.shift(hours=1), team.shift(hours=5)])
    leader = person(PHONE)
    leader.context.add_init_script(
        "{ const right = Date.now.bind(Date);"
        " Date.now = () => right() + (window.later ? 6 * 3600 * 1000 : 0); }"
    )
    leader.sign_in("leader")
    page = leader.open("/patrol")
    first = page.locator(f"[data-part=choices] [value='{shifts[0]}']")
    second = page.locator(f"[data-part=choices] [value='{shifts[1]}']")
    expect(first).to_be_checked()
    page.evaluate("window.later = true")
    shown = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(shown)
    expect(second).to_be_checked()
    # What somebody chose themselves stays.
    first.check()
    page.evaluate(shown)
    expect(first).to_be_checked()


def test_who_only_stands_in_sets_off_for_that_shift_alone(live_server, team, person):
    def plan():
        shift, _another = team.shift(hours=2), team.shift(hours=7)
        home = make_household(VILLAGE, "泽仁", door="9").head_id
        give_away(team, shift, home)
        return shift, home

    shift, stand_in = on_server(live_server, plan)
    walker = person(PHONE)
    page = walker_by_card(live_server, walker, stand_in)
    expect(page.locator("main .row", has_text="巡防一队")).to_have_count(1)
    walker.open("/patrol")
    expect(page.locator(CHOICES)).to_have_count(1)
    walker.shot("patrol-stand-in")
    set_off(page)
    assert walked(live_server) == [shift]


def give_away(team: Team, shift, stand_in) -> None:
    """Somebody who isn't in the team says that they walk for a member."""
    people = {"resident_id": team.member_id, "stand_in_id": stand_in}
    who = {"village": VILLAGE, "now": now()}
    home = db.session.get_one(Household, db.session.get_one(Resident, stand_in).household_id)
    asked = act(lambda: operations.ask_swap(shift_id=shift, actor=team.member, **people, **who)).id
    act(
        lambda: operations.answer_swap(
            swap_id=asked, accept=True, actor=by_card(home, stand_in), **who
        )
    )
