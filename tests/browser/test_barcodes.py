"""Goods by their barcodes: typed, by a reader with keys, before the camera."""

import random

import pytest
from playwright.sync_api import expect

from tests.browser import barcodes
from tests.browser.conftest import PHONE, LiveServer
from tests.browser.till import EAN, UPC, Till


@pytest.fixture
def till(live_server: LiveServer) -> Till:
    return Till(live_server)


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
    # What was chosen stays in sight, whatever is looked for after it.
    expect(page.locator("[data-part=hand-over]")).to_be_visible()


def test_a_good_of_which_no_more_is_there_is_said_to_be_sold_out(till, person):
    till.counter.move("return", soap=19)
    shopkeeper = person(PHONE)
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    till.look_up(page)
    for said in ("", "香皂 · 卖完了"):
        page.locator("[data-part=search]").fill(EAN)
        page.locator("[data-part=search]").press("Enter")
        expect(page.locator("[data-part=sum]")).to_have_text("10")
        expect(page.locator("[data-part=band-text]")).to_have_text(said)


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
    expect(page.locator("[data-part=sum]")).not_to_have_text("0")
    shopkeeper.shot("goods-camera")
    page.wait_for_timeout(2500)  # held there, it is one piece all the same
    expect(page.locator("[data-part=chosen]")).to_have_text("香皂 ×1")


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
