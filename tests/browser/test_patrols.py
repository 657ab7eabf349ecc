"""On patrol in a real browser: the signal cut, the browser closed, and nothing lost or doubled."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from incentives.access.actor import SYSTEM
from incentives.cards.operations import issue_card
from incentives.cards.queries import url_of
from incentives.clock import now
from incentives.extensions import db
from incentives.patrols.models import Finding, Patrol, PatrolScan, PatrolStatus
from incentives.register.models import Resident
from incentives.register.operations import edit_team
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, counts, make_team, scan, set_off
from tests.factories import VILLAGE, act, make_household
from tests.patrols.scenes import Team

PIN = "402857"
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


def test_a_walk_without_signal_and_with_the_browser_closed(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE, profile="leader")
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leader.lose_signal()
    page.locator("[data-part=set-off]").click()
    expect(page.locator("[data-part=walk]")).to_be_visible()
    page.locator("[data-part=people] label", has_text="格绒").click()
    scan(page, team.codes[0])
    expect(page.locator("[data-part=marks] .row")).to_have_count(1)
    expect(page.locator("[data-part=marks]")).to_contain_text("村口")
    page.locator("summary", has_text="发现问题").click()
    for number in ("110", "119", "120"):
        expect(page.locator(f"[data-part=finding] a[href='tel:{number}']")).to_be_visible()
    page.locator("#finding-text").fill("护坡松动")
    page.locator("#finding-place").fill("小学后面")
    page.locator("#finding-photo").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": PHOTO}
    )
    page.locator("[data-part=finding-form] button[type=submit]").click()
    expect(page.locator("[data-part=band-text]")).to_contain_text("记下了")
    expect(page.locator("[data-part=offline-text]")).to_contain_text("3条")
    leader.shot("patrol-offline")
    assert counts(live_server) == [0, 0, 0, 0, 0]

    # The browser is closed and opened again where there is still no signal.
    leader.context.close()
    again = person(PHONE, expected=(*OFFLINE, "400", "401", "403"), profile="leader")
    again.lose_signal()
    page = again.open("/patrol")
    expect(page.locator("[data-part=walk]")).to_be_visible()
    expect(page.locator("[data-part=marks] .row")).to_have_count(1)
    assert counts(live_server) == [0, 0, 0, 0, 0]

    # There is signal: all is sent once, also where an answer is lost on its way. The browser forgot
    # the session when it was closed: the phone's own token sends.
    page.route("**/patrols/*/findings", lambda route: (route.fetch(), route.abort()))
    again.find_signal()
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1条")
    assert counts(live_server) == [1, 2, 1, 1, 0]
    page.unroute_all(behavior="wait")
    with page.expect_response("**/patrols/*/findings"):
        page.reload()
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    assert counts(live_server) == [1, 2, 1, 1, 0]

    page.locator("summary", has_text="收队").click()
    member = page.locator("[data-part=attended] label", has_text="洛绒卓玛")
    expect(member).to_contain_text("没有签到")
    member.click()
    page.locator("#closing-log").fill("一切正常")
    page.locator("[data-part=closing-form] button[type=submit]").click()
    expect(page.locator("[data-part=band-text]")).to_contain_text("3笔")
    expect(page.locator("[data-part=band-text]")).to_contain_text("还没有签到：洛绒卓玛")
    again.shot("patrol-closed")
    assert counts(live_server) == [1, 2, 1, 1, 3]
    with live_server.app.app_context():
        assert db.session.query(Patrol).one().status is PatrolStatus.CLOSED
        elder = db.session.query(PatrolScan).filter_by(resident_id=team.elder_id).one()
        assert elder.for_another
        assert db.session.query(Finding).one().photo_id is not None
        db.session.remove()


def test_all_that_a_walker_needs_opens_without_signal(live_server, team, person):
    with live_server.app.app_context():
        team.shift()
        team.shift(days=3)
        db.session.remove()
    leader = person(PHONE, expected=OFFLINE, profile="leader")
    leader.sign_in("leader")
    wait_until_kept(leader.open("/patrol"), *PAGES)
    leader.context.close()

    again = person(PHONE, expected=OFFLINE, profile="leader")
    again.lose_signal()
    page = again.open("/patrol/shifts")
    expect(page.locator("main")).to_contain_text("村口 → 小学 → 水坝")
    page.locator(".back a").click()
    today = page.locator("[data-part=choices] label").first
    expect(today).to_contain_text("环村")
    expect(page.locator("[data-part=choices] label")).to_have_count(2)
    page.locator("[data-part=set-off]").click()
    places = page.locator("[data-part=marks] .row")
    expect(places).to_have_count(3)
    expect(places.nth(2)).to_contain_text("还没到")
    # A sign held before the phone's own camera opens its address, also without signal.
    page.goto("about:blank")
    page = again.open(f"/p#{team.codes[1]}")
    expect(places.nth(1)).to_contain_text("✓")
    page.locator("summary", has_text="发现问题").click()
    expect(page.locator("#finding-place")).to_have_value("小学")
    page.locator("summary", has_text="收队").click()
    expect(page.locator("#closing-log")).to_be_visible()
    own = page.locator("[data-part=attended] label", has_text="扎西彭措").locator("input")
    expect(own).to_be_checked()
    again.shot("patrol-offline-all")
    assert counts(live_server) == [0, 0, 0, 0, 0]


def test_the_same_sign_again_counts_once_and_says_so(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    set_off(page)
    leader.lose_signal()
    said = page.locator("[data-part=band-text]")
    for answer in ("签到了：村口", "只算一次"):
        scan(page, team.codes[0])
        expect(said).to_contain_text(answer)
    # An elder who comes up a minute later is signed in all the same.
    page.locator("[data-part=people] label", has_text="格绒").click()
    scan(page, team.codes[0])
    expect(said).to_contain_text("签到了")
    leader.find_signal()
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    assert counts(live_server)[:2] == [1, 2]


def test_a_household_that_walks_with_one_card_says_who_of_it_is_here(live_server, team, person):
    with live_server.app.app_context():
        people = {"leader_id": team.leader_id, "member_ids": [team.elder_id, team.neighbour_id]}
        who = {"village": VILLAGE, "actor": SYSTEM, "now": now()}
        act(lambda: edit_team(team_id=team.id, name="巡防一队", **people, **who) and None)
        household = db.session.get_one(Resident, team.elder_id).household_id
        card = act(lambda: url_of(issue_card(household_id=household, pin=PIN, **who)))
        team.start()
        db.session.remove()
    walker = person(PHONE)
    page = walker.open(f"/c#{card.partition('/c#')[2]}")
    page.locator("#pad-pin").fill(PIN)
    page.get_by_role("button", name="输好了，打开").click()
    page.wait_for_url("**/c/account")
    walker.open("/patrol")
    page.get_by_role("button", name="加入").click()
    here = page.locator("[data-part=people] label")
    expect(here).to_have_text(["格绒", "四郎"])
    scan(page, team.codes[0])
    expect(page.locator("[data-part=band-text]")).to_have_text("请勾选在场的人。")
    here.filter(has_text="四郎").click()
    walker.shot("patrol-household")
    for code in team.codes[:2]:
        # The phone's own camera opens the sign's address: the page begins anew.
        page.goto("about:blank")
        with page.expect_response("**/scans"):
            walker.open(f"/p#{code}")
    expect(page.locator("[data-part=ending]")).to_be_hidden()
    with live_server.app.app_context():
        signed = {each.resident_id for each in db.session.query(PatrolScan)}
        db.session.remove()
    assert signed == {team.neighbour_id}


def test_a_phone_whose_clock_is_wrong_tells_the_right_time_and_is_flagged(
    live_server, team, person
):
    leader = person(PHONE, expected=OFFLINE)
    behind = (
        "{ const right = Date; const off = 8 * 3600 * 1000;"
        " Date = class extends right { constructor(...given) {"
        " given.length ? super(...given) : super(right.now() - off); }"
        " static now() { return right.now() - off; } }; }"
    )
    leader.context.add_init_script(behind)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.wait_for_function("Number(localStorage.getItem('jishan-patrol-clock')) < -28000000")
    leader.lose_signal()
    page.locator("[data-part=set-off]").click()
    scan(page, team.codes[0])
    expect(page.locator("[data-part=offline-text]")).to_contain_text("2条")
    leader.find_signal()
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    with live_server.app.app_context():
        kept = db.session.query(PatrolScan).one()
        assert abs(kept.received_at - kept.scanned_at) < timedelta(minutes=2)
        assert (kept.clock, kept.offline) == (True, True)
        assert abs(db.session.query(Patrol).one().started_at - now()) < timedelta(minutes=2)
        db.session.remove()


def test_what_was_kept_in_the_phone_and_the_closing_say_so_at_once(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    set_off(page)
    with page.expect_response("**/scans"):
        scan(page, team.codes[0])
    leader.lose_signal()
    scan(page, team.codes[1])
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1条")
    page.locator("summary", has_text="收队").click()
    own = page.locator("[data-part=attended] label", has_text="扎西彭措").locator("input")
    expect(own).to_be_checked()
    expect(own).to_be_disabled()
    page.locator("#closing-log").fill("一切正常")
    closed_at = datetime.now(UTC)
    page.locator("[data-part=closing-form] button[type=submit]").click()
    expect(page.locator("[data-part=offline-text]")).to_contain_text("2条")
    leader.find_signal()
    expect(page.locator("[data-part=band-text]")).to_contain_text("2笔")
    with live_server.app.app_context():
        found = db.session.query(PatrolScan).order_by(PatrolScan.scanned_at)
        assert [each.offline for each in found] == [False, True]
        patrol = db.session.query(Patrol).one()
        assert (patrol.status, patrol.end_offline) == (PatrolStatus.CLOSED, True)
        assert abs(patrol.ended_at - closed_at) < timedelta(seconds=2)
        db.session.remove()


def test_a_clock_that_goes_back_between_two_records_keeps_their_order(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE)
    jumping = (
        "{ const right = Date.now.bind(Date);"
        " Date.now = () => right() - (window.jumped ? 3600 * 1000 : 0); }"
    )
    leader.context.add_init_script(jumping)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leader.lose_signal()
    page.locator("[data-part=set-off]").click()
    expect(page.locator("[data-part=walk]")).to_be_visible()
    page.evaluate("window.jumped = true")
    scan(page, team.codes[0])
    expect(page.locator("[data-part=offline-text]")).to_contain_text("2条")
    leader.find_signal()
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    expect(page.locator("[data-part=refused]")).to_be_hidden()
    assert counts(live_server)[:2] == [1, 1]


def test_a_photo_that_is_refused_doesnt_keep_the_finding_back(live_server, team, person):
    leader = person(PHONE, expected=(*OFFLINE, "415", "422"))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    set_off(page)
    page.locator("summary", has_text="发现问题").click()
    page.locator("#finding-text").fill("护坡松动")
    page.locator("#finding-place").fill("小学后面")
    page.locator("#finding-photo").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    with page.expect_response("**/findings"):
        page.locator("[data-part=finding-form] button[type=submit]").click()
    expect(page.locator("[data-part=band-text]")).to_contain_text("照片没被收下")
    assert counts(live_server)[2:4] == [1, 1]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_desk_of_patrols_can_be_looked_at(live_server, team, person, size):
    with live_server.app.app_context():
        shift = team.shift()
        patrol = team.start(shift_id=shift)
        team.scan(patrol, 0, team.leader_id, team.elder_id)
        team.close(patrol)
        team.shift(days=1)
        db.session.remove()
    cadre = person(size)
    cadre.sign_in("leader")
    for path, name, words in (
        ("/patrol", "patrol", "巡防一队"),
        ("/patrol/shifts", "patrol-swaps", "格绒"),
        ("/desk/patrols", "patrols", "巡防一队"),
        (f"/desk/patrols/{patrol}", "patrol-one", "村口"),
        ("/desk/patrols/shifts", "patrol-shifts", "环村"),
        ("/desk/patrols/teams", "patrol-teams", "巡防一队"),
        ("/desk/patrols/places", "patrol-places", "水坝"),
        (f"/desk/patrols/routes/{team.route_id}", "patrol-route", "PA01"),
        ("/desk/patrols/month", "patrol-month", "格绒"),
    ):
        page = cadre.open(path)
        expect(page.locator("main")).to_contain_text(words)
        cadre.shot(name)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_who_is_ticked_for_a_team_stays_whomever_one_looks_for(live_server, team, person, size):
    with live_server.app.app_context():
        for start in (0, 20):
            make_household(VILLAGE, *(f"村民{start + each}" for each in range(20)), door="99")
        db.session.remove()
    cadre = person(size)
    cadre.sign_in("leader")
    page = cadre.open("/desk/patrols/teams")
    page.locator("summary", has_text="新").first.click()
    page.locator("#field-name").fill("二队")
    for looked_for in ("四郎", "村民39"):
        page.locator("[data-filter] input").fill(looked_for)
        page.locator(".tile", has_text=looked_for).click()
    expect(page.locator(".sum-text")).to_have_text("选了2人：四郎、村民39")
    options = page.locator("#field-leader_id option")
    expect(options.nth(2)).to_contain_text("村民39")
    page.locator("#field-leader_id").select_option(label="村民39 · 99")
    cadre.shot("patrol-team-new")
    # What was ticked is there after the page was loaded again, too.
    page.reload()
    page.locator("summary", has_text="新").first.click()
    expect(page.locator(".sum-text")).to_have_text("选了2人：四郎、村民39")
    page.locator("[data-filter] input").fill("格绒")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("二队")
    expect(page.locator(".row", has_text="二队")).to_contain_text("村民39")
    expect(page.locator(".row", has_text="二队")).to_contain_text("四郎")
