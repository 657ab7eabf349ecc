"""A shop in a browser, with a household that comes to it, and what its tests do at it."""

from contextlib import contextmanager

from playwright.sync_api import expect
from sqlalchemy import select, update

from incentives.access.actor import Role
from incentives.access.models import User
from incentives.cards.operations import issue_card
from incentives.clock import now
from incentives.extensions import db
from incentives.shop.models import Good, Redemption, StockOwner
from tests.browser import barcodes
from tests.browser.conftest import LiveServer
from tests.factories import VILLAGE, act, make_household, staff
from tests.shop.scenes import PIN, give_points, make_counter
from tests.site import PASSWORD, Site, make_site

EAN = barcodes.with_check("690123456789")
UPC = barcodes.with_check("01234567890")


class Till:
    """A shop with goods that have barcodes, and a household with 20 points and a card."""

    def __init__(self, server: LiveServer, points: int = 20, **policy: object) -> None:
        self.server = server
        site: Site = make_site(server.app, users=("shopkeeper", "cadre"), **policy)
        self.counter = make_counter(site, StockOwner.SHOPKEEPER)
        with server.app.app_context():
            household = make_household(VILLAGE, "扎西彭措", door="1")
            self.head = household.head_id
            give_points(household.account_code, points)
            card = {"village": VILLAGE, "household_id": household.id, "pin": PIN}
            self.number = act(lambda: issue_card(**card, actor=staff(Role.CADRE), now=now()).number)
            for sku, code in (("soap", EAN), ("oil", UPC)):
                change = update(Good).where(Good.sku == sku).values(barcode=code)
                act(lambda change=change: db.session.execute(change) and None)
            db.session.remove()

    def is_the_shopkeeper_s_own(self) -> None:
        """The household is the shopkeeper's."""
        kept = update(User).where(User.username == "shopkeeper").values(resident_id=self.head)
        with self.server.app.app_context():
            act(lambda: db.session.execute(kept) and None)
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


def register(shopkeeper) -> None:
    """Register the phone at hand."""
    page = shopkeeper.open("/shop/terminals")
    page.locator("#phone-name").fill("柜台手机")
    page.locator("[data-part=form] .button-main").click()
    expect(page.locator("[data-part=mine-name]")).to_have_text("柜台手机")
