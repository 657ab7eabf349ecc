"""Sales without an answer, and the phone of its own that sends them: nothing is lost or twice."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from incentives.access.actor import SYSTEM, Role
from incentives.clock import now
from incentives.extensions import db
from incentives.register.operations import set_policy
from incentives.shop.models import Terminal
from incentives.shop.operations import suspend_terminal
from tests.browser.conftest import PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.till import Till, answers_lost, at_the_counter, register
from tests.factories import VILLAGE, act, staff
from tests.shop.scenes import PIN

# The kept page may have been opened before the shopkeeper signed in anew.
OLDER_SESSION = """
caches.open('jishan-shop-page').then(async (cache) => {
  const page = await (await cache.match('/shop')).text();
  const older = page.replace(/(name="csrf-token" content=")[^"]+/, '$1older');
  await cache.put('/shop', new Response(older, { headers: { 'Content-Type': 'text/html' } }));
})
"""


def sell_unheard(till: Till, page: Page) -> None:
    """Hand a soap over; the request never arrives, and the sale waits in the browser."""
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    page.route("**/redemptions", lambda route: route.abort())
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1 笔")


@pytest.fixture
def till(live_server: LiveServer) -> Till:
    return Till(live_server)


def test_without_signal_it_opens_and_says_what_that_means(till, person):
    shopkeeper = person(PHONE, expected=OFFLINE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    wait_until_kept(page, "/shop")
    page.evaluate(OLDER_SESSION)
    shopkeeper.lose_signal()
    page.goto(page.url)
    expect(page.locator("[data-part=offline]")).to_contain_text("无信号")
    expect(page.locator("[data-part=open-camera]")).to_be_visible()
    shopkeeper.shot("offline")
    shopkeeper.find_signal()
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
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")
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
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")
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
    sell_unheard(till, page)
    shopkeeper.context.close()
    assert till.sales() == []
    again = person(PHONE, profile="till")
    page = again.page
    with page.expect_response("**/redemptions") as answer:
        again.open("/shop")
    assert answer.value.status == 201
    expect(page.locator("input[name=username]")).to_be_visible()
    assert len(till.sales()) == 1
    page = at_the_counter(again)
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")
    assert len(till.sales()) == 1


def test_a_phone_is_registered_and_sells_after_its_shopkeeper_was_signed_out(till, person):
    shopkeeper = person(PHONE, expected=(*OFFLINE, "403"))
    shopkeeper.sign_in("shopkeeper")
    register(shopkeeper)
    page = shopkeeper.page
    expect(page.locator(".row-title")).to_have_text(["柜台手机"])
    shopkeeper.shot("terminals")
    page = shopkeeper.open("/shop")
    wait_until_kept(page, "/shop")
    page.context.clear_cookies()
    till.look_up(page)
    page.locator("[data-good]", has_text="香皂").click()
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")
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


def test_a_phone_whose_place_another_took_says_so_and_is_registered_anew(till, person):
    old, new = person(PHONE), person(PHONE)
    for each in (old, new):
        each.sign_in("shopkeeper")
    register(old)
    page = new.open("/shop/terminals")
    page.locator("#phone-name").fill("新手机")
    page.locator("#phone-replaces").select_option(label="柜台手机")
    page.locator("[data-part=form] .button-main").click()
    expect(page.locator("[data-part=mine-name]")).to_have_text("新手机")
    page = old.open("/shop/terminals")
    expect(page.locator("[data-part=mine]")).to_be_hidden()
    page.locator("#phone-name").fill("旧手机")
    page.locator("[data-part=form] .button-main").click()
    expect(page.locator("[data-part=mine-name]")).to_have_text("旧手机")
    with till.server.app.app_context():
        phone = db.session.scalars(select(Terminal).where(Terminal.name == "旧手机")).one()
        stop = {"shop_id": phone.shop_id, "terminal_id": phone.id, "reason": "丢了"}
        act(lambda: suspend_terminal(**stop, actor=staff(Role.CADRE), now=now()) and None)
        db.session.remove()
    old.sign_in("shopkeeper")
    page = old.open("/shop/terminals")
    expect(page.locator("[data-part=stopped]")).to_be_visible()
    expect(page.locator("[data-part=mine]")).to_be_hidden()
    expect(page.locator("[data-part=new]")).to_be_hidden()


def test_a_sale_is_not_forgotten_because_nobody_is_let_in(till, person):
    """The session ended while the answer was lost: a no to the sign-in is none to the sale."""
    shopkeeper = person(PHONE, expected=(*OFFLINE, "401", "403", "400"))
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    wait_until_kept(page, "/shop")
    sell_unheard(till, page)
    page.unroute_all(behavior="wait")
    shopkeeper.lose_signal()
    page.goto(page.url)
    page.context.clear_cookies()
    with page.expect_response("**/session/token"):
        shopkeeper.find_signal()
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1 笔")
    assert till.sales() == []
    page = at_the_counter(shopkeeper)
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")
    assert len(till.sales()) == 1


def test_the_signal_that_fails_on_the_way_to_the_sign_in_leaves_the_page(till, person):
    """The session has ended, and the answer that says so is the last that comes."""
    shopkeeper = person(PHONE, expected=OFFLINE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    wait_until_kept(page, "/shop")
    sell_unheard(till, page)
    page.unroute_all(behavior="wait")
    page.context.clear_cookies()
    till.server.last_paths.add("/shop")
    shopkeeper.open("/shop")
    expect(page.locator("[data-part=offline-text]")).to_contain_text("1 笔")
    assert till.sales() == []
    till.server.last_paths.clear()
    shopkeeper.find_signal()
    # There is signal: the sign-in stands in the page's place, and what waits is sent after it.
    page = at_the_counter(shopkeeper)
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("10")
    assert len(till.sales()) == 1
