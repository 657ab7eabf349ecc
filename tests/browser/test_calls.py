"""Calls in a real browser: reported by anyone and looked at, by a cadre in two taps, by card;
answered by an office, followed by the caller's link; both ledgers."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Locator, expect

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.awards.models import Award
from incentives.calls import operations
from incentives.calls.models import Call, CallSource, CallStatus
from incentives.calls.operations import reporting
from incentives.cards.operations import issue_card
from incentives.cards.queries import url_of
from incentives.clock import now
from incentives.extensions import db
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.calls.scenes import Home
from tests.factories import VILLAGE, act
from tests.site import PASSWORD

PIN = "402857"
CALLS = f"/v/{VILLAGE}/calls"
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@dataclass
class Served:
    """A served village with offices, and the card of a household in it."""

    app: Flask
    home: Home
    card: str

    def call(self) -> Call:
        """The newest call as it is kept."""
        with self.app.app_context():
            found = db.session.scalars(db.select(Call).order_by(Call.id.desc()).limit(1)).one()
            db.session.expunge(found)
            db.session.remove()
        return found


@pytest.fixture
def served(live_server: LiveServer) -> Served:
    with live_server.app.app_context():
        home = Home()
        made = act(
            lambda: issue_card(
                village=VILLAGE,
                household_id=home.village.household.id,
                pin=PIN,
                actor=SYSTEM,
                now=now(),
            )
        )
        roles = [Assignment(Role.CADRE, VILLAGE)]
        new = {"username": "cadre", "name": "格绒志玛", "password": PASSWORD, "roles": roles}
        act(lambda: access.add_user(**new, actor=SYSTEM, now=now()) and None)
        card = url_of(made).partition("/c#")[2]
        db.session.remove()
    return Served(live_server.app, home, card)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo as large as a phone takes it."""
    path = tmp_path / "photo.jpg"
    Image.effect_noise((3000, 2200), 80).convert("RGB").save(path, quality=95)
    return path


def made_small(field: Locator, photo: Path) -> None:
    """Take a photo; the phone makes it small before it is sent."""
    field.set_input_files(photo)
    expect(field).to_have_attribute("data-photo", "small")
    assert field.evaluate("field => field.files[0].size") < photo.stat().st_size / 2


def rings_first(caller: Person) -> None:
    """Whom to ring in danger stands above all else that one can do here; a tap rings."""
    rings = caller.page.locator('main a[href^="tel:"]')
    expect(rings).to_have_count(3)
    assert [each.get_attribute("href") for each in rings.all()] == ["tel:110", "tel:119", "tel:120"]
    boxes = [each.bounding_box() for each in rings.all()]
    assert all(box["height"] >= 56 and box["width"] >= 56 for box in boxes)
    assert len({box["y"] for box in boxes}) == 1
    below = caller.page.locator("main .button-main").first.bounding_box()
    assert boxes[0]["y"] < below["y"]


def take_step(office: Person, step: str, photo: Path | None = None) -> None:
    """Press the button of an office's step, with words and photo where it takes them."""
    form = office.page.locator("main form", has=office.page.locator(f"input[value={step}]"))
    if step in ("resolve", "answer"):
        form.locator("textarea").fill("换了一段水管，通水了")
    if photo is not None:
        made_small(form.locator("input[type=file]"), photo)
    form.locator("button[type=submit]").click()
    expect(office.page.locator(".band-done")).to_be_visible()


