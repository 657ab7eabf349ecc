"""The counter as an app: installed, without signal, closed in between, by barcode, in four taps."""

import random
import re
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from incentives.access.actor import SYSTEM, Role
from incentives.cards.models import Card
from incentives.cards.operations import issue_card
from incentives.cards.qr import qr_png
from incentives.cards.queries import url_of
from incentives.clock import now
from incentives.extensions import db
from incentives.register.operations import set_policy
from incentives.shop.models import Closing, Good, Redemption, StockOwner, Terminal
from incentives.shop.operations import suspend_terminal
from tests.browser import barcodes
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.browser.test_camera import film
from tests.factories import VILLAGE, act, make_household, staff
from tests.shop.scenes import PIN, give_points, make_counter
from tests.site import PASSWORD, Site, make_site

EAN = barcodes.with_check("690123456789")
UPC = barcodes.with_check("01234567890")
OFFLINE = ("ERR_", "Failed to load")
# The kept page may have been opened before the shopkeeper signed in anew.
OLDER_SESSION = """
caches.open('jishan-shop-page').then(async (cache) => {
  const page = await (await cache.match('/shop')).text();
  const older = page.replace(/(name="csrf-token" content=")[^"]+/, '$1older');
  await cache.put('/shop', new Response(older, { headers: { 'Content-Type': 'text/html' } }));
})
"""


class Till:
    """A shop with goods that have barcodes, and a household with 20 points and a card."""

    def __init__(self, server: LiveServer, points: int = 20, **policy: object) -> None:
        self.server = server
        site: Site = make_site(server.app, users=("shopkeeper", "cadre"), **policy)
        self.counter = make_counter(site, StockOwner.SHOPKEEPER)
        with server.app.app_context():
            household = make_household(VILLAGE, "扎西彭措", door="1")
            give_points(household.account_code, points)
            card = {"village": VILLAGE, "household_id": household.id, "pin": PIN}
            self.number = act(lambda: issue_card(**card, actor=staff(Role.CADRE), now=now()).number)
            for sku, code in (("soap", EAN), ("oil", UPC)):
                change = update(Good).where(Good.sku == sku).values(barcode=code)
                act(lambda change=change: db.session.execute(change) and None)
            db.session.remove()

    def look_up(self, page) -> None:
        """Type the card's number."""
        page.locator("[data-part=number]").fill(self.number)
        page.locator("[data-part=number-form] button[type=submit]").click()
        expect(page.locator("[data-part=holder]")).to_have_text("扎**")

    def sales(self) -> list[Redemption]:
        """What the books hold."""
        with self.server.app.app_context():
            found = list(db.session.scalars(select(Redemption)))
            db.session.remove()
            return found


@pytest.fixture
def till(live_server: LiveServer) -> Till:
    return Till(live_server)


