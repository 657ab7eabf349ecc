"""Whose walk it is: two shifts of one day, a shift that was given away, a walk of days ago."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from incentives.access.actor import SYSTEM
from incentives.cards.operations import issue_card
from incentives.cards.queries import url_of
from incentives.clock import VILLAGE_TIME, now
from incentives.extensions import db
from incentives.patrols import operations
from incentives.patrols.models import Patrol, PatrolScan, PatrolStatus
from incentives.register.operations import edit_team
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, counts, make_team, scan, set_off
from tests.browser.test_patrol_changes import close
from tests.browser.test_patrol_refused import NOT_TAKEN, walk_of_no_team
from tests.browser.test_patrol_sessions import forget_sign_in
from tests.factories import VILLAGE, act, make_household
from tests.patrols.scenes import Team

PIN = "402857"


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


def on_server(server: LiveServer, work):
    """Do something as the service; what it gives."""
    with server.app.app_context():
        done = work()
        db.session.remove()
    return done


def since(at) -> str:
    """A day and a time, as the page writes them."""
    local = at.astimezone(VILLAGE_TIME)
    return f"{local.month}/{local.day} {local:%H:%M}"


def test_a_shift_is_begun_though_an_earlier_one_wasnt_closed(live_server, team, person):
    """Its phone may have no signal; nothing of the new walk is recorded on it."""

    def plan():
        first, second = team.shift(hours=1), team.shift(hours=6)
        return first, second, team.start(shift_id=first, started_at=now() - timedelta(hours=4))

    _first, second, forgotten = on_server(live_server, plan)
    leader = person(PHONE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    set_off(page)
    with page.expect_response("**/scans"):
        scan(page, team.codes[0])

    def found():
        walk = db.session.query(Patrol).filter_by(shift_id=second).one()
        return walk.id, [each.patrol_id for each in db.session.query(PatrolScan)]

    walk, signed = on_server(live_server, found)
    assert walk != forgotten
    assert signed == [walk]
    expect(page.locator("[data-part=band-text]")).to_have_text("签到了：村口")


def test_the_page_says_that_it_joins_a_walk_that_goes_on(live_server, team, person):
    leader = person(PHONE, expected=(*OFFLINE, "422", "409"))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leader.lose_signal()
    set_off_kept(page)
    began = datetime.now(UTC) - timedelta(hours=2)
    walk = on_server(live_server, lambda: team.start(team.member, started_at=began))
    leader.find_signal()
    time = began.astimezone(VILLAGE_TIME).strftime("%H:%M")
    expect(page.locator("[data-part=band-text]")).to_contain_text(f"{time}出发）。您加入了那一次")
    expect(page.locator("[data-part=since]")).to_contain_text(time)
    leader.shot("patrol-joined")
    with page.expect_response("**/scans"):
        scan(page, team.codes[0])
    assert on_server(live_server, lambda: db.session.query(PatrolScan).one().patrol_id) == walk


def set_off_kept(page: Page) -> None:
    """Begin a walk without signal."""
    page.locator("[data-part=set-off]").click()
    expect(page.locator("[data-part=walk]")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_walk_of_days_ago_says_its_day(live_server, team, person, size):
    began = datetime.now(UTC) - timedelta(days=2)
    on_server(live_server, lambda: team.start(started_at=began))
    leader = person(size)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    button = page.get_by_role("button", name="加入")
    expect(button).to_contain_text(since(began))
    leader.shot("patrol-days-ago")
    button.click()
    expect(page.locator("[data-part=since]")).to_contain_text(since(began))


def single_leader(server: LiveServer, team: Team) -> tuple[Team, str]:
    """A leader who lives alone; the team, and the address of their card."""

    def make():
        home = make_household(VILLAGE, "泽仁", door="9")
        home_id, head_id = home.id, home.head_id
        who = {"village": VILLAGE, "actor": SYSTEM, "now": now()}
        people = {"leader_id": head_id, "member_ids": [team.member_id, team.elder_id]}
        act(lambda: edit_team(team_id=team.id, name="巡防一队", **people, **who) and None)
        card = act(lambda: url_of(issue_card(household_id=home_id, pin=PIN, **who)))
        return head_id, "/c#" + card.partition("/c#")[2]

    team.leader_id, card = on_server(server, make)
    return team, card


def open_by_card(walker: Person, card: str) -> Page:
    """The phone's camera opens the card's address; the PIN is typed."""
    page = walker.open(card)
    page.locator("#pad-pin").fill(PIN)
    page.get_by_role("button", name="输好了，打开").click()
    return page


def test_a_leader_who_gave_the_shift_away_without_hearing_of_it_brings_the_others(
    live_server, team, person
):
    team, card = single_leader(live_server, team)
    shift = on_server(live_server, lambda: team.shift(hours=2))
    leader = person(PHONE, expected=OFFLINE)
    page = open_by_card(leader, card)
    page.wait_for_url("**/c/account")
    leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leader.lose_signal()
    on_server(live_server, lambda: give_away(team, shift))
    set_off_kept(page)
    for name in ("洛绒卓玛", "格绒"):
        page.locator("[data-part=people] label", has_text=name).click()
    scan(page, team.codes[0])
    expect(page.locator("[data-part=marks]")).to_contain_text("泽仁")
    close(page)
    expect(page.locator("[data-part=offline-text]")).to_contain_text("3条")
    leader.find_signal()
    rows = page.locator(NOT_TAKEN)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("泽仁把这一班给了四郎")
    expect(rows).not_to_contain_text("格绒")
    expect(page.locator("[data-part=band-text]")).to_contain_text("2笔")
    leader.shot("patrol-given-away")

    def found():
        walk = db.session.query(Patrol).one()
        return (
            walk.shift_id,
            walk.status,
            {each.resident_id for each in db.session.query(PatrolScan)},
        )

    kept = on_server(live_server, found)
    assert kept == (shift, PatrolStatus.CLOSED, {team.member_id, team.elder_id})


def give_away(team: Team, shift) -> None:
    """The neighbour walks for the leader, who asked before."""
    people = {"resident_id": team.leader_id, "stand_in_id": team.neighbour_id}
    who = {"village": VILLAGE, "now": now()}
    asked = act(lambda: operations.ask_swap(shift_id=shift, actor=team.cadre, **people, **who)).id
    act(lambda: operations.answer_swap(swap_id=asked, accept=True, actor=team.neighbour, **who))


def test_a_leader_who_gave_it_away_ends_the_walk_that_goes_on(live_server, team, person):
    """There is signal again before the end: the page is opened anew."""
    team, card = single_leader(live_server, team)
    shift = on_server(live_server, lambda: team.shift(hours=2))
    leader = person(PHONE, expected=OFFLINE)
    page = open_by_card(leader, card)
    page.wait_for_url("**/c/account")
    leader.open("/patrol")
    on_server(live_server, lambda: give_away(team, shift))
    set_off(page)
    page.reload()
    expect(page.locator("[data-part=people] label")).to_have_text(["格绒", "洛绒卓玛", "四郎"])
    page.locator("[data-part=people] label", has_text="洛绒卓玛").click()
    with page.expect_response("**/scans"):
        scan(page, team.codes[0])
    close(page)
    expect(page.locator("[data-part=band-text]")).to_contain_text("1笔")
    assert counts(live_server)[:2] == [1, 1]


def test_who_signs_in_again_by_card_comes_back_to_the_walk(live_server, team, person):
    """The camera opens the card's address, which says nothing of where one came from."""
    team, card = single_leader(live_server, team)
    walker = person(PHONE, expected=(*OFFLINE, "401", "400", "403"))
    page = open_by_card(walker, card)
    page.wait_for_url("**/c/account")
    walker.open("/patrol")
    wait_until_kept(page, *PAGES)
    set_off(page)
    walker.lose_signal()
    scan(page, team.codes[0])
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1条")
    forget_sign_in(page)
    page.reload()
    walker.find_signal()
    expect(page.locator("[data-part=signed-out]")).to_contain_text("1条")
    page.locator("[data-part=signed-out] a").last.click()
    page.wait_for_url("**/c?next=/patrol")
    with page.expect_response("**/scans"):
        open_by_card(walker, card)
    page.wait_for_url("**/patrol")
    expect(page.locator("[data-part=signed-out]")).to_be_hidden()
    assert counts(live_server)[:2] == [1, 1]


def test_on_a_walk_that_isnt_taken_nothing_more_is_said_to_be_taken(live_server, team, person):
    leader = person(PHONE, expected=(*OFFLINE, "409"))
    page = walk_of_no_team(leader, live_server, team)
    leader.find_signal()
    expect(page.locator(NOT_TAKEN)).to_have_count(2)
    scan(page, team.codes[1])
    said = page.locator("[data-part=band-text]")
    expect(said).to_contain_text("还有2条记录存在手机里")
    expect(page.locator(NOT_TAKEN)).to_have_count(3)
    page.locator("summary", has_text="发现问题").click()
    page.locator("#finding-text").fill("护坡松动")
    page.locator("#finding-place").fill("小学后面")
    page.locator("[data-part=finding-form] button[type=submit]").click()
    expect(said).to_contain_text("还有3条记录存在手机里")
    leader.shot("patrol-kept-behind")
    close(page)
    expect(said).to_contain_text("还有4条记录存在手机里")
