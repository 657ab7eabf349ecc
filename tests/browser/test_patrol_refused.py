"""A walk that the service never takes: what was recorded on it stays readable in the phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from incentives.access.models import Token, TokenKind
from incentives.clock import now
from incentives.extensions import db
from incentives.patrols.operations import disband_team
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, counts, make_team, scan, set_off
from tests.browser.test_patrol_changes import close
from tests.browser.test_patrol_sessions import TOKENS
from tests.factories import VILLAGE, act
from tests.patrols.scenes import Team
from tests.site import PASSWORD

NOT_TAKEN = "[data-part=refused-list] .row"


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


def disband(server: LiveServer, team: Team) -> None:
    """The desk ends the team, which a phone without signal doesn't hear of."""
    with server.app.app_context():
        act(
            lambda: (
                disband_team(village=VILLAGE, team_id=team.id, actor=team.cadre, now=now()) and None
            )
        )
        db.session.remove()


def walk_of_no_team(leader, server: LiveServer, team: Team) -> Page:
    """Set off without signal with a team that has ended, and sign in at a place."""
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leader.lose_signal()
    disband(server, team)
    page.locator("[data-part=set-off]").click()
    scan(page, team.codes[0])
    expect(page.locator("[data-part=marks]")).to_contain_text("村口")
    return page


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_hangs_on_a_walk_that_isnt_taken_is_read_until_one_lets_it_go(
    live_server, team, person, size
):
    leader = person(size, expected=(*OFFLINE, "409"))
    page = walk_of_no_team(leader, live_server, team)
    page.locator("summary", has_text="发现问题").click()
    page.locator("#finding-text").fill("护坡松动")
    page.locator("#finding-place").fill("小学后面")
    page.locator("[data-part=finding-form] button[type=submit]").click()
    close(page)
    expect(page.locator("[data-part=offline-text]")).to_contain_text("4条")
    leader.find_signal()
    for again in (False, True):
        if again:
            leader.open("/patrol")
        rows = page.locator(NOT_TAKEN)
        expect(rows).to_have_count(4)
        expect(rows.nth(0)).to_contain_text("还有3条记录")
        expect(rows.nth(1)).to_contain_text("村口")
        expect(rows.nth(1)).to_contain_text("扎西彭措")
        expect(rows.nth(2)).to_contain_text("护坡松动")
        expect(rows.nth(3)).to_contain_text("水坝有落石")
        expect(page.locator("[data-part=offline]")).to_be_hidden()
    leader.shot("patrol-walk-refused")
    page.get_by_role("button", name="不要了").click()
    dialog = page.locator("[data-part=drop-walk]")
    expect(dialog).to_contain_text("3条记录会删掉")
    leader.shot("patrol-walk-dropped")
    dialog.get_by_role("button", name="不，返回").click()
    expect(dialog).to_be_hidden()
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="不要了").first.click()
    dialog.get_by_role("button", name="不要了").click()
    expect(page.locator("[data-part=refused]")).to_be_hidden()
    # Nothing of it was sent after that: the browser would complain of a 404.
    leader.open("/patrol")
    expect(page.locator("[data-part=start]")).to_be_visible()
    assert counts(live_server) == [0, 0, 0, 0, 0]


def test_a_walk_that_is_let_go_ends_on_the_phone(live_server, team, person):
    """Nothing more is recorded on it, which nobody would take."""
    leader = person(PHONE, expected=(*OFFLINE, "409"))
    page = walk_of_no_team(leader, live_server, team)
    leader.find_signal()
    expect(page.locator(NOT_TAKEN)).to_have_count(2)
    page.get_by_role("button", name="不要了").click()
    page.locator("[data-part=drop-walk]").get_by_role("button", name="不要了").click()
    expect(page.locator("[data-part=start]")).to_be_visible()
    page.reload()
    expect(page.locator("[data-part=start]")).to_be_visible()
    expect(page.locator("[data-part=refused]")).to_be_hidden()


def test_what_is_wrong_with_a_record_is_said_by_its_own_sentence(live_server, team, person):
    leader = person(PHONE, expected=(*OFFLINE, "422"))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    set_off(page)
    page.evaluate("document.querySelector('#finding-place').removeAttribute('maxlength')")
    page.locator("summary", has_text="发现问题").click()
    page.locator("#finding-text").fill("护坡松动")
    page.locator("#finding-place").fill("远" * 81)
    with page.expect_response("**/findings"):
        page.locator("[data-part=finding-form] button[type=submit]").click()
    expect(page.locator(NOT_TAKEN)).to_contain_text("80")
    expect(page.locator(NOT_TAKEN)).not_to_contain_text("请改正标出的地方")


def test_a_phones_token_of_a_week_ago_keeps_its_records_for_the_next_sign_in(
    live_server, team, person
):
    leader = person(PHONE, expected=(*OFFLINE, "401", "400", "403"))
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.wait_for_function(f"{TOKENS}.length === 1")
    set_off(page)
    leader.lose_signal()
    scan(page, team.codes[1])
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1条")
    with live_server.app.app_context():
        for token in db.session.query(Token).filter_by(kind=TokenKind.WALK):
            token.made_at -= timedelta(days=8)
            token.expires_at -= timedelta(days=8)
        db.session.commit()
        db.session.remove()
    page.context.clear_cookies()
    page.goto(page.url)
    leader.find_signal()
    expect(page.locator("[data-part=signed-out]")).to_contain_text("1条")
    page.reload()
    expect(page.locator("[data-part=signed-out]")).to_contain_text("1条")
    page.locator("[data-part=signed-out] a").first.click()
    page.fill("input[name=username]", "leader")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_response("**/scans"):
        page.click("main button[type=submit]")
    expect(page.locator("[data-part=signed-out]")).to_be_hidden()
    assert counts(live_server)[:2] == [1, 1]


@pytest.mark.parametrize("path", ["/patrol/shifts", "/desk/patrols"])
def test_signing_out_without_signal_is_told_on_every_page(live_server, team, person, path):
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    page.wait_for_function(f"{TOKENS}.length === 1")
    leader.open(path)
    leader.lose_signal()
    sign_out = page.get_by_role("button", name="退出")
    for _twice in range(2):
        sign_out.click()
        expect(page.locator("[data-stays]")).to_contain_text("有信号之前您还登录着")
    assert page.url.endswith(path)
    assert page.evaluate(f"{TOKENS}.length") == 1
    leader.shot(f"signed-in{path.replace('/', '-')}")
    leader.find_signal()
    sign_out.click()
    page.wait_for_url(lambda url: not url.endswith(path))
    assert page.evaluate(f"{TOKENS}.length") == 0


def test_a_shift_past_midnight_ends_on_the_next_day(live_server, team, person):
    with live_server.app.app_context():
        team.shift(minutes=1440)
        db.session.remove()
    leader = person(PHONE)
    leader.sign_in("leader")
    for path, where in (
        ("/patrol", "[data-part=choices] label >> nth=0"),
        ("/patrol/shifts", "main"),
        ("/desk/patrols/shifts", ".week"),
    ):
        page = leader.open(path)
        expect(page.locator(where).first).to_contain_text("–次日")
