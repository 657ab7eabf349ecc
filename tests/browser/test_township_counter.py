"""A township's counter takes the cards of two villages, each by its own village's rules."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from incentives.access.actor import SYSTEM
from incentives.access.models import User
from incentives.cards.models import Card
from incentives.clock import now
from incentives.extensions import db
from incentives.register.operations import set_policy
from tests.browser.conftest import PHONE, LiveServer
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_household, make_village
from tests.shop.settling import Trade

NAMES = {VILLAGE: "下坝村", OTHER_VILLAGE: "黑达村"}
ELSEWHERE = "513336101206"
CASH = {VILLAGE: "10.00", OTHER_VILLAGE: "5.00"}  # for 10 points


@pytest.fixture
def counter(live_server: LiveServer) -> tuple[str, dict[str, str]]:
    """The keeper's account, and numbers of cards: of two villages with 40 points, and elsewhere."""
    with live_server.app.app_context():
        trade = Trade(None, division=TOWNSHIP, serves=(VILLAGE, OTHER_VILLAGE))
        worth = {"village": OTHER_VILLAGE, "values": {"fen_per_point": 50}}
        act(lambda: set_policy(**worth, effective_on=None, resolution="1", actor=SYSTEM, now=now()))
        for village in NAMES:
            trade.sell(village, oil=24)
        make_village(ELSEWHERE)
        home = make_household(ELSEWHERE)
        act(lambda: trade.issue(home))
        cards = {card.village: card.number for card in db.session.scalars(select(Card))}
        keeper = db.session.get_one(User, trade.keeper.user_id).username
        db.session.remove()
    return keeper, cards


def test_a_card_goes_by_the_rules_of_its_own_village(counter, person):
    """What is missing in cash, the receipt's village, and the way to the receipt."""
    keeper, cards = counter
    shopkeeper = person(PHONE)
    shopkeeper.sign_in(keeper)
    for village, name in NAMES.items():
        page = shopkeeper.open("/shop")
        page.locator("[data-part=number]").fill(cards[village])
        page.locator("[data-part=number-form] button[type=submit]").click()
        expect(page.locator("[data-part=card-village]")).to_have_text(name)
        page.locator("[data-good]", has_text="菜油").click()
        page.locator("[data-good]", has_text="香皂").click()
        expect(page.locator("[data-part=after-label]")).to_have_text("还差")
        expect(page.locator("[data-part=after]")).to_have_text("10")
        # One sees at once that the rest can be paid in cash.
        expect(page.locator("[data-part=cash]")).to_be_in_viewport()
        page.locator("[data-part=cash]").check()
        expect(page.locator("[data-part=cash-amount]")).to_have_text(CASH[village])
        page.locator("[data-part=hand-over]").click()
        expect(page.locator("[data-part=receipt-village]")).to_have_text(name)
        expect(page.locator("[data-part=receipt-cash-amount]")).to_have_text(CASH[village])
        shopkeeper.shot(f"township-{village}")
        page.locator("[data-part=receipt-link]").click()
        expect(page.locator("main .receipt")).to_contain_text(name)


def test_a_card_that_the_shop_doesn_t_serve_is_said_to_be_one(counter, person):
    keeper, cards = counter
    shopkeeper = person(PHONE)
    shopkeeper.sign_in(keeper)
    page = shopkeeper.open("/shop")
    page.locator("[data-part=number]").fill(cards[ELSEWHERE])
    page.locator("[data-part=number-form] button[type=submit]").click()
    expect(page.locator("[data-part=band-text]")).to_contain_text("不服务的村")
    expect(page.locator("[data-part=basket]")).to_be_hidden()


def test_who_forgot_the_card_is_looked_for_in_their_own_village(counter, person):
    keeper, cards = counter
    shopkeeper = person(PHONE)
    shopkeeper.sign_in(keeper)
    page = shopkeeper.open("/shop")
    page.locator("summary", has_text="忘带卡").click()
    page.locator("[data-part=name-village]").select_option(label=NAMES[OTHER_VILLAGE])
    page.locator("[data-part=name]").fill("扎西")
    page.locator("[data-part=name-form] button[type=submit]").click()
    expect(page.locator("[data-part=found] button")).to_have_text(["扎** · 1"])
    page.locator("[data-part=found] button").click()
    expect(page.locator("[data-part=card-village]")).to_have_text(NAMES[OTHER_VILLAGE])
    in_fours = " ".join(cards[OTHER_VILLAGE][at : at + 4] for at in (0, 4, 8))
    expect(page.locator("[data-part=card-number]")).to_have_text(in_fours)
    shopkeeper.shot("township-forgotten")
