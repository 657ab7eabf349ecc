"""From a patrol to a bag of salt, in a browser, on a phone's and on a desktop's screen."""

from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from incentives.access.actor import SYSTEM, Role
from incentives.awards.operations import Adoption, adopt_rulebook, draft_rulebook
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.shop.models import StockOwner, StockSource
from incentives.shop.operations import StockLine, add_good, open_shop, receive_stock
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.factories import VILLAGE, act, make_household, staff
from tests.site import make_site

PIN = "402857"
NEIGHBOURS = (
    ("洛绒卓玛", "格绒多吉"),
    ("次仁拉姆", "丹增罗布"),
    ("王建国", "王秀英"),
    ("白玛央金", "尼玛彭措"),
)


@pytest.fixture
def village(live_server: LiveServer) -> LiveServer:
    """A village with rules, neighbours and a shop; publicity takes no days there."""
    make_site(live_server.app, publicity_days=0)
    with live_server.app.app_context():
        adopt_rules(village_day(now()))
        for number, names in enumerate(NEIGHBOURS, start=2):
            make_household(VILLAGE, *names, door=f"1组{number}号")
        open_a_shop()
        db.session.remove()
    return live_server


def adopt_rules(today: date) -> None:
    cadre = staff(Role.CADRE)

    def work() -> None:
        book = draft_rulebook(village=VILLAGE, source=None, actor=cadre, now=now())
        vote = Adoption(held_on=today, present=40, in_favour=39, against=1, effective_on=today)
        adopt_rulebook(village=VILLAGE, number=book.number, adoption=vote, actor=cadre, now=now())

    act(work)


def open_a_shop() -> None:
    def work() -> None:
        shop = open_shop(
            division=VILLAGE,
            name="积分兑换超市",
            stock_owner=StockOwner.VILLAGE,
            serves=[VILLAGE],
            actor=SYSTEM,
            now=now(),
        )
        lines = []
        for sku, name, price in (("OI007", "食盐 400g", 3), ("DA012", "肥皂", 4)):
            good = add_good(
                shop_id=shop.id,
                sku=sku,
                category="daily",
                name_zh=name,
                unit="bag",
                price_points=price,
                cost_fen=250,
                actor=staff(Role.CADRE),
                now=now(),
            )
            lines.append(StockLine(good.id, 20))
        receive_stock(
            shop_id=shop.id,
            source=StockSource.PURCHASE,
            lines=lines,
            voucher="JH1",
            actor=staff(Role.SHOPKEEPER),
            now=now(),
        )

    act(work)


def read_qr(picture: Path) -> str:
    """What a QR decoder that isn't ours reads in a picture."""
    found = zxingcpp.read_barcodes(Image.open(picture), formats=zxingcpp.BarcodeFormat.QRCode)
    assert len(found) == 1
    return str(found[0].text)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_from_a_patrol_to_a_bag_of_salt(village, person, tmp_path, size):
    cadre = person(size, expected=("422",))
    cadre.sign_in("cadre")
    number, code = register_and_issue(cadre, tmp_path)
    award_eight(cadre)
    reviewer = person(size)
    review(reviewer)
    resident = person(size, expected=("403",))
    balance_and_statement(resident, code)
    shopkeeper = person(size)
    sell(shopkeeper, number)
    refund(shopkeeper)
    resident.open("/c/account")
    expect(resident.page.locator(".headline-figure")).to_contain_text("4")


def register_and_issue(cadre: Person, folder: Path) -> tuple[str, str]:
    """A household, its card with a PIN; the card's number, and what its printed QR holds."""
    page = cadre.open("/desk/households/new")
    page.fill("[name=door]", "1组1号")
    page.fill("[name=head-name]", "扎西彭措")
    page.fill("[name=head-birth_year]", "2190")
    page.click("form .button-main")
    expect(page.locator(".field-error").first).to_be_visible()
    assert page.input_value("[name=door]") == "1组1号"
    page.fill("[name=head-birth_year]", "1980")
    page.fill("[name=members-0-name]", "格绒志玛")
    cadre.shot("register")
    page.click("form .button-main")
    page.wait_for_url("**/desk/households/*-*")
    household = page.url
    cadre.shot("household")
    page.get_by_role("button", name="办一张卡").click()
    page.wait_for_url("**/desk/cards/*")
    cadre.shot("card")
    picture = folder / "qr.png"
    page.locator("img.card-qr").screenshot(path=picture)
    code = read_qr(picture)
    page.locator("summary", has_text="设密码").first.click()
    page.locator("#pad-pin").fill(PIN)
    page.get_by_role("button", name="就用这个密码").click()
    expect(page.locator(".band-done")).to_contain_text("密码设好了")
    number = page.locator("h1").inner_text()
    page.goto(page.url)
    page.locator("a.button", has_text="打印").click()
    sheet = folder / "sheet.png"
    page.locator(".printed-qr").first.screenshot(path=sheet)
    assert read_qr(sheet) == code
    page.goto(household)
    return "".join(letter for letter in number if letter.isdigit()), code


