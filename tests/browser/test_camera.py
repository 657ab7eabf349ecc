"""The counter's camera: a card held before it, by a picture that Chromium plays as its camera."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from incentives import ledger
from incentives.access.actor import Role
from incentives.cards.operations import issue_card
from incentives.cards.qr import qr_png
from incentives.cards.queries import url_of
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.extensions import db
from tests.browser.conftest import PHONE, LiveServer
from tests.browser.test_walk import open_a_shop
from tests.factories import VILLAGE, act, make_household, staff
from tests.site import make_site

FRAMES = 10


def film(content: bytes, path: Path) -> None:
    """A film of one picture, held a little askew, as Chromium's fake camera plays it (MJPEG)."""
    code = Image.open(io.BytesIO(content)).convert("RGB").resize((420, 420))
    frame = Image.new("RGB", (640, 480), (205, 200, 190))
    frame.paste(code.rotate(4, expand=True, fillcolor=(205, 200, 190)), (95, 10))
    buffer = io.BytesIO()
    frame.save(buffer, "JPEG", quality=92)
    path.write_bytes(buffer.getvalue() * FRAMES)


@pytest.fixture
def card_film(live_server: LiveServer, tmp_path: Path) -> Path:
    """The film of a household's card."""
    make_site(live_server.app, users=("shopkeeper",))
    with live_server.app.app_context():
        household = make_household(VILLAGE, "扎西彭措", door="1")
        open_a_shop()

        def work() -> str:
            card = issue_card(
                village=VILLAGE,
                household_id=household.id,
                actor=staff(Role.CADRE),
                now=now(),
            )
            return url_of(card)

        url = act(work)
        db.session.remove()
    path = tmp_path / "card.mjpeg"
    film(qr_png(url), path)
    return path


def test_a_card_held_before_the_camera_is_known(card_film, person):
    shopkeeper = person(
        PHONE,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={card_film}",
    )
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    page.locator("[data-part=open-camera]").click()
    expect(page.locator("[data-part=holder]")).to_have_text("扎**")
    expect(page.locator("[data-part=spendable]")).to_have_text("0")
    shopkeeper.shot("camera")


def test_without_signal_a_sale_counts_once(live_server, person):
    """The answer gets lost: the page says so, and sending again makes no second sale."""
    make_site(live_server.app, users=("shopkeeper",), publicity_days=0)
    with live_server.app.app_context():
        household = make_household(VILLAGE, "扎西彭措", door="1")
        open_a_shop()
        number = act(
            lambda: (
                issue_card(
                    village=VILLAGE, household_id=household.id, actor=staff(Role.CADRE), now=now()
                ).number
            )
        )
        act(lambda: give(household.account_code))
        db.session.remove()
    shopkeeper = person(PHONE, expected=("ERR_", "Failed to load"))
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    page.locator("[data-part=number]").fill(number)
    page.locator("[data-part=number-form] button[type=submit]").click()
    page.locator("[data-good]", has_text="食盐").click()
    answers = []

    def lose(route):
        answers.append(route.fetch().status)
        route.abort()

    page.route("**/redemptions", lose)
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=band]")).to_be_visible()
    shopkeeper.shot("no-signal")
    page.unroute("**/redemptions")
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("17")
    assert answers == [201]
    receipts = shopkeeper.open("/receipts")
    expect(receipts.locator(".row")).to_have_count(1)


def give(household: str) -> None:
    """Twenty points."""
    ledger.hold([VILLAGE])
    award = ledger.Draft(
        village=VILLAGE,
        kind=ledger.Kind.AWARD,
        occurred_on=village_day(now()),
        record=new_id(),
        legs=[ledger.give("issuance", household, 20)],
    )
    ledger.post([award], actor=None, now=now())
