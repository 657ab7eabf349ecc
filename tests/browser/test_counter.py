"""The counter: installed, in four taps, by name, with cash and a day's close, on paper."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from incentives.cards.models import Card
from incentives.cards.qr import qr_png
from incentives.cards.queries import url_of
from incentives.extensions import db
from incentives.shop.models import Closing
from tests.browser import barcodes
from tests.browser.conftest import DESKTOP, PHONE, ROOT, LiveServer, Person
from tests.browser.kept import wait_until_kept
from tests.browser.test_camera import FRAMES, film
from tests.browser.till import EAN, UPC, Till
from tests.shop.scenes import PIN

SECONDS = 90  # frames of a film that one code is held before the camera: three seconds


@pytest.fixture
def till(live_server: LiveServer) -> Till:
    return Till(live_server)


def test_the_counter_is_an_app_of_its_own(till, person):
    """What Chromium wants before it offers to install: manifest, icons, a worker that answers."""
    shopkeeper = person(PHONE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    wait_until_kept(page, "/shop")
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert page.evaluate("fetch('/shop/worker.js').then((a) => a.text())").count("\n") <= 80


# What the shopkeeper taps, from opening the camera on; the PIN's keys are the holder's to tap.
COUNT_TAPS = """
window.taps = 0;
document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-part="pin-field"]')) window.taps += 1;
}, true);
"""


def with_camera(person, film: Path) -> Person:
    """A shopkeeper whose camera sees this film."""
    shopkeeper = person(
        PHONE,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    shopkeeper.sign_in("shopkeeper")
    shopkeeper.open("/shop").evaluate(COUNT_TAPS)
    return shopkeeper


def test_three_goods_by_their_barcodes_take_four_taps(live_server, person, tmp_path):
    """The camera is opened for the card and once for all goods; what it reads needs no tap."""
    till = Till(live_server, points=500, pin_above=500)
    card_film = film_of_card(till, tmp_path)
    frames = [card_film.read_bytes()[: len(card_film.read_bytes()) // FRAMES]]
    frames += [barcodes.frame_of(code) for code in (EAN, f"0{UPC}", EAN)]
    goods_film = tmp_path / "goods.mjpeg"
    goods_film.write_bytes(b"".join(frame * SECONDS for frame in frames))
    page = with_camera(person, goods_film).page
    page.locator("[data-part=open-camera]").click()
    expect(page.locator("[data-part=holder]")).to_have_text("扎**")
    page.locator("[data-part=scan-goods]").click()
    three = re.compile("(?=.*香皂 ×[2-9])(?=.*菜油 ×)")
    expect(page.locator("[data-part=chosen]")).to_have_text(three)
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-lines] li")).to_have_count(2)
    assert page.evaluate("window.taps") == 3
    page.locator("[data-part=receipt] [data-part=next]").click()
    assert page.evaluate("window.taps") == 4


def test_with_the_holder_s_pin_it_takes_four_taps(live_server, person, tmp_path):
    till = Till(live_server, pin_above=0)
    page = with_camera(person, film_of_card(till, tmp_path)).page
    page.locator("[data-part=open-camera]").click()
    page.locator("[data-good]", has_text="香皂").click()
    page.locator(".counter-pin-first").click()
    for digit in PIN:
        page.locator(f"[data-part=pin-field] [data-key='{digit}']").click()
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")
    assert page.evaluate("window.taps") == 4


def test_what_is_said_lies_over_no_key_of_the_pin(live_server, person):
    """Handed over without the PIN that is needed: its field and keys are free for the holder."""
    till = Till(live_server, pin_above=0)
    shopkeeper = person(PHONE, expected=("403",))
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=band-text]")).to_be_in_viewport()
    shopkeeper.page.screenshot(path=ROOT / "screenshots" / "pin-refused-phone.png")
    for part in ("[data-part=pin]", *(f"[data-key='{each}']" for each in "123")):
        assert page.locator(f"[data-part=pin-field] {part}").evaluate(ON_TOP), part
    page.locator("[data-part=pin-field] [data-key='2']").click()
    expect(page.locator("[data-part=band]")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(360, 740), (360, 640), (320, 568)])
def test_all_keys_of_the_pin_are_free_on_a_low_screen(live_server, person, width, height):
    """After a refusal, and come to by the bar's own link, without another scroll; then it sells."""
    till = Till(live_server, pin_above=0)
    till.is_the_shopkeeper_s_own()
    shopkeeper = person({"width": width, "height": height}, expected=("403",))
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=band-text]")).to_contain_text("给自己家兑换")
    shopkeeper.page.screenshot(path=ROOT / "screenshots" / f"pin-refused-{width}x{height}.png")
    covered = f"(keys) => keys.filter((key) => !({ON_TOP})(key)).map((key) => key.dataset.key)"
    keys = page.locator("[data-part=pin-field] [data-key]")
    expect(keys).to_have_count(12)
    assert keys.evaluate_all(covered) == []
    page.mouse.click(*keys.first.evaluate(MIDDLE))
    page.mouse.click(*keys.nth(9).evaluate(MIDDLE))  # clear
    page.evaluate("document.activeElement.blur(), window.scrollTo(0, 0)")
    expect(page.locator("[data-part=band]")).to_be_hidden()
    page.locator(".counter-pin-first").click()
    assert keys.evaluate_all(covered) == []
    for digit in PIN:
        key = page.locator(f"[data-part=pin-field] [data-key='{digit}']")
        page.mouse.click(*key.evaluate(MIDDLE))
    assert page.locator("[data-part=hand-over]").evaluate(ON_TOP)
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")