def award_eight(cadre: Person) -> None:
    """A patrol of eight, ticked and sent in one go."""
    page = cadre.open("/desk/awards/new")
    option = page.locator("#field-rule_item option", has_text="参加村平安巡防一次")
    page.select_option("#field-rule_item", value=option.get_attribute("value"))
    tiles = page.locator("label.tile")
    names = (
        "扎西彭措",
        "格绒志玛",
        "洛绒卓玛",
        "格绒多吉",
        "次仁拉姆",
        "丹增罗布",
        "王建国",
        "王秀英",
    )
    for name in names:
        tiles.filter(has_text=name).first.click()
    expect(page.locator(".sum-text")).to_contain_text("8 人")
    expect(page.locator(".sum-text")).to_contain_text("40")
    cadre.shot("award")
    page.locator(".sum-bar .button-main").click()
    page.wait_for_url(lambda url: "/new" not in url)
    cadre.shot("awards")


def review(reviewer: Person) -> None:
    """The review group approves all of them; with no days of publicity they are in the books."""
    reviewer.sign_in("reviewer")
    page = reviewer.open("/review")
    boxes = page.locator("input[name=ids]")
    assert boxes.count() == 8
    reviewer.shot("review")
    page.locator(".quick-pick").first.click()
    page.get_by_role("button", name="批准", exact=True).click()
    page.wait_for_load_state()
    expect(page.locator("input[name=ids]")).to_have_count(0)


def balance_and_statement(resident: Person, code: str) -> None:
    """The printed QR leads to the balance; the PIN to who decided what."""
    page = resident.page
    page.goto(resident.address + "/c#" + code.partition("#")[2])
    expect(page.locator("[data-part=balance]")).to_have_text("10")
    expect(page.locator("[data-part=holder]")).to_have_text("扎**")
    resident.shot("scanned")
    page.locator("#pad-pin").fill("111222")
    page.locator("form .button-main").click()
    expect(page.locator(".field-error")).to_be_visible()
    expect(page.locator("[data-part=balance]")).to_have_text("10")
    page.locator("#pad-pin").fill(PIN)
    page.locator("form .button-main").click()
    page.wait_for_url("**/c/account")
    rows = page.locator(".row", has_text="参加村平安巡防一次")
    expect(rows).to_have_count(4)  # the two awards, and their lines in the statement
    decided = rows.filter(has_text="reviewer 某")
    expect(decided.last).to_contain_text("cadre 某")
    resident.shot("statement")


def sell(shopkeeper: Person, number: str) -> None:
    """The card's number typed, two bags of salt and a soap handed over."""
    shopkeeper.sign_in("shopkeeper")
    page = shopkeeper.open("/shop")
    shopkeeper.shot("counter")
    page.locator("[data-part=number]").fill(number)
    page.locator("[data-part=number-form] button[type=submit]").click()
    expect(page.locator("[data-part=spendable]")).to_have_text("10")
    page.locator("[data-good]", has_text="食盐").click()
    page.locator("[data-good]", has_text="食盐").click()
    page.locator("[data-good]", has_text="肥皂").click()
    expect(page.locator("[data-part=after]")).to_have_text("0")
    page.locator("[data-less]", has_text="食盐").click()
    expect(page.locator("[data-part=sum]")).to_have_text("7")
    page.locator("[data-good]", has_text="肥皂").click()
    expect(page.locator("[data-part=hand-over]")).to_be_disabled()
    page.locator("[data-less]", has_text="肥皂").click()
    page.locator("[data-good]", has_text="食盐").click()
    shopkeeper.shot("basket")
    page.locator("[data-part=hand-over]").click()
    expect(page.locator("[data-part=receipt-points]")).to_have_text("10")
    expect(page.locator("[data-part=receipt-balance]")).to_have_text("0")
    shopkeeper.shot("receipt")