def shell_is_kept(page) -> None:
    """Wait until the service worker has all that it keeps."""
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    for _each in range(50):
        kept = page.evaluate("caches.match('/shop').then((found) => Boolean(found))")
        if kept and page.evaluate("Boolean(navigator.serviceWorker.controller)"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the counter's shell was not kept")


def at_the_counter(shopkeeper):
    """Sign in, which leads to the counter at once where that was asked for."""
    shopkeeper.open("/shop")
    page = shopkeeper.page
    page.fill("input[name=username]", "shopkeeper")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/shop")
    return page


@contextmanager
def answers_lost(page):
    """Redemptions reach the service, and their answers nobody."""
    reached: list[int] = []

    def lose(route) -> None:
        reached.append(route.fetch().status)
        route.abort()

    page.route("**/redemptions", lose)
    yield reached
    page.unroute_all(behavior="wait")


def test_the_counter_is_an_app_of_its_own(till, person):
    """What Chromium wants before it offers to install: manifest, icons, a worker that answers."""
    shopkeeper = person(PHONE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    shell_is_kept(page)
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert page.evaluate("fetch('/shop/worker.js').then((a) => a.text())").count("\n") <= 70


def test_without_signal_it_opens_and_says_what_that_means(till, person):
    shopkeeper = person(PHONE, expected=OFFLINE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    shell_is_kept(page)
    page.evaluate(OLDER_SESSION)
    page.context.set_offline(True)
    page.goto(page.url)
    expect(page.locator("[data-part=offline]")).to_contain_text("无信号")
    expect(page.locator("[data-part=open-camera]")).to_be_visible()
    shopkeeper.shot("offline")
    page.context.set_offline(False)
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    till.look_up(page)


def test_an_unanswered_sale_is_sent_again_by_itself_and_counts_once(till, person):
    shopkeeper = person(PHONE, expected=OFFLINE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    with answers_lost(page) as reached:
        page.locator("[data-part=hand-over]").click()
        expect(page.locator("[data-part=offline-text]")).to_contain_text("1 笔")
        page.locator("[data-part=basket] [data-part=next]").click()
        expect(page.locator("[data-part=scan]")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10", timeout=20_000)
    expect(page.locator("[data-part=offline]")).to_be_hidden()
    assert set(reached) <= {201}
    assert len(till.sales()) == 1


@pytest.mark.parametrize("with_pin", [False, True], ids=["by card", "with the PIN"])
def test_a_browser_closed_in_between_finds_what_became_of_the_sale(till, person, with_pin):
    """The answer is lost and the browser closed; opened again, it sends the sale, or finds it."""
    if with_pin:
        till = till_with_pin(till)
    shopkeeper = person(PHONE, expected=OFFLINE, profile="till")
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    if with_pin:
        page.locator("[data-part=pin]").fill(PIN)
    with answers_lost(page) as reached:
        page.locator("[data-part=hand-over]").click()
        expect(page.locator("[data-part=offline-text]")).to_contain_text("1 笔")
    assert reached == [201]
    kept = page.evaluate(
        "new Promise((done) => { const asked = indexedDB.open('jishan-shop'); asked.onsuccess = ()"
        " => { const all = asked.result.transaction('sales').objectStore('sales').getAll();"
        " all.onsuccess = () => done(JSON.stringify(all.result)); }; })"
    )
    assert "soap" in kept or "lines" in kept
    assert PIN not in kept
    shopkeeper.context.close()
    again = person(PHONE, expected=("422",), profile="till")
    page = at_the_counter(again)
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10", timeout=20_000)
    assert len(till.sales()) == 1
    page = again.open("/shop")
    expect(page.locator("[data-part=open-camera]")).to_be_visible()


def till_with_pin(till: Till) -> Till:
    """The same village, where every sale wants the PIN."""
    with till.server.app.app_context():
        act(
            lambda: (
                set_policy(
                    village=VILLAGE,
                    values={"pin_above": 0},
                    effective_on=None,
                    resolution="test",
                    actor=SYSTEM,
                    now=now() - timedelta(days=1),
                )
                and None
            )
        )
        db.session.remove()
    return till


def test_a_registered_phone_sends_what_waits_before_anyone_signs_in_again(till, person):
    """The request never arrived and the browser was closed: its session ended with it."""
    shopkeeper = person(PHONE, expected=OFFLINE, profile="till")
    shopkeeper.sign_in("shopkeeper")
    register(shopkeeper)
    page = shopkeeper.open("/shop")
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    page.route("**/redemptions", lambda route: route.abort())
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1 笔")
    shopkeeper.context.close()
    assert till.sales() == []
    again = person(PHONE, profile="till")
    page = again.page
    with page.expect_response("**/redemptions") as answer:
        again.open("/shop")
    assert answer.value.status == 201
    assert "/login" in page.url
    assert len(till.sales()) == 1
    page = at_the_counter(again)
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10", timeout=20_000)
    assert len(till.sales()) == 1


def register(shopkeeper) -> None:
    """Register the phone at hand."""
    page = shopkeeper.open("/shop/terminals")
    page.locator("#phone-name").fill("柜台手机")
    page.locator("[data-part=form] .button-main").click()
    expect(page.locator("[data-part=mine-name]")).to_have_text("柜台手机")


def test_from_the_scan_to_done_it_takes_at_most_four_taps(till, person, tmp_path):
    """Scan, a good, hand over, next: with the camera, as a shopkeeper serves a neighbour."""
    card_film = film_of_card(till, tmp_path)
    shopkeeper = person(
        PHONE,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={card_film}",
    )
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    page.evaluate(
        "window.taps = 0; document.addEventListener('click', () => { window.taps += 1; }, true)"
    )
    page.locator("[data-part=open-camera]").click()
    expect(page.locator("[data-part=holder]")).to_have_text("扎**", timeout=20_000)
    page.locator("[data-good]", has_text="香皂").click()
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10", timeout=20_000)
    expect(page.locator("[data-part=receipt-qr] svg")).to_be_visible()
    shopkeeper.shot("done")
    assert page.evaluate("window.taps") <= 4
    # The next card needs no tap of its own: the camera opens by itself.
    page.locator("[data-part=receipt] [data-part=next]").click()
    expect(page.locator("[data-part=holder]")).to_be_visible(timeout=20_000)
    assert page.evaluate("window.taps") <= 4


def film_of_card(till: Till, folder: Path) -> Path:
    """The card held before the camera."""
    with till.server.app.app_context():
        url = url_of(db.session.scalars(select(Card)).one())
        db.session.remove()
    path = folder / "card.mjpeg"
    film(qr_png(url), path)
    return path


def test_who_forgot_the_card_is_found_by_name_and_vouched_for(till, person):
    """Found by the letters of the name; nothing is handed over before a cadre said who it is."""
    shopkeeper, cadre = person(PHONE), person(PHONE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    page.locator("summary", has_text="忘带卡").click()
    page.locator("[data-part=name]").fill("zx")
    page.locator("[data-part=name-form] button[type=submit]").click()
    page.locator("[data-part=found] button", has_text="扎**").click()
    expect(page.locator("[data-part=spendable]")).to_have_text("?")
    page.locator("[data-good]", has_text="香皂").click()
    expect(page.locator("[data-part=hand-over]")).to_be_disabled()
    page.locator("[data-part=ask-vouch]").click()
    expect(page.locator("[data-part=asking]")).to_be_visible()
    shopkeeper.shot("vouch-asked")
    cadre.sign_in("cadre")
    cadre.open("/desk/vouches")
    cadre.page.get_by_role("button", name="是，我认识，可以兑换").click()
    expect(page.locator("[data-part=vouched-by]")).to_have_text("cadre 某", timeout=20_000)
    expect(page.locator("[data-part=spendable]")).to_have_text("20")
    shopkeeper.shot("vouched")
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10", timeout=20_000)
    assert [sale.vouched_by is not None for sale in till.sales()] == [True]


def test_a_barcode_is_typed_or_read_by_a_reader_with_keys(till, person):
    shopkeeper = person(PHONE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    search = page.locator("[data-part=search]")
    search.fill(EAN)
    search.press("Enter")
    expect(page.locator("[data-part=sum]")).to_have_text("10")
    # A UPC-A is the EAN-13 that begins with 0, however the reader types it.
    search.fill("0" + UPC)
    search.press("Enter")
    expect(page.locator("[data-part=sum]")).to_have_text("55")
    search.fill("xz")
    expect(page.locator("[data-good]:visible")).to_have_text(["香皂10 分×1"])
    search.fill("没有")
    expect(page.locator("[data-part=none-found]")).to_be_visible()


def test_a_barcode_held_before_the_camera_puts_the_good_into_the_basket(till, person, tmp_path):
    path = tmp_path / "good.mjpeg"
    barcodes.film(EAN, path)
    shopkeeper = person(
        PHONE,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    )
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    page.locator("[data-part=scan-goods]").click()
    expect(page.locator("[data-part=sum]")).not_to_have_text("0", timeout=20_000)
    shopkeeper.shot("goods-camera")
    expect(page.locator("[data-part=chosen]")).to_contain_text("香皂")


def test_no_line_through_a_barcode_is_read_as_another_code(till, person):
    """2,000 codes, blurred and thin: each read as itself or not at all, and nearly all read."""
    page = person(PHONE).open("/login")
    chance = random.Random(20)
    lines = []
    for at in range(2000):
        length = 12 if at % 2 else 7
        code = barcodes.with_check("".join(chance.choices("0123456789", k=length)))
        width = chance.randrange(230, 700)
        image = barcodes.picture(code, width, 1)
        noise = [max(0, min(255, each + chance.randrange(-12, 13))) for each in image.tobytes()]
        lines.append((code, noise[::-1] if at % 3 == 0 else noise))
    read = page.evaluate(
        "async (lines) => { const { readLine } = await import('/static/js/shop/ean.js');"
        " return lines.map(readLine); }",
        [line for _code, line in lines],
    )
    wrong = [
        (code, found)
        for (code, _line), found in zip(lines, read, strict=True)
        if found not in (code, None)
    ]
    assert wrong == []
    assert sum(found is not None for found in read) >= 1900


def test_a_phone_is_registered_and_sells_after_its_shopkeeper_was_signed_out(till, person):
    shopkeeper = person(PHONE, expected=(*OFFLINE, "403"))
    shopkeeper.sign_in("shopkeeper")
    register(shopkeeper)
    page = shopkeeper.page
    expect(page.locator(".row-title")).to_have_text(["柜台手机"])
    shopkeeper.shot("terminals")
    page = shopkeeper.open("/shop")
    shell_is_kept(page)
    page.context.clear_cookies()
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10", timeout=20_000)
    with till.server.app.app_context():
        terminal = db.session.scalars(select(Terminal)).one()
        assert [sale.terminal_id for sale in till.sales()] == [terminal.id]
        stop = {"shop_id": terminal.shop_id, "terminal_id": terminal.id, "reason": "丢了"}
        act(lambda: suspend_terminal(**stop, actor=staff(Role.CADRE), now=now()) and None)
        db.session.remove()
    page.locator("[data-part=receipt] [data-part=next]").click()
    page.locator("[data-part=number]").fill(till.number)
    page.locator("[data-part=number-form] button[type=submit]").click()
    expect(page.locator("[data-part=band]")).to_contain_text("已停用")
    assert len(till.sales()) == 1


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


def test_a_sale_is_not_forgotten_because_nobody_is_let_in(till, person):
    """The session ended while the answer was lost: a no to the sign-in is none to the sale."""
    shopkeeper = person(PHONE, expected=(*OFFLINE, "401", "403", "400"))
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    shell_is_kept(page)
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    page.route("**/redemptions", lambda route: route.abort())
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1 笔")
    page.unroute_all(behavior="wait")
    page.context.set_offline(True)
    page.goto(page.url)
    page.context.clear_cookies()
    with page.expect_response("**/session/token"):
        page.context.set_offline(False)
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1 笔")
    assert till.sales() == []
    page = at_the_counter(shopkeeper)
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10", timeout=20_000)
    assert len(till.sales()) == 1


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