@SIZES
def test_anyone_reports_a_cadre_looks_the_office_answers_the_caller_has_the_last_word(
    served: Served, person, photo, size
):
    caller = person(size)
    page = caller.open(CALLS)
    rings_first(caller)
    caller.shot("calls-public-empty")
    page.get_by_role("link", name="报一件事").click()
    rings_first(caller)
    for target in page.locator("main label.check, main .button").all():
        assert target.bounding_box()["height"] >= 56
    page.locator("label.check", has_text="用水").click()
    made_small(page.locator("[name=photo]"), photo)
    page.fill("[name=place]", "村口桥边")
    caller.shot("calls-report")
    page.get_by_role("button", name="报上去").click()
    page.wait_for_url("**/calls/follow/*")
    link = page.url.removeprefix(caller.address)
    expect(page.locator("main")).to_contain_text("村委会先看一下")
    caller.shot("calls-follow-waiting")
    assert served.call().status is CallStatus.REPORTED

    cadre = person(size)
    cadre.sign_in("cadre")
    at_desk = cadre.open("/desk/calls")
    cadre.shot("calls-desk")
    at_desk.locator("a.row-title").first.click()
    at_desk.get_by_role("button", name="派出去").click()
    expect(at_desk.locator("main")).to_contain_text("水务站")

    office = person(size)
    office.sign_in("plumber")
    office.open("/office")
    expect(office.page.locator(".row-figure").first).to_contain_text("还有")
    office.shot("calls-office")
    office.page.locator("a.row-title").first.click()
    expect(office.page.locator(".pictures img")).to_have_js_property("naturalWidth", 320)
    take_step(office, "arrive")
    office.shot("calls-office-step")
    take_step(office, "resolve", photo)
    take_step(office, "answer")

    page = caller.open(link)
    pictures = page.locator(".pictures img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        expect(picture).to_have_js_property("naturalWidth", 320)
    caller.shot("calls-follow-answered")
    page.locator("label.check", has_text="不太好").click()
    page.fill("[name=word]", "等了半天")
    page.get_by_role("button", name="发送").click()
    expect(page.locator("main")).to_contain_text("你打了 2 分")
    page.locator("summary", has_text="还没办好").click()
    page.fill("[name=reason]", "晚上又漏了")
    caller.shot("calls-follow-send-back")
    page.get_by_role("button", name="退回再办").click()
    expect(page.locator("main")).to_contain_text("晚上又漏了")
    office.page.reload()
    for step in ("arrive", "resolve", "answer"):
        take_step(office, step)
    page = caller.open(link)
    expect(page.locator("main")).to_contain_text("已答复")
    expect(page.locator("summary", has_text="还没办好")).to_have_count(0)
    caller.shot("calls-follow-last")
    caller.open(CALLS)
    expect(caller.page.locator("main")).to_contain_text("水务站")
    expect(caller.page.locator("main")).not_to_contain_text("村口桥边")
    caller.shot("calls-public")


def test_a_flood_of_reports_is_refused_in_words_until_somebody_looks(served, person, monkeypatch):
    monkeypatch.setattr(reporting, "HELD_AT_MOST", 1)
    with served.app.app_context():
        served.home.report()
        db.session.remove()
    caller = person(PHONE, expected=("429",))
    page = caller.open(f"{CALLS}/new")
    page.locator("label.check", has_text="用水").click()
    page.fill("[name=text]", "水管破了")
    page.fill("[name=place]", "村口桥边")
    page.get_by_role("button", name="报上去").click()
    expect(page.locator(".band-refused")).to_contain_text("请打村委会电话")
    expect(page.locator("[name=text]")).to_have_value("水管破了")
    caller.shot("calls-flood")


@SIZES
def test_a_cadre_reports_in_two_taps_and_gives_the_link_on(served: Served, person, photo, size):
    cadre = person(size)
    cadre.sign_in("cadre")
    page = cadre.open("/desk")
    page.locator("main").get_by_role("link", name="报一件事").click()
    taps = page.locator(".tap")
    expect(taps).to_have_count(8)
    expect(taps.filter(has_text="用水")).to_contain_text("水务站")
    cadre.shot("calls-two-taps")
    made_small(page.locator("[name=photo]"), photo)  # the first tap: the camera
    taps.filter(has_text="用水").click()  # the second
    page.wait_for_url(re.compile(r"/calls/[0-9a-f-]{36}$"))
    call = served.call()
    assert (call.status, call.source) == (CallStatus.PUSHED, CallSource.DESK)
    expect(page.locator(".receipt-qr svg")).to_be_visible()
    cadre.shot("calls-told")
    link = page.locator("[data-copy]").get_attribute("data-copy").removeprefix(cadre.address)
    told = person(size)
    told.open(link)
    expect(told.page.locator(".pictures img")).to_have_js_property("naturalWidth", 320)
    assert link.rpartition("/")[2] not in page.url
    another = person(size)
    another.sign_in("cadre")
    another.open(page.url.removeprefix(cadre.address))
    expect(another.page.locator(".receipt-qr")).to_have_count(0)


@SIZES
def test_what_is_reported_by_card_and_proves_true_proposes_its_points(
    served: Served, person, photo, size
):
    resident = person(size)
    page = resident.open(f"/c#{served.card}")
    page.locator("#pad-pin").fill(PIN)
    page.get_by_role("button", name="输好了，打开").click()
    page.wait_for_url("**/c/account")
    page.get_by_role("link", name="坏了").click()
    expect(page.locator("main")).to_contain_text("可以得积分")
    page.locator("[name=resident_id]").select_option(label="洛绒卓玛")
    page.locator("label.check", has_text="用水").click()
    page.fill("[name=text]", "水管破了")
    page.fill("[name=place]", "村口桥边")
    page.get_by_role("button", name="报上去").click()
    page.wait_for_url("**/calls/follow/*")
    call = served.call()
    assert (call.status, call.resident_id is not None) == (CallStatus.PUSHED, True)

    office = person(size)
    office.sign_in("plumber")
    office.open(f"{CALLS}/{call.id}")
    take_step(office, "arrive")
    expect(office.page.locator("main")).to_contain_text("情况不属实")
    take_step(office, "resolve")
    expect(office.page.locator("main")).to_contain_text("情况属实")
    with served.app.app_context():
        award = db.session.query(Award).one()
        assert (award.id, award.resident_id) == (served.call().award_id, call.resident_id)
        db.session.remove()

    cadre = person(size)
    cadre.sign_in("cadre")
    at_desk = cadre.open(f"{CALLS}/{call.id}")
    cadre.shot("calls-true")
    at_desk.get_by_role("link", name="情况属实").click()
    expect(at_desk.locator("main")).to_contain_text("安全隐患")


@SIZES
def test_an_office_hands_a_call_over_and_the_ledgers_say_who_owes_what(served, person, size):
    home = served.home
    with served.app.app_context():
        call_id = home.told()
        home.report()
        duty = {"title": "修好三组的路灯", "due_on": home.village.today, "office_id": home.water}
        act(lambda: operations.enter_duty(division=VILLAGE, **duty, actor=SYSTEM, now=now()).id)
        db.session.remove()
    office = person(size)
    office.sign_in("plumber")
    page = office.open("/office")
    expect(page.locator("main")).to_contain_text("修好三组的路灯")
    office.shot("calls-office-duties")
    page = office.open(f"{CALLS}/{call_id}")
    page.locator("summary", has_text="转给别的单位").click()
    page.locator("#over-office").select_option(label="交通局")
    page.fill("#over-note", "是路面的事")
    office.shot("calls-hand-over")
    page.get_by_role("button", name="转交").click()
    page.wait_for_url("**/office")
    expect(page.locator("main")).not_to_contain_text("用水")
    anyone = person(size)
    ledgers = anyone.open(f"/v/{VILLAGE}/duties")
    for words in ("交通局", "水务站", "修好三组的路灯", "1 件报来的事等人看"):
        expect(ledgers.locator("main")).to_contain_text(words)
    expect(ledgers.get_by_role("heading", name="村委会", exact=True)).to_be_visible()
    anyone.shot("calls-ledgers")
    page = office.open(f"/v/{VILLAGE}/duties")
    page.locator("summary", has_text="办好了").click()
    page.get_by_label("备注").fill("换了灯泡")
    page.get_by_role("button", name="销号").click()
    ledgers = anyone.open(f"/v/{VILLAGE}/duties")
    expect(ledgers.locator("main")).to_contain_text("换了灯泡")
    anyone.open(f"/divisions/{VILLAGE}/call-numbers")
    expect(anyone.page.locator("main")).to_contain_text("不到五件")
    anyone.shot("calls-numbers")


def test_a_photo_taken_before_the_page_has_loaded_is_made_small_too(served: Served, person, photo):
    caller = person(PHONE)
    script = "**/static/js/photos.js*"
    late = []
    caller.page.route(script, lambda route: late.append(route))
    caller.page.goto(f"{caller.address}{CALLS}/new", wait_until="commit")
    field = caller.page.locator("[name=photo]")
    field.set_input_files(photo)
    expect(field).to_have_attribute("data-photo", "")
    late.pop().continue_()
    expect(field).to_have_attribute("data-photo", "small")


def test_enter_sends_no_call_without_a_category_after_a_photo_either(served, person, photo):
    """The button that keeps Enter from doing so stays one that can't be pressed."""
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/calls/new")
    made_small(page.locator("[name=photo]"), photo)
    page.locator("summary", has_text="写几句").click()
    page.fill("[name=place]", "村口桥边")
    page.press("[name=place]", "Enter")
    expect(page.locator(".field-error")).to_have_count(0)
    page.locator(".tap", has_text="用水").click()
    page.wait_for_url(re.compile(r"/calls/[0-9a-f-]{36}$"))