def refund(shopkeeper: Person) -> None:
    """The soap, first on the receipt, comes back: its 4 points too."""
    page = shopkeeper.page
    page.locator("[data-part=receipt-link]").click()
    page.wait_for_url("**/receipts/*-*")
    page.locator("#step-lines-0-quantity").fill("1")
    page.locator("[name=reason]").fill("包装破了")
    page.locator("summary", has_text="退货").click()
    page.get_by_role("button", name="退货，退还积分").click()
    expect(page.locator(".band-done")).to_contain_text("退还")
    shopkeeper.shot("refunded")


def test_money_comes_in_and_goes_out_through_four_hands(village, person):
    treasurer = person(expected=("422",))
    treasurer.sign_in("treasurer")
    page = treasurer.open("/fund/income")
    page.fill("[name=amount_fen]", "12,5x")
    page.locator("input[name=source][value=donation]").check()
    page.fill("[name=voucher]", "SR1")
    page.fill("[name=giver]", "在外乡友")
    page.locator("form .button-main").first.click()
    expect(page.locator(".field-error").first).to_be_visible()
    page.fill("[name=amount_fen]", "2000")
    treasurer.shot("income")
    page.locator("form .button-main").first.click()
    expect(page.locator("main")).to_contain_text("2,000.00")
    apply_for(treasurer)
    disbursement = treasurer.page.url
    evaluate(person(), disbursement)
    approve(person())
    page.goto(disbursement)
    page.locator("form[action$='/payment'] [name=voucher]").fill("ZC1")
    pay = page.locator("form[action$='/payment']")
    if pay.locator("summary").count():
        pay.locator("summary").first.click()
    pay.locator("button[type=submit]").last.click()
    page.wait_for_load_state()
    treasurer.shot("paid")
    anyone = person(DESKTOP)
    book = anyone.open(f"/v/{VILLAGE}/fund")
    expect(book.locator("main")).to_contain_text("乡城县五金店")
    expect(book.locator("main")).to_contain_text("1,140.00")
    anyone.shot("book")


def apply_for(treasurer: Person) -> None:
    """Lamps for the village's entrance."""
    page = treasurer.open("/fund/apply?payee_name=1")
    page.fill("[name=payee_name]", "乡城县五金店")
    page.select_option("[name=purpose]", "commons")
    page.fill("[name=amount_fen]", "860")
    page.fill("[name=reason]", "更换村口路灯两盏")
    page.locator("form .button-main").first.click()
    page.wait_for_url("**/fund/disbursements/*")
    treasurer.shot("applied")


def evaluate(reviewer: Person, disbursement: str) -> None:
    """The review group says yes."""
    reviewer.sign_in("reviewer")
    page = reviewer.page
    page.goto(disbursement)
    reviewer.shot("evaluate")
    form = page.locator("form[action$='/evaluation']")
    form.locator("button[value=approve]").click()
    page.wait_for_load_state()


def approve(supervisor: Person) -> None:
    """The supervision committee says yes."""
    supervisor.sign_in("supervisor")
    page = supervisor.open("/supervise")
    supervisor.shot("supervise")
    page.locator("form[action$='/approval'] button[value=approve]").click()
    page.wait_for_load_state()


def test_anyone_reads_a_village_without_signing_in(village, person):
    for size in (PHONE, DESKTOP):
        anyone = person(size)
        page = anyone.open("/")
        page.locator("a", has_text="下坝村").first.click()
        page.wait_for_url(f"**/v/{VILLAGE}")
        anyone.shot("village")
        for place, words in (
            ("rules", "参加村平安巡防一次"),
            ("prices", "食盐"),
            ("notices", "公示"),
            ("fund", "微基金"),
        ):
            page = anyone.open(f"/v/{VILLAGE}/{place}")
            expect(page.locator("body")).to_contain_text(words)
            anyone.shot(place)
        page.locator(".languages a[hreflang=en]").click()
        expect(page.locator("h1")).to_contain_text("fund")