def test_looked_up_without_signal_it_says_that_nothing_was_recorded(till, person):
    shopkeeper = person(PHONE, expected=("ERR_", "Failed to load"))
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    page.route("**/cards/scan", lambda route: route.abort())
    page.locator("[data-part=number]").fill(till.number)
    page.locator("[data-part=number-form] button[type=submit]").click()
    band = page.locator("[data-part=band-text]")
    expect(band).to_contain_text("没有信号")
    expect(band).to_contain_text("什么都没有记")
    expect(band).not_to_contain_text("可能")


MIDDLE = """
(element) => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return [(left + right) / 2, (top + bottom) / 2];
}
"""

# Whether all of an element is there to be tapped: nothing lies over its corners.
ON_TOP = """
(element) => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return [[left + 4, top + 4], [right - 4, top + 4], [left + 4, bottom - 4]].every(([x, y]) => {
    const there = document.elementFromPoint(x, y);
    return there === element || element.contains(there);
  });
}
"""


def test_from_the_scan_to_done_it_takes_at_most_four_taps(till, person, tmp_path):
    """Scan, a good, hand over, next: with the camera, as a shopkeeper serves a neighbour."""
    shopkeeper = with_camera(person, film_of_card(till, tmp_path))
    page = shopkeeper.page
    page.locator("[data-part=open-camera]").click()
    expect(page.locator("[data-part=holder]")).to_have_text("扎**")
    page.locator("[data-good]", has_text="香皂").click()
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")
    expect(page.locator("[data-part=receipt-qr] svg")).to_be_visible()
    shopkeeper.shot("done")
    assert page.evaluate("window.taps") <= 4
    # The next card needs no tap of its own: the camera opens by itself.
    page.locator("[data-part=receipt] [data-part=next]").click()
    expect(page.locator("[data-part=holder]")).to_be_visible()
    assert page.evaluate("window.taps") <= 4


def film_of_card(till: Till, folder: Path) -> Path:
    """The card held before the camera."""
    with till.server.app.app_context():
        url = url_of(db.session.scalars(select(Card)).one())
        db.session.remove()
    path = folder / "card.mjpeg"
    film(qr_png(url), path)
    return path


def found_by_name(shopkeeper: Person) -> Page:
    """The counter, at which the household whose card was forgotten is found."""
    page = shopkeeper.open("/shop")
    page.locator("summary", has_text="忘带卡").click()
    page.locator("[data-part=name]").fill("zx")
    page.locator("[data-part=name-form] button[type=submit]").click()
    page.locator("[data-part=found] button", has_text="扎**").click()
    return page


def test_who_forgot_the_card_is_found_by_name_and_vouched_for(till, person):
    """Found by the letters of the name; nothing is handed over before a cadre said who it is."""
    shopkeeper, cadre = person(PHONE), person(PHONE)
    shopkeeper.sign_in("shopkeeper")
    page = found_by_name(shopkeeper)
    expect(page.locator("[data-part=spendable]")).to_have_text("?")
    page.locator("[data-good]", has_text="香皂").click()
    expect(page.locator("[data-part=hand-over]")).to_be_disabled()
    page.locator(".counter-vouch-first").click()
    expect(page.locator("[data-part=ask-vouch]")).to_be_in_viewport()
    page.locator("[data-part=ask-vouch]").click()
    expect(page.locator("[data-part=asking]")).to_be_visible()
    shopkeeper.shot("vouch-asked")
    cadre.sign_in("cadre")
    cadre.open("/desk/vouches")
    cadre.page.get_by_role("button", name="是，我认识，可以兑换").click()
    expect(page.locator("[data-part=vouched-by]")).to_have_text("cadre 某")
    expect(page.locator("[data-part=spendable]")).to_have_text("20")
    shopkeeper.shot("vouched")
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")
    assert [sale.vouched_by is not None for sale in till.sales()] == [True]


