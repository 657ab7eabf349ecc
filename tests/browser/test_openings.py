"""A paper book taken over in a browser: brought and mended on a phone, checked, put up."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from incentives.extensions import db
from tests.browser.conftest import DESKTOP, PHONE, LiveServer
from tests.openings.books import FUND, POINTS, STOCK, make_people_and_shop, workbook
from tests.site import make_site

BOOK = {
    POINTS: [
        ["1组1号", "扎西彭措", 120],
        ["1组2号", "洛绒卓玛", 35.5],
        ["1组9号", "王建国", 8],
    ],
    FUND: [["现金", 86.5], ["银行账户", 4210]],
    STOCK: [["OI007", None, "食盐", 40, 2.3]],
}


@pytest.fixture
def village(live_server: LiveServer) -> LiveServer:
    make_site(live_server.app, users=("cadre", "reviewer", "supervisor"))
    with live_server.app.app_context():
        make_people_and_shop(served=True)
        db.session.remove()
    return live_server


def test_a_paper_book_is_taken_over(village, person, tmp_path: Path):
    book = tmp_path / "book.xlsx"
    book.write_bytes(workbook(BOOK))
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/openings")
    cadre.shot("openings-desk")
    page.set_input_files("input[name=file]", book)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/desk/openings/" in url)
    expect(page.locator("main")).to_contain_text("有 2 行要改好")
    expect(page.locator("main")).to_contain_text("C3 格：只能写整数")
    cadre.shot("openings-drafted")
    opening = page.url

    page.locator(".card:has-text('要改的') a.row-title").first.click()
    page.fill("input[name=points]", "35")
    page.click("button:has-text('改这一行')")
    page.wait_for_url(opening)
    page.locator(".card:has-text('要改的') a.row-title").first.click()
    expect(page.get_by_text("王建国").first).to_be_visible()
    cadre.shot("openings-line")
    page.check("input[name=household_id]")
    page.click("button:has-text('改这一行')")
    page.wait_for_url(opening)
    page.click("button:has-text('送去核对')")
    expect(page.locator("main")).to_contain_text("等人核对")

    for username, size in (("reviewer", DESKTOP), ("supervisor", PHONE)):
        checker = person(size)
        checker.sign_in(username)
        screen = checker.open("/review/openings")
        checker.shot(f"openings-review-{username}")
        with screen.expect_navigation():  # to its end: the sheet opens by the page's own script
            screen.click("main a.row-title")
        screen.click("summary:has-text('和纸质账本一致')")
        checker.shot(f"openings-check-{username}")
        screen.click("button:has-text('是的，一致')")
        expect(screen.locator("body")).to_contain_text("已记下您的核对")

    cadre.open(opening.removeprefix(cadre.address))
    page.click("summary:has-text('接转入账')")
    page.click("button:has-text('是的，入账')")
    expect(page.locator("body")).to_contain_text("已接转入账")
    cadre.shot("openings-posted")
    page.click("main a:has-text('公示')")
    expect(page.locator("main")).to_contain_text("扎**")
    expect(page.locator("main")).not_to_contain_text("扎西彭措")
    cadre.shot("openings-notice")
    wide = person(DESKTOP)
    wide.sign_in("cadre")
    wide.open(opening.removeprefix(cadre.address))
    wide.shot("openings-posted")
    wide.open(page.url.removeprefix(cadre.address) + "/print")
    wide.shot("openings-sheet")
