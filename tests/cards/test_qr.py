"""The printed QR: read by a real decoder, from PNG and from the SVG as a browser draws it."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import sync_playwright

from incentives.cards.qr import LARGEST, card_url, matrix, qr_png, qr_svg

CODE = "P1" + "AEAU54D464AHPBJX" * 9 + "ABCD"
ADDRESSES = ["http://127.0.0.1:8000", "https://jishan.example", "https://" + "a" * 35]


def read(png):
    return zxingcpp.read_barcodes(
        Image.open(BytesIO(png)).convert("L"), formats=zxingcpp.BarcodeFormat.QRCode
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_png_is_read(address):
    url = card_url(address, CODE)
    found = read(qr_png(url))
    assert [each.text for each in found] == [url]
    assert found[0].ec_level == "Q"


@pytest.mark.parametrize(
    ("length", "side", "level"),
    [(21, 53, "Q"), (43, 57, "Q"), (44, 49, "M"), (87, 57, "M")],
)
def test_sizes(length, side, level):
    url = card_url("https://" + "a" * (length - 8), CODE)
    assert len(matrix(url)) == side <= LARGEST
    assert [(each.text, each.ec_level) for each in read(qr_png(url))] == [(url, level)]


def test_code_is_150_letters_and_address_ends_at_the_hash():
    assert len(CODE) == 150
    assert card_url("https://jishan.example/", CODE) == f"https://jishan.example/c#{CODE}"


def test_svg_is_one_path():
    svg = qr_svg(card_url(ADDRESSES[0], CODE))
    assert svg.count("<path") == 1
    assert 'viewBox="0 0 61 61"' in svg


def test_svg_is_read_as_printed_at_35_mm():
    url = card_url(ADDRESSES[0], CODE)
    # 35 mm at 200 dots an inch, which is less than any printer does.
    page_of = f'<body style="margin:40px"><div style="width:276px">{qr_svg(url)}</div>'
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        page = browser.new_page(viewport={"width": 400, "height": 400})
        page.set_content(page_of)
        picture = page.screenshot()
        browser.close()
    assert [each.text for each in read(picture)] == [url]