def test_where_nobody_vouches_for_a_card_found_by_name_no_pin_is_asked_for(till, person):
    """It says what serves: to ask anew, or the card itself; the cadre is told the same."""
    shopkeeper, cadre = person(PHONE, expected=("409",)), person(PHONE)
    shopkeeper.sign_in("shopkeeper")
    page = found_by_name(shopkeeper)
    page.locator("[data-good]", has_text="香皂").click()
    page.locator("[data-part=ask-vouch]").click()
    expect(page.locator("[data-part=asking]")).to_be_visible()
    cadre.sign_in("cadre")
    cadre.open("/desk/vouches")
    cadre.page.locator("summary", has_text="不作证，或者不认识").click()
    expect(cadre.page.locator("dialog, details[open]").first).to_contain_text("要有卡")
    cadre.page.get_by_role("button", name="不，我不作证").click()
    band = page.locator("[data-part=band-text]")
    expect(band).to_contain_text("重新按名字找卡")
    expect(band).not_to_contain_text("密码")
    expect(page.locator("[data-part=pin-field]")).to_be_hidden()
    page.locator("[data-part=ask-vouch]").click()
    expect(band).to_contain_text("重新找一次卡")
    assert till.sales() == []


def test_a_refusal_is_in_sight_however_far_down_the_page_it_is_met(live_server, person):
    till = Till(live_server, pin_above=0)
    shopkeeper = person(PHONE, expected=("403",))
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    page.locator(".counter-pin-first").click()
    page.locator("[data-part=pin]").fill("000001")
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=band-text]")).to_have_text("密码不对")
    expect(page.locator("[data-part=pin]")).to_be_in_viewport()
    expect(page.locator("[data-part=band-text]")).to_be_in_viewport()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_day_is_closed_with_the_cash_that_was_counted(live_server, person, size):
    till = Till(live_server, points=40)
    shopkeeper = person(size, expected=("422",))
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    page.locator("[data-good]", has_text="菜油").click()
    page.locator("[data-part=cash]").check()
    expect(page.locator("[data-part=cash-amount]")).to_have_text("5.00")
    shopkeeper.shot("cash")
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-cash-amount]")).to_have_text("5.00")
    page = shopkeeper.open("/shop/closings")
    shopkeeper.shot("close")
    # What is missing is said before the sheet covers it.
    page.locator("summary", has_text="日结").click()
    expect(page.locator("#field-cash_counted_fen")).to_be_focused()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator("#field-cash_counted_fen").fill("4")
    page.locator("summary", has_text="日结").click()
    page.get_by_role("button", name="日结", exact=True).click()
    expect(page.locator(".field-error").first).to_be_visible()
    page.locator("#field-explanation").fill("少收一元")
    page.locator("#field-cash_counted_fen").fill("4")
    page.locator("summary", has_text="日结").click()
    page.get_by_role("button", name="日结", exact=True).click()
    page.wait_for_url("**/shop/closings/*-*")
    expect(page.locator("main")).to_contain_text("−¥1.00")
    expect(page.locator("main")).to_contain_text("少收一元")
    shopkeeper.shot("closed")
    with live_server.app.app_context():
        assert db.session.scalars(select(Closing)).one().difference_fen == -100
        db.session.remove()


def test_a_receipt_is_printed_on_58_millimetres(till, person, tmp_path):
    shopkeeper = person(PHONE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-qr] svg")).to_be_visible()
    page.evaluate("window.print = () => undefined")
    page.locator("[data-print=slip]").click()
    expect(page.locator("html.prints-slip")).to_be_attached()
    content = page.pdf(prefer_css_page_size=True, path=tmp_path / "slip.pdf")
    # The sizes of its pages in points: 58 mm are 164.4.
    assert re.findall(rb"/MediaBox \[0 0 16[34][.0-9]* [.0-9]+\]", content) != []
    assert content.count(b"/MediaBox") == 1
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html.prints-slip")).not_to_be_attached()
    page.locator("[data-print=slip]").click()
    page.emulate_media(media="print")
    expect(page.locator(".counter-done")).to_be_hidden()
    expect(page.locator(".receipt")).to_be_visible()
    shopkeeper.shot("slip")
