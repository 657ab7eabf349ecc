"""A tap that was meant once and comes twice: nothing happens twice, and nobody is frightened."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from incentives.extensions import db
from incentives.patrols.models import Shift
from tests.browser.conftest import PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.patrolling import PAGES, counts, make_team, scan, set_off
from tests.browser.test_patrol_begun import on_server
from tests.browser.test_patrol_refused import NOT_TAKEN, walk_of_no_team
from tests.browser.till import Till
from tests.patrols.scenes import Team

SAID = "[data-part=band-text]"


@pytest.fixture
def team(live_server: LiveServer) -> Team:
    return make_team(live_server)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo that the phone takes a while to make small."""
    path = tmp_path / "photo.jpg"
    Image.effect_noise((4000, 3000), 80).convert("RGB").save(path, quality=95)
    return path


def tap_twice(button: Locator) -> None:
    """Both taps come before what the first one does is done, however quick the machine is."""
    button.evaluate("button => { button.click(); button.click(); }")


def write_finding(page: Page) -> Locator:
    """Write what was found; the button that tells it."""
    set_off(page)
    page.locator("summary", has_text="发现问题").click()
    page.locator("#finding-text").fill("护坡松动")
    page.locator("#finding-place").fill("小学后面")
    return page.locator("[data-part=finding-form] button[type=submit]")


def test_a_finding_is_told_once_while_its_photo_is_made_small(live_server, team, person, photo):
    leader = person(PHONE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    button = write_finding(page)
    page.locator("#finding-photo").set_input_files(photo)
    with page.expect_response("**/findings"):
        button.click()
        expect(button).to_have_attribute("aria-disabled", "true")
        button.evaluate("button => button.click()")
    expect(page.locator(SAID)).to_contain_text("记下了")
    expect(page.locator("[data-part=refused]")).to_be_hidden()
    assert counts(live_server)[2:4] == [1, 1]


def test_a_finding_without_a_photo_is_told_once(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    button = write_finding(page)
    leader.lose_signal()
    tap_twice(button)
    expect(page.locator(SAID)).to_contain_text("记下了")
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1条")
    leader.find_signal()
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    assert counts(live_server)[2:4] == [1, 1]


def test_a_walk_is_begun_and_closed_once(live_server, team, person):
    leader = person(PHONE, expected=OFFLINE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    wait_until_kept(page, *PAGES)
    leader.lose_signal()
    tap_twice(page.locator("[data-part=set-off]"))
    scan(page, team.codes[0])
    expect(page.locator("[data-part=offline-text]")).to_contain_text("2条")
    page.locator("summary", has_text="收队").click()
    page.locator("#closing-log").fill("一切正常")
    tap_twice(page.locator("[data-part=closing-form] button[type=submit]"))
    expect(page.locator("[data-part=offline-text]")).to_contain_text("3条")
    leader.find_signal()
    expect(page.locator(SAID)).to_contain_text("2笔")
    expect(page.locator("[data-part=refused]")).to_be_hidden()
    assert counts(live_server) == [1, 1, 0, 0, 2]


def test_the_second_tap_doesnt_press_what_the_first_one_brought(live_server, team, person):
    leader = person(PHONE)
    leader.sign_in("leader")
    page = leader.open("/patrol")
    page.locator("[data-part=set-off]").dispatch_event("click", {"detail": 2})
    expect(page.locator("[data-part=start]")).to_be_visible()
    set_off(page)
    assert counts(live_server)[0] == 1


def test_a_card_is_looked_up_once(live_server, person):
    till = Till(live_server)
    shopkeeper = person(PHONE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("[data-part=number]").fill(till.number)
    tap_twice(page.locator("[data-part=number-form] button[type=submit]"))
    expect(page.locator("[data-part=holder]")).to_have_text("扎**")
    assert len([each for each in asked if each.endswith("/cards/scan")]) == 1


# The second tap comes as soon as the dialog is there, where its button is.
OPENED_AND_TAPPED = """async (opener) => {
  opener.click();
  const frame = () => new Promise(requestAnimationFrame);
  while (!document.querySelector('dialog[open]')) await frame();
  document.querySelector('dialog[open] .button-danger').click();
}"""


def test_a_double_tap_lets_no_walk_go_unread(live_server, team, person):
    leader = person(PHONE, expected=(*OFFLINE, "409"))
    page = walk_of_no_team(leader, live_server, team)
    leader.find_signal()
    expect(page.locator(NOT_TAKEN)).to_have_count(2)
    page.get_by_role("button", name="不要了").evaluate(OPENED_AND_TAPPED)
    dialog = page.locator("[data-part=drop-walk]")
    expect(dialog).to_be_visible()
    sure = dialog.get_by_role("button", name="不要了")
    expect(sure).to_be_enabled()
    sure.dispatch_event("click", {"detail": 2})
    expect(dialog).to_be_visible()
    expect(page.locator(NOT_TAKEN)).to_have_count(2)
    sure.click()
    expect(page.locator("[data-part=refused]")).to_be_hidden()


def test_a_double_tap_cancels_no_shift(live_server, team, person):
    """The sheets that ask on every page open alike."""
    shift = on_server(live_server, team.shift)
    leader = person(PHONE)
    leader.sign_in("leader")
    page = leader.open("/desk/patrols/shifts")
    # What must be filled in is, so that nothing else holds the button back.
    page.locator("dialog input[required]").first.evaluate("field => { field.value = '大雪'; }")
    page.locator("summary", has_text="取消").first.evaluate(OPENED_AND_TAPPED)
    sure = page.locator("dialog[open] .button-danger")
    expect(sure).to_be_enabled()
    sure.dispatch_event("click", {"detail": 2})
    expect(sure).to_be_visible()
    page.locator("dialog[open] [data-close]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)

    def cancelled():
        return db.session.get_one(Shift, shift).cancelled_at

    assert on_server(live_server, cancelled) is None
    page.locator("summary", has_text="取消").first.click()
    sure.click()
    expect(page.get_by_text("这一班取消了")).to_be_visible()
    assert on_server(live_server, cancelled) is not None
