"""Fifty people for one act, counted in clicks and keys; drafts that outlast signal and browser."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import xlsxwriter
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import update

from incentives.access.actor import Role
from incentives.awards.models import Award
from incentives.awards.operations import Act, BatchLine, propose_batch
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.register.models import Division, Household, Level, Resident
from tests.awards.scenes import adopt_rules
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.factories import VILLAGE, act, make_household, staff
from tests.site import make_site

# The keystroke-level model (Card, Moran and Newell, 1980): a click with its way there 1.3 s, a key
# 0.28 s, and 1.35 s of thought before each. In thirty seconds that is eleven clicks at the most.
CLICK, KEY, THOUGHT, SECONDS = 1.3, 0.28, 1.35, 30
PEOPLE = 50
KEYS_OF_HANZI = 3  # its pinyin and the choice
RULE = "参加村平安巡防一次"


@dataclass
class Hand:
    """A hand at mouse and keyboard; it counts what it does."""

    page: Page
    clicks: int = 0
    keys: int = 0
    done: list[str] = field(default_factory=list)

    def click(self, selector: str, text: str | None = None) -> None:
        self.clicks += 1
        self.page.locator(selector, has_text=text).first.click()

    def press(self, keys: str) -> None:
        self.keys += len(keys.split("+"))
        self.page.keyboard.press(keys)

    def type(self, text: str) -> None:
        self.keys += sum(KEYS_OF_HANZI if ord(each) > 0x2E80 else 1 for each in text)
        self.page.keyboard.type(text)

    @property
    def seconds(self) -> float:
        """What a person takes, with a thought before every click and none between keys."""
        return self.clicks * (CLICK + THOUGHT) + self.keys * KEY


@pytest.fixture
def village(live_server: LiveServer) -> LiveServer:
    """Twenty-six doors with two people each, two of one name; all but the last are a grid."""
    make_site(live_server.app, users=("cadre",), publicity_days=5)
    with live_server.app.app_context():
        adopt_rules()
        for door in range(1, 26):
            make_household(VILLAGE, *names_behind(door), door=f"1组{door}号")
        act(make_grid)
        make_household(VILLAGE, "扎西01", "白玛央金", door="2组1号")
        db.session.remove()
    return live_server


def make_grid() -> None:
    """A grid of all households so far."""
    grid = f"{VILLAGE}001"
    db.session.add(Division(code=grid, name_zh="一网格", level=Level.GRID, parent=VILLAGE))
    db.session.flush()
    db.session.execute(update(Household).values(grid=grid))


def names_behind(door: int) -> tuple[str, str]:
    """Who lives behind a door."""
    return f"扎西{door:02}", f"卓玛{door:02}"


def choose_rule(hand: Hand) -> None:
    """The rule, by opening the list and typing what it begins with."""
    value = hand.page.locator("#field-rule_item option", has_text=RULE).first.get_attribute("value")
    hand.clicks += 2
    hand.page.select_option("#field-rule_item", value=value)


def copy_column(person: Person, rows: list[str]) -> None:
    """A column copied in Excel."""
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.page.evaluate("text => navigator.clipboard.writeText(text)", "\r\n".join(rows))


def kept(village: LiveServer) -> int:
    """How many awards the village has."""
    with village.app.app_context():
        count = db.session.query(Award).count()
        db.session.remove()
    return count


def arrived(page: Page) -> None:
    page.wait_for_url(lambda url: "/desk/awards#sent=" in url)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_fifty_people_pasted_from_a_column(village, person, size):
    cadre = person(size)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    copy_column(
        cadre, [f"{name}\t1组{door}号" for door in range(1, 26) for name in names_behind(door)]
    )
    hand = Hand(page)
    choose_rule(hand)
    hand.click("summary", "粘贴或上传名单")
    expect(page.locator("#field-names")).to_be_focused()
    hand.press("Control+V")
    expect(page.locator(".band-done")).to_contain_text("50")
    expect(page.locator(".sum-text")).to_contain_text("50 人")
    cadre.shot("batch-pasted")
    hand.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == PEOPLE
    assert (hand.clicks, hand.keys) == (4, 2)
    assert hand.seconds < SECONDS


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_fifty_people_searched_by_pinyin(village, person, size):
    """Two names narrow to 51 people; Enter ticks one after the other, ↓ passes by one of them."""
    cadre = person(size)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    hand = Hand(page)
    choose_rule(hand)
    hand.click("[data-filter] input")
    said = page.locator(".filter-none")
    # 扎西01 of door 1组1号 wasn't there; the other one of that name was.
    hand.type("zx")
    hand.press("ArrowDown")
    expect(said).to_have_text("按回车勾扎西02。按 ↓ 跳过。")
    hand.press("Enter")
    expect(said).to_have_text("勾上了：扎西02。按回车勾扎西03。按 ↓ 跳过。")
    expect(page.locator(".tile-next")).to_contain_text("1组3号")
    for _each in range(24):
        hand.press("Enter")
    expect(page.locator(".sum-text")).to_contain_text("25 人")
    cadre.shot("batch-searched")
    hand.type("zm")
    for _each in range(25):
        hand.press("Enter")
    expect(said).to_have_text("勾上了：卓玛25。")
    expect(page.locator("[data-filter] input")).to_be_focused()
    expect(page.locator(".sum-text")).to_contain_text("50 人")
    hand.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == PEOPLE
    assert (hand.clicks, hand.keys) == (4, 55)
    assert hand.seconds < SECONDS


def test_fifty_people_by_their_doors(village, person):
    """A group's doors, typed in Chinese, and all that are shown."""
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    hand = Hand(page)
    choose_rule(hand)
    hand.click("[data-filter] input")
    hand.type("1组")
    hand.click(".quick-pick", "下面显示的全部")
    expect(page.locator(".sum-text")).to_contain_text("50 人")
    hand.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == PEOPLE
    assert (hand.clicks, hand.keys) == (5, 4)
    assert hand.seconds < SECONDS


