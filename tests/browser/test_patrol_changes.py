"""What was changed at the desk while a walker's phone had no signal: nothing recorded is lost."""

import pytest
from playwright.sync_api import Page, expect

from incentives.awards.models import Award
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, PatrolStatus
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, counts, make_team, scan, set_off
from tests.browser.test_patrol_sessions import TOKENS
from tests.patrols.scenes import Team
from tests.patrols.test_attending import change


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


def leave_out(live_server: LiveServer, team: Team, *members: object) -> None:
    """A cadre says who is in the team beside its leader."""
    with live_server.app.app_context():
        change(team, team.leader_id, *members)
        db.session.remove()


def walk_it(page: Page, team: Team) -> None:
    """Set off with all three, sign them in at a place, and close with a log."""
    page.locator("[data-part=set-off]").click()
    for name in ("格绒", "洛绒卓玛"):
        page.locator("[data-part=people] label", has_text=name).click()
    scan(page, team.codes[0])
    expect(page.locator("[data-part=marks]")).to_contain_text("村口")
    close(page)
    expect(page.locator("[data-part=offline-text]")).to_contain_text("3条")


def close(page: Page) -> None:
    """Close the walk with its log."""
    page.locator("summary", has_text="收队").click()
    page.locator("#closing-log").fill("水坝有落石")
    page.locator("[data-part=closing-form] button[type=submit]").click()


def test_a_member_taken_out_of_the_team_while_the_phone_had_no_signal(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE, profile="leader")
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leader.lose_signal()
    page.wait_for_function(f"{TOKENS}.length === 1")
    walk_it(page, team)
    leader.context.close()
    leave_out(live_server, team, team.member_id)

    again = person(PHONE, expected=(*OFFLINE, "401"), profile="leader")
    again.lose_signal()
    page = again.open("/patrol")
    again.find_signal()
    expect(page.locator("[data-part=band-text]")).to_contain_text("4笔")
    expect(page.locator("[data-part=refused]")).to_be_hidden()
    assert counts(live_server) == [1, 3, 0, 0, 4]


def test_a_name_that_is_refused_keeps_no_other_back_and_is_sent_again(live_server, team, person):
    leader = person(PHONE, expected=(*OFFLINE, "401"), profile="leader")
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leader.lose_signal()
    # The phone doesn't know that one of them has left.
    leave_out(live_server, team, team.elder_id)
    walk_it(page, team)
    leader.find_signal()
    expect(page.locator("[data-part=band-text]")).to_contain_text("不在队里）：洛绒卓玛")
    refused = page.locator("[data-part=refused-list] .row")
    expect(refused).to_contain_text("洛绒卓玛")
    expect(refused).to_contain_text("不在这支队里")
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    leader.shot("patrol-name-refused")
    assert counts(live_server) == [1, 2, 0, 0, 3]
    with live_server.app.app_context():
        assert db.session.query(Patrol).one().status is PatrolStatus.CLOSED
        db.session.remove()

    # It stands there when the page is opened again, and is taken once the desk has put it right.
    page.reload()
    expect(refused).to_have_count(1)
    leave_out(live_server, team, team.elder_id, team.member_id)
    with page.expect_response("**/scans"):
        page.get_by_role("button", name="再送一次").click()
    expect(page.locator("[data-part=refused]")).to_be_hidden()
    assert counts(live_server) == [1, 3, 0, 0, 4]


def test_on_a_walk_that_goes_on_only_those_who_count_are_shown(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leave_out(live_server, team, team.elder_id)
    set_off(page)
    for name in ("格绒", "洛绒卓玛"):
        page.locator("[data-part=people] label", has_text=name).click()
    with page.expect_response("**/scans"):
        scan(page, team.codes[0])
    expect(page.locator("[data-part=band-text]")).to_contain_text("没有签到：洛绒卓玛")
    expect(page.locator("[data-part=marks]")).to_contain_text("格绒")
    expect(page.locator("[data-part=marks]")).not_to_contain_text("洛绒卓玛")
    leave_out(live_server, team, team.elder_id, team.member_id)
    with page.expect_response("**/scans"):
        page.get_by_role("button", name="再送一次").click()
    expect(page.locator("[data-part=marks]")).to_contain_text("洛绒卓玛")
    expect(page.locator("[data-part=marks] .row")).to_have_count(1)
    with live_server.app.app_context():
        assert db.session.query(PatrolScan).count() == 3
        db.session.remove()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_log_that_is_refused_can_be_read_and_sent_again(live_server, team, person, size):
    leader = person(size, expected=(*OFFLINE, "409"))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    set_off(page)
    with page.expect_response("**/scans"):
        scan(page, team.codes[0])
    leader.lose_signal()
    close(page)
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1条")
    with live_server.app.app_context():
        team.close(db.session.query(Patrol).one().id, actor=team.cadre)
        db.session.remove()
    leader.find_signal()
    refused = page.locator("[data-part=refused-list] .row")
    expect(refused).to_contain_text("水坝有落石")
    expect(refused).to_contain_text("扎西彭措")
    expect(page.locator("[data-part=band-text]")).to_contain_text("没有收下")
    leader.shot("patrol-log-refused")
    with page.expect_response("**/closing"):
        page.get_by_role("button", name="再送一次").click()
    expect(refused).to_have_count(1)
    with live_server.app.app_context():
        assert db.session.query(Award).count() == 2
        db.session.remove()


def test_signing_out_without_signal_says_that_one_stays_signed_in(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leader.lose_signal()
    sign_out = page.get_by_role("button", name="退出")
    sign_out.click()
    expect(page.locator("[data-stays]")).to_contain_text("有信号之前您还登录着")
    leader.shot("patrol-stays-signed-in")
    # What was kept is kept on: the page opens, and goes on.
    page.reload()
    expect(page.locator("[data-part=set-off]")).to_be_visible()
    leader.find_signal()
    sign_out.click()
    page.wait_for_url(lambda url: not url.endswith("/patrol"))
    leader.open("/patrol")
    expect(page.locator("input[name=username]")).to_be_visible()
