"""A card kept on its holder's phone: shown where there is no signal, and for nobody else's card."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.browser.kept import OFFLINE, wait_until_kept
from tests.browser.test_cards import PIN, make_card
from tests.site import Site, make_site

PRINTED = "[data-part=offline] .phone-code svg"


@pytest.fixture
def site(live_server: LiveServer) -> Site:
    return make_site(live_server.app, users=("cadre",))


def open_code(holder, code: str) -> Page:
    """Sign in by card and PIN, and show the code to the shop."""
    holder.open("/language/zh-CN?next=/c")
    page = holder.open(f"/c#{code}")
    page.reload()
    page.fill("input[name=pin]", PIN)
    page.locator("main form button[type=submit]").click()
    page.get_by_role("link", name="出示我的码").click()
    expect(page.locator("[data-part=live]")).to_be_visible()
    return page


def keep(page: Page) -> None:
    """Have the phone keep the card, and wait until it does."""
    page.locator("[data-part=keep]").click()
    expect(page.locator("[data-part=kept]")).to_be_visible()
    wait_until_kept(page, "/c/code")


def kept(page: Page) -> list[str]:
    """What this phone keeps of a card: caches, and the worker's addresses."""
    return page.evaluate(
        "Promise.all([caches.keys(), navigator.serviceWorker.getRegistrations()]).then("
        "([names, workers]) => [...names, ...workers.map((each) => each.scope)]"
        ".filter((each) => each.includes('card') || each.endsWith('/c/code')))"
    )


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_kept_card_opens_without_signal_and_after_the_sign_in_has_ended(site, person, size):
    _card, code = make_card(site, "扎西彭措")
    holder = person(size, expected=OFFLINE)
    page = open_code(holder, code)
    holder.shot("card-not-kept")
    keep(page)
    holder.shot("card-kept")
    holder.lose_signal()
    page.goto("about:blank")
    page = holder.open("/c/code")
    expect(page.locator(PRINTED)).to_be_visible()
    expect(page.locator("[data-part=no-signal]")).to_be_visible()
    # It shows no more than the printed card: the name is masked.
    assert "扎西彭措" not in page.content()
    assert "扎**" in page.content()
    holder.shot("card-offline")
    # Back in signal, the sign-in over: the card is still there, and a way to the PIN.
    holder.context.clear_cookies()
    holder.find_signal()
    page = holder.open("/c/code")
    expect(page.locator(PRINTED)).to_be_visible()
    expect(page.locator("[data-part=signed-out]")).to_be_visible()
    holder.shot("card-signed-out")
    page.locator("[data-part=sign-in] a").click()
    page.fill("input[name=pin]", PIN)
    page.locator("main form button[type=submit]").click()
    page.get_by_role("link", name="出示我的码").click()
    expect(page.locator("[data-part=live]")).to_be_visible()


def test_a_kept_card_opens_where_the_signal_fails_on_the_way_to_the_pin(live_server, site, person):
    _card, code = make_card(site, "扎西彭措")
    holder = person(PHONE, expected=OFFLINE)
    keep(open_code(holder, code))
    holder.context.clear_cookies()
    live_server.last_paths.add("/c/code")
    page = holder.open("/c/code")
    expect(page.locator(PRINTED)).to_be_visible()


def test_it_is_an_app_of_its_own(site, person):
    """What Chromium wants before it offers to install."""
    _card, code = make_card(site, "扎西彭措")
    holder = person(PHONE)
    page = open_code(holder, code)
    keep(page)
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert session.send("Page.getAppManifest")["errors"] == []


def test_nothing_is_kept_unasked_nor_once_it_is_forgotten(site, person):
    _card, code = make_card(site, "扎西彭措")
    holder = person(PHONE, expected=OFFLINE)
    page = open_code(holder, code)
    assert kept(page) == []
    keep(page)
    assert kept(page) != []
    page.locator("[data-part=forget]").click()
    expect(page.locator("[data-part=not-kept]")).to_be_visible()
    expect(page.locator("[data-part=keep]")).to_be_visible()
    for _each in range(50):
        if kept(page) == []:
            break
        page.wait_for_timeout(100)
    assert kept(page) == []


def test_another_card_opened_on_the_phone_is_not_kept(site, person):
    _card, code = make_card(site, "扎西彭措")
    _other, neighbour = make_card(site, "次仁央宗", door="2")
    holder = person(PHONE, expected=OFFLINE)
    keep(open_code(holder, code))
    holder.context.clear_cookies()
    page = open_code(holder, neighbour)
    expect(page.locator("[data-part=not-kept]")).to_be_visible()
    for _each in range(50):
        if kept(page) == []:
            break
        page.wait_for_timeout(100)
    assert kept(page) == []