def test_fifty_people_of_a_grid(village, person):
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    hand = Hand(page)
    choose_rule(hand)
    hand.click(".quick-pick", "一网格")
    expect(page.locator(".sum-text")).to_contain_text("50 人")
    hand.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == PEOPLE
    assert (hand.clicks, hand.keys) == (4, 0)
    assert hand.seconds < SECONDS


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_fifty_people_of_an_uploaded_sheet(village, person, tmp_path: Path, size):
    cadre = person(size)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    book = tmp_path / "list.xlsx"
    rows = [(name, f"1组{door}号") for door in range(1, 26) for name in names_behind(door)]
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        for place, row in enumerate([("姓名", "门牌"), *rows]):
            sheet.write_row(place, 0, row)
    hand = Hand(page)
    choose_rule(hand)
    hand.click("summary", "粘贴或上传名单")
    with page.expect_file_chooser() as chooser:
        hand.click("input[name=sheet]")
    hand.clicks += 2  # the file in the system's window, and its button
    chooser.value.set_files(book)
    expect(page.locator(".band-done")).to_contain_text("50")
    expect(page.locator(".sum-text")).to_contain_text("50 人")
    hand.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == PEOPLE
    assert (hand.clicks, hand.keys) == (7, 0)
    assert hand.seconds < SECONDS


def test_a_name_typed_and_enter_says_who_was_ticked(village, person):
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    search = page.locator("[data-filter] input")
    search.fill("卓玛17")
    search.press("Enter")
    expect(page.locator(".filter-none")).to_have_text("勾上了：卓玛17。")
    expect(page.locator(".sum-text")).to_contain_text("1 人")
    cadre.shot("batch-typed")
    search.fill("没有")
    expect(page.locator(".filter-none")).not_to_contain_text("勾上了")


