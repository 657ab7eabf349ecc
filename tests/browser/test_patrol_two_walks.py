"""Two walks of one day without signal, and a latecomer: the phone says what it knows of its own."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from incentives.awards.models import Award
from incentives.clock import now
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, Shift
from tests.browser.conftest import PHONE, LiveServer, Person
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, make_team, scan
from tests.browser.test_patrol_begun import on_server, set_off_kept
from tests.browser.test_patrol_next import walker_by_card
from tests.patrols.scenes import Team

JOINED = (*OFFLINE, "422")
SHIFTED = """{
  const right = Date.now.bind(Date);
  Date.now = () => right() + Number(localStorage.getItem('minutes') || 0) * 60000;
}"""

WAITING = """async () => {
  const opened = indexedDB.open('jishan-patrol');
  const database = await new Promise((done) => { opened.onsuccess = () => done(opened.result); });
  const asked = database.transaction('entries').objectStore('entries').count();
  const count = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  database.close();
  return count;
}"""


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


def at(page: Page, minutes: int) -> None:
    """Let the phone's clock be so many minutes from now."""
    page.evaluate(f"localStorage.setItem('minutes', {minutes})")


def opened(walker: Person) -> Page:
    """The page, which the phone keeps."""
    page = walker.open("/patrol")
    wait_until_kept(page, *PAGES)
    expect(page.locator("[data-part=start]")).to_be_visible()
    return page


def signed(page: Page, team: Team, place: int) -> None:
    """Sign in at a place, kept in the phone."""
    name = ("村口", "小学", "水坝")[place]
    scan(page, team.codes[place])
    expect(page.locator("[data-part=band-text]")).to_have_text(f"签到了：{name}")


def close_with(page: Page, words: str) -> None:
    """Close with the log, and be asked to set off again."""
    page.locator("[data-part=ending] summary", has_text="收队").click()
    page.locator("#closing-log").fill(words)
    page.locator("[data-part=closing-form] button[type=submit]").click()
    expect(page.locator("[data-part=start]")).to_be_visible()


def logs(server: LiveServer) -> list[tuple[str, bool, str | None, int]]:
    """What stands of each walk: its state, whether it is a shift's, its log, how many signed in."""

    def found():
        return [
            (
                each.status.value,
                each.shift_id is not None,
                each.log,
                db.session.query(PatrolScan).filter_by(patrol_id=each.id, clock=False).count(),
            )
            for each in db.session.query(Patrol).order_by(Patrol.started_at)
        ]

    return on_server(server, found)


def all_sent(page: Page) -> None:
    """Nothing waits in the phone, and nothing was refused."""
    for _time in range(150):
        if page.evaluate(WAITING) == 0:
            return
        page.wait_for_timeout(100)
    assert page.evaluate(WAITING) == 0


def test_two_walks_stay_two_though_the_members_phone_is_heard_first(live_server, team, person):
    leader, member = (person(PHONE, expected=JOINED, profile=each) for each in ("L", "M"))
    for each in (leader, member):
        each.context.add_init_script(SHIFTED)
    walker_by_card(live_server, leader, team.leader_id)
    leading = opened(leader)
    walker_by_card(live_server, member, team.elder_id)
    walking = opened(member)
    leader.lose_signal()
    member.lose_signal()

    for begins, words, place in ((-300, "第一次", 0), (-180, "第二次", 1)):
        at(leading, begins)
        set_off_kept(leading)
        at(leading, begins + 10)
        signed(leading, team, place)
        at(leading, begins + 50)
        close_with(leading, words)
        at(walking, begins + 1)
        set_off_kept(walking)
        at(walking, begins + 12)
        signed(walking, team, place)
        if begins == -300:
            at(walking, begins + 119)
            walking.locator("summary", has_text="这一次已经结束了").click()
            walking.get_by_role("button", name="另走一次").click()
            expect(walking.locator("[data-part=start]")).to_be_visible()

    at(walking, 0)
    member.find_signal()
    all_sent(walking)
    assert logs(live_server) == [("walking", False, None, 1)] * 2
    at(leading, 0)
    leader.find_signal()
    all_sent(leading)
    assert logs(live_server) == [
        ("closed", False, "第一次", 2),
        ("closed", False, "第二次", 2),
    ]
    expect(leading.locator("[data-part=refused]")).to_be_hidden()
    # Each of both for each walk, and the leader's own.
    assert on_server(live_server, lambda: db.session.query(Award).count()) == 6


def test_a_log_is_taken_though_a_latecomer_set_off_after_its_end(live_server, team, person):
    on_server(live_server, lambda: team.shift(hours=-2, minutes=120))
    leader = person(PHONE, expected=JOINED)
    leader.context.add_init_script(SHIFTED)
    walker_by_card(live_server, leader, team.leader_id)
    page = opened(leader)
    leader.lose_signal()
    at(page, -110)
    set_off_kept(page)
    at(page, -100)
    signed(page, team, 0)
    at(page, -40)
    close_with(page, "水坝有落石")

    def come_late():
        shift = db.session.query(Shift).one().id
        return team.start(team.member, shift_id=shift, started_at=now() - timedelta(minutes=35))

    on_server(live_server, come_late)
    at(page, 0)
    leader.find_signal()
    all_sent(page)
    assert logs(live_server) == [("closed", True, "水坝有落石", 1)]
    expect(page.locator("[data-part=refused]")).to_be_hidden()
