"""A claim on a phone: card and PIN, camera, answer, objection; and a cadre who writes one down."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from incentives.access.actor import Role
from incentives.cards.operations import issue_card
from incentives.cards.queries import url_of
from incentives.clock import now
from tests.awards.scenes import adopt_rules
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.factories import VILLAGE, act, make_household, staff
from tests.site import make_site

PIN = "402857"


@pytest.fixture
def card(live_server: LiveServer) -> str:
    """A village with rules and a household; what its card's QR holds."""
    make_site(live_server.app, users=("cadre", "reviewer"), publicity_days=0)
    with live_server.app.app_context():
        adopt_rules()
        household_id = make_household(VILLAGE, "扎西彭措", "洛绒卓玛").id
        cadre = staff(Role.CADRE)
        made = act(
            lambda: issue_card(
                village=VILLAGE, household_id=household_id, pin=PIN, actor=cadre, now=now()
            )
        )
        return url_of(made).partition("/c#")[2]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_from_card_to_answer(card, person, tmp_path, size):
    resident = person(size)
    sign_in(resident, card)
    send_claim(resident, tmp_path)
    reviewer = person(size)
    refuse(reviewer)
    read_answer_and_object(resident)
    cadre = person(size)
    write_down(cadre)


def sign_in(resident: Person, card: str) -> None:
    """Open the card's page, then its own by PIN."""
    page = resident.open(f"/c#{card}")
    page.locator("#pad-pin").fill(PIN)
    page.get_by_role("button", name="输好了，打开").click()
    page.wait_for_url("**/c/account")
    resident.shot("claims-account-empty")


def send_claim(resident: Person, folder: Path) -> None:
    """Claim with a photo, which the phone makes small before it is sent."""
    page = resident.page
    page.get_by_role("link", name="我要申报").click()
    page.wait_for_url("**/c/claims/new")
    for field in page.locator("main label.check, main .button, main select").all():
        assert field.bounding_box()["height"] >= 56
    photo = folder / "photo.jpg"
    Image.effect_noise((3000, 2200), 80).convert("RGB").save(photo, quality=95)
    resident.shot("claims-new")
    page.locator("label.check", has_text="清理河道").click()
    page.fill("[name=note]", "村口小河边，和洛绒一起")
    page.set_input_files("[name=photo_1]", photo)
    chosen = page.locator("[name=photo_1]")
    expect(chosen).to_have_attribute("data-photo", "small")
    assert chosen.evaluate("field => field.files[0].size") < photo.stat().st_size / 2
    page.get_by_role("button", name="交上申报").click()
    page.wait_for_url(lambda url: "/c/claims/" in url and "new" not in url)
    expect(page.locator(".band-done")).to_contain_text("申报已交")
    shown = page.locator(".pictures img")
    expect(shown).to_have_count(1)
    expect(shown).to_have_js_property("naturalWidth", 320)
    resident.shot("claims-waiting")


def refuse(reviewer: Person) -> None:
    """The review group sees the photo and says no, with a reason."""
    reviewer.sign_in("reviewer")
    page = reviewer.open("/review")
    expect(page.locator(".pictures img")).to_have_count(1)
    reviewer.shot("claims-review")
    page.locator("label.check", has_text="评议这一条").first.click()
    page.fill("[name=reason]", "照片上看不清是哪里")
    page.get_by_role("button", name="不通过").click()
    expect(page.locator(".band-done")).to_be_visible()


def read_answer_and_object(resident: Person) -> None:
    """The answer stands on the own page; the household objects."""
    page = resident.open("/c/account")
    expect(page.locator("main")).to_contain_text("不批准：照片上看不清是哪里")
    resident.shot("claims-account")
    page.get_by_role("link", name="清理河道").click()
    resident.shot("claims-answer")
    page.get_by_role("link", name="这样不对，提异议").click()
    page.fill("[name=reason]", "是村口桥下面，洛绒也在")
    resident.shot("claims-objection")
    page.locator("form .button-main").click()
    expect(page.locator("main .timeline")).to_contain_text("是村口桥下面")


def write_down(cadre: Person) -> None:
    """A cadre writes a claim down for somebody of the household."""
    cadre.sign_in("cadre")
    page = cadre.open("/desk/households")
    page.locator("a.row-title").first.click()
    page.get_by_role("link", name="替他们写申报").click()
    page.locator("[name=on_behalf_of]").select_option(label="洛绒卓玛")
    page.locator("label.check", has_text="农忙互助").click()
    cadre.shot("claims-for-others")
    page.get_by_role("button", name="交上申报").click()
    page.wait_for_url("**/desk/awards/*-*")
    expect(page.locator("main")).to_contain_text("代 洛绒卓玛 申报")
    cadre.shot("claims-award")