def test_fifty_people_of_last_time(village, person):
    with village.app.app_context():
        fifty = [
            each.id
            for each in db.session.query(Resident)
            .join(Household, Household.id == Resident.household_id)
            .filter(Household.door.like("1组%"))
        ]
        by = staff(Role.CADRE)
        act(
            lambda: propose_batch(
                village=VILLAGE,
                act=Act("CL01", village_day(now())),
                lines=[BatchLine(each) for each in fifty],
                actor=by,
                now=now(),
            )
        )
        db.session.remove()
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    hand = Hand(page)
    choose_rule(hand)
    # The batch before was another cadre's: one's own comes once there is one.
    hand.click(".quick-pick", "下面显示的全部")
    expect(page.locator(".sum-text")).to_contain_text("52 人")
    for name in ("白玛央金", "2组1号"):
        hand.click(".tile", name)
    hand.click(".sum-bar .button-main")
    arrived(page)
    page = cadre.open("/desk/awards/new")
    again = Hand(page)
    choose_rule(again)
    again.click(".quick-pick", "上次的 50 人")
    expect(page.locator(".sum-text")).to_contain_text("50 人")
    cadre.shot("batch-last")
    again.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == 3 * PEOPLE
    assert (hand.clicks, again.clicks, again.keys) == (6, 4, 0)
    assert max(hand.seconds, again.seconds) < SECONDS


def test_bad_lines_are_mended_in_place(village, person, tmp_path: Path):
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    rows = ["扎西01", "扎西02", "扎西33", "没有这人", "卓玛05"]
    book = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        sheet.write_column(0, 0, ["姓名", *rows])
    choose_rule(Hand(page))
    page.click("summary:has-text('粘贴或上传名单')")
    page.set_input_files("input[name=sheet]", book)
    lines = page.locator(".bad-line")
    expect(lines).to_have_count(3)
    expect(page.locator(".sum-text")).to_contain_text("2 人")
    cadre.shot("batch-mend")
    # Sent as it is, nothing is kept and the lines are still there.
    page.click(".sum-bar .button-main")
    expect(lines).to_have_count(3)
    assert kept(village) == 0
    lines.nth(0).locator(".tile", has_text="2组1号").click()
    lines.nth(1).locator("input[type=text]").fill("扎西03")
    lines.nth(2).get_by_text("不算这一行").click()
    page.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == 4


def paste_and_mend_two(cadre, names: str, *, bad: int) -> tuple[Page, Locator]:
    """Paste a list of so many bad lines; the first's person is picked, the second is left out."""
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    choose_rule(Hand(page))
    page.click("summary:has-text('粘贴或上传名单')")
    page.fill("textarea[name=names]", names)
    page.click("button:has-text('查这些名字')")
    lines = page.locator(".bad-line")
    expect(lines).to_have_count(bad)
    lines.nth(0).locator(".tile", has_text="2组1号").click()
    lines.nth(1).get_by_text("不算这一行").click()
    return page, lines


def test_mended_lines_that_are_looked_up_again_stay_mended(village, person):
    """The draft of before doesn't come back over what the service answered."""
    cadre = person(PHONE)
    page, lines = paste_and_mend_two(cadre, "扎西02\n扎西01\n没有这人", bad=2)
    page.click("button:has-text('再查一遍')")
    expect(lines).to_have_count(0)
    expect(page.locator(".sum-text")).to_contain_text("2 人")
    expect(page.locator("textarea[name=names]")).to_have_value("")
    page.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == 2


def test_lines_that_were_mended_outlast_a_reload_and_a_closed_page(village, person):
    """What was picked or typed for a line and not looked up yet is there again, or ticked."""
    cadre = person(PHONE)
    page, lines = paste_and_mend_two(cadre, "扎西01\n没有这人\n也没有这人", bad=3)
    lines.nth(2).locator("input[type=text]").fill("扎西03")
    page.reload()
    expect(lines.nth(0).locator(".tile", has_text="2组1号").locator("input")).to_be_checked()
    expect(lines.nth(1).locator("input[type=checkbox]")).to_be_checked()
    expect(lines.nth(2).locator("input[type=text]")).to_have_value("扎西03")
    page = cadre.open("/desk/awards/new")
    expect(page.locator("textarea[name=names]")).to_have_value("扎西03")
    expect(page.locator(".sum-text")).to_contain_text("1 人")
    page.click("button:has-text('查这些名字')")
    expect(page.locator(".sum-text")).to_contain_text("2 人")
    page.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == 2


def test_a_cap_that_would_be_passed_is_shown_before_sending(village, person):
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    choose_rule(Hand(page))
    tile = page.locator(".tile", has_text="卓玛02")
    expect(tile).to_contain_text("0/40")
    tile.click()
    expect(page.locator("[data-over-cap]")).to_be_hidden()
    page.fill("#field-quantity", "9")
    expect(page.locator("[data-over-cap]")).to_contain_text("卓玛02")
    cadre.shot("batch-over")
    page.click("[data-over-cap] button")
    expect(tile.locator("input")).not_to_be_checked()
    expect(page.locator("[data-over-cap]")).to_be_hidden()


