"""Cards in a browser: sheets with their progress, a phone's code before the camera, a vouch."""

import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from incentives.access.actor import Role
from incentives.cards import layout
from incentives.cards.operations import issue_card, printing
from incentives.cards.queries import code_of
from incentives.clock import now
from incentives.extensions import db
from incentives.upkeep.jobs import lay_out_sheets
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.browser.kept import OFFLINE
from tests.browser.test_camera import film
from tests.browser.test_walk import open_a_shop
from tests.factories import VILLAGE, act, make_household, staff
from tests.site import Site, make_site

PIN = "402857"
VOUCHES = f"/villages/{VILLAGE}/vouches"


@pytest.fixture
def site(live_server: LiveServer) -> Site:
    """A village with a shop, its cadre, shopkeeper and supervisor."""
    made = make_site(live_server.app, users=("cadre", "shopkeeper", "supervisor"))
    with live_server.app.app_context():
        open_a_shop()
        db.session.remove()
    return made


def make_card(site: Site, *names: str, door: str = "1") -> tuple[str, str]:
    """A household's card with a PIN: its id and code."""
    with site.app.app_context():
        household = make_household(VILLAGE, *names, door=door).id

        def work() -> tuple[str, str]:
            card = issue_card(
                village=VILLAGE,
                household_id=household,
                pin=PIN,
                actor=staff(Role.CADRE),
                now=now(),
            )
            return str(card.id), code_of(card)

        made = act(work)
        db.session.remove()
    return made


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Lets the worker lay out one sheet each time it is released, so that progress is seen."""
    gate = threading.Semaphore(0)
    lay_out = layout.lay_out

    def wait(*arguments):
        gate.acquire()
        return lay_out(*arguments)

    monkeypatch.setattr(layout, "lay_out", wait)
    monkeypatch.setattr(printing, "PAGES_A_PART", 1)
    return gate


@pytest.fixture
def worker(site: Site, held: threading.Semaphore) -> Iterator[None]:
    """The worker's loop beside the server, as `flask start` runs it."""
    stop = threading.Event()

    def run() -> None:
        with site.app.app_context():
            lay_out_sheets(stop, lambda: True, until=float("inf"))

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stop.set()
    held.release(10)
    thread.join()


def test_cards_are_made_and_printed_with_progress(site, worker, held, person):
    with site.app.app_context():
        for number in range(1, 13):
            make_household(
                VILLAGE, f"扎西{'一二三四五六七八九十甲乙'[number - 1]}", door=f"{number}号"
            )
        db.session.remove()
    cadre = person(DESKTOP)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/cards")
    cadre.shot("cards")
    page.get_by_role("button", name="制卡").click()
    expect(page.locator(".headline-figure").nth(0)).to_contain_text("12")
    page.get_by_role("button", name="排版打印").click()
    expect(page.locator("progress")).to_have_attribute("value", "0")
    held.release()
    expect(page.locator("progress")).to_have_attribute("value", "10", timeout=60_000)
    cadre.shot("sheets-progress")
    held.release()
    ready = page.get_by_role("link", name="打开排好的卡（PDF）")
    expect(ready).to_be_visible(timeout=60_000)
    cadre.shot("sheets-ready")
    with page.expect_download() as download:
        ready.click()
    content = Path(download.value.path()).read_bytes()
    assert len(PdfReader(BytesIO(content)).pages) == 2


def test_a_phone_s_code_is_read_by_the_counter_s_camera(site, person, tmp_path):
    _card, code = make_card(site, "扎西彭措")
    path = tmp_path / "phone.mjpeg"
    shopkeeper = person(
        PHONE,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    )
    shopkeeper.sign_in("shopkeeper")
    counter = shopkeeper.open("/shop")
    holder = person(PHONE, expected=OFFLINE)
    phone = holder.open(f"/c#{code}")
    phone.fill("input[name=pin]", PIN)
    phone.locator("main form button[type=submit]").click()
    phone.get_by_role("link", name="出示我的码").click()
    picture = phone.locator("[data-part=picture]")
    expect(picture).to_be_visible()
    holder.shot("phone-code")
    film(picture.screenshot(), path)
    # Put away: the code of this moment stays the newest.
    phone.goto("about:blank")
    counter.locator("[data-part=open-camera]").click()
    expect(counter.locator("[data-part=holder]")).to_have_text("扎**")
    with site.app.app_context():
        used = db.session.execute(
            db.text("SELECT count(*) FROM phone_code WHERE used_at IS NOT NULL")
        )
        assert used.scalar_one() == 1
        db.session.remove()
    # Without signal the phone shows the card's own code.
    phone = holder.open("/c/code")
    expect(phone.locator("[data-part=live]")).to_be_visible()
    holder.lose_signal()
    expect(phone.locator("[data-part=offline] svg")).to_be_visible()
    holder.shot("phone-code-offline")
    holder.find_signal()
    expect(phone.locator("[data-part=live]")).to_be_visible()
    for language in ("bo", "en"):
        holder.open(f"/language/{language}?next=/c/code")
        expect(phone.locator("[data-part=live]")).to_be_visible()
        holder.shot(f"phone-code-{language}")


def test_a_cadre_vouches_from_a_phone_of_their_own(site, person):
    card, _code = make_card(site, "扎西彭措")
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/vouches")
    expect(page.get_by_text("没有柜台在等您")).to_be_visible()
    scan = site.call("shopkeeper", "POST", "/cards/scan", {"card_id": card}).json["scan_id"]
    vouch = site.call("shopkeeper", "POST", VOUCHES, {"scan_id": scan, "points": 3}).json
    # The page finds it by itself.
    expect(page.get_by_role("heading", name="是扎西彭措本人吗？")).to_be_visible()
    cadre.shot("vouch")
    page.get_by_role("button", name="是，我认识，可以兑换").click()
    expect(page.get_by_text("柜台已经知道了")).to_be_visible()
    told = site.call("shopkeeper", "GET", f"{VOUCHES}/{vouch['id']}").json
    assert told["status"] == "confirmed"


def test_supervisors_are_told_of_a_stopped_counter(site, person):
    for _ in range(20):
        site.call("shopkeeper", "POST", "/cards/scan", {"number": "123456789012"})
    supervisor = person(PHONE)
    supervisor.sign_in("supervisor")
    page = supervisor.open("/supervise")
    page.get_by_role("link", name="看是哪里").click()
    expect(page.get_by_text("shopkeeper 某")).to_be_visible()
    supervisor.shot("alarms")