def test_people_of_a_household_share_what_its_cap_leaves(village, person):
    """Who comes last is named, with what the others leave."""
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    option = page.locator("#field-rule_item option", has_text="垃圾分类").first
    page.select_option("#field-rule_item", value=option.get_attribute("value"))
    for name in ("扎西02", "卓玛02"):
        page.locator(".tile", has_text=name).click()
    page.fill("#field-quantity", "7")  # five points each time, sixty a year
    expect(page.locator("[data-over-cap]")).to_contain_text("卓玛02（还剩 25）")


def test_a_draft_outlasts_signal_and_browser(village, person):
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/new")
    choose_rule(Hand(page))
    page.locator(".tile", has_text="卓玛02").click()
    page.locator(".tile", has_text="卓玛03").click()
    cadre.context.set_offline(True)
    page.click(".sum-bar .button-main")
    expect(page.locator("[data-held-back]")).to_be_visible()
    cadre.shot("batch-offline")
    cadre.context.set_offline(False)
    # The browser is closed, which ends the sign-in too; the draft waits for the same user.
    page.close()
    cadre.page = page = cadre.context.new_page()
    cadre.context.clear_cookies()
    cadre.sign_in("cadre")
    cadre.open("/desk/awards/new")
    expect(page.locator(".sum-text")).to_contain_text("2 人")
    # The answer is lost on its way: sent again, it counts once.
    page.route("**/desk/awards/new", lose)
    with page.expect_event("requestfailed"):
        page.click(".sum-bar .button-main")
    page.unroute_all()
    assert kept(village) == 2
    cadre.open("/desk")
    cadre.open("/desk/awards/new")
    expect(page.locator(".sum-text")).to_contain_text("2 人")
    page.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == 2
    cadre.open("/desk/awards/new")
    expect(page.locator(".sum-text")).not_to_contain_text("2 人")
    # Signing out takes what was typed along.
    page.locator(".tile", has_text="卓玛02").click()
    page.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    page.wait_for_url(lambda url: "/desk" not in url)
    assert page.evaluate("Object.keys(localStorage).length") == 0


def lose(route: Route) -> None:
    """Let a request through and lose its answer."""
    if route.request.method != "POST":
        route.continue_()
        return
    route.fetch(max_redirects=0)
    route.abort()


def test_a_sign_up_sheet_is_printed_and_keyed_in(village, person, tmp_path: Path):
    cadre = person(DESKTOP)
    cadre.sign_in("cadre")
    page = cadre.open("/desk/awards/sign-up")
    choose_rule(Hand(page))
    page.click("main form button[type=submit]")
    expect(page.locator(".sign-up tbody tr")).to_have_count(26)
    cadre.shot("batch-sheet")
    address = read_address(page, tmp_path)
    phone = person(PHONE)
    phone.sign_in("cadre")
    page = phone.open(address)
    expect(page.locator(".tile").first).to_contain_text("1 · 扎西01")
    hand = Hand(page)
    hand.click(".quick-pick", "单子上的全部")
    for number in ("17", "52"):
        hand.click("[data-filter] input")
        hand.press("Control+A")
        hand.type(number)
        hand.click(f".tile:not([hidden]):has-text('{number} · ')")
    expect(page.locator(".sum-text")).to_contain_text("50 人")
    phone.shot("batch-keyed")
    hand.click(".sum-bar .button-main")
    arrived(page)
    assert kept(village) == PEOPLE
    assert (hand.clicks, hand.keys) == (6, 8)
    assert hand.seconds < SECONDS


def read_address(page: Page, folder: Path) -> str:
    """Where the printed QR leads, read by a decoder that isn't ours."""
    picture = folder / "qr.png"
    page.locator(".sheet-qr svg").screenshot(path=picture)
    (found,) = zxingcpp.read_barcodes(Image.open(picture), formats=zxingcpp.BarcodeFormat.QRCode)
    return "/" + str(found.text).split("/", 3)[3]
