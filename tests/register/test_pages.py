"""The register's and the fund's pages, without JavaScript, in English."""

import io
import re

import pytest
from flask_babel import force_locale
from PIL import Image

from incentives.register import lists
from incentives.web.states import state_of
from tests.factories import OTHER_VILLAGE, VILLAGE
from tests.site import Site, make_site

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, publicity_days=0)


def register(site: Site) -> str:
    """A household by the form; its page's address."""
    answer = site.send(
        "cadre",
        "/desk/households/new",
        door="下坝12号",
        head__name="扎西彭措",
        head__birth_year="1980",
        members__0__name="单增卓玛",
        members__2__name="格绒次仁",
    )
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_cadre_registers_a_household_and_finds_it(site):
    address = register(site)
    page = site.open("cadre", address)
    for words in ("扎西彭措", "单增卓玛", "格绒次仁", "下坝12号", "Make a card"):
        assert words in page, words
    assert "扎西彭措" in site.open("cadre", "/desk/households?q=zxpc")
    assert "Nothing in this list fits." in site.open("cadre", "/desk/households?q=nobody")
    assert "Register points" in site.open("cadre", "/desk")
    added = site.send("cadre", f"{address}/members", on=address, name="多吉", birth_year="2001")
    assert added.status_code == 303
    assert "多吉" in site.open("cadre", address)
    edited = site.send("cadre", f"{address}/edit", door="下坝13号", head_id=head_of(site, address))
    assert edited.status_code == 303, edited.text
    assert "下坝13号" in site.open("cadre", address)


def head_of(site: Site, address: str) -> str:
    page = site.open("cadre", f"{address}/edit")
    return re.search(r'<option value="([^"]+)" selected', page)[1]


def test_a_bad_household_keeps_what_was_typed(site):
    answer = site.send("cadre", "/desk/households/new", door="7", head__birth_year="1500")
    assert answer.status_code == 422
    assert 'value="7"' in answer.text
    assert 'value="1500"' in answer.text
    assert "This is needed" in answer.text


def test_a_member_is_mended_on_their_page(site):
    page = site.open("cadre", register(site))
    resident = re.search(r"/desk/residents/[0-9a-f-]+", page)[0]
    assert "扎西彭措" in site.open("cadre", resident)
    answer = site.send("cadre", resident, name="扎西尼玛", birth_year="1981")
    assert answer.status_code == 303
    assert "扎西尼玛" in site.open("cadre", answer.location)


def test_an_overseer_gives_a_reason_first(site):
    household = register(site).rpartition("/")[2]
    assert site.browser("overseer").get(f"/desk/households/{household}").status_code == 403
    assert "Why do you look?" in site.open("overseer", f"/overview/households/{household}")
    page = site.open("overseer", f"/overview/households/{household}?reason=异议核实")
    assert "扎西彭措" in page
    assert "异议核实" in site.open("cadre", f"/desk/households/{household}")


def test_the_office_opens_a_village_and_sets_its_policy(site):
    assert "下坝村" in site.open("administrator", "/admin")
    opened = site.send("administrator", "/admin", village=OTHER_VILLAGE)
    assert opened.status_code == 303, opened.text
    page = site.open("administrator", opened.location)
    typed = dict(re.findall(r'<input id="field-(\w+)"[^>]*? value="([^"]*)"', page))
    chosen = re.findall(r'<select id="field-(\w+)".*?<option value="([^"]*)" selected', page, re.S)
    fields = typed | dict(chosen)
    assert (fields["publicity_days"], fields["cycle"]) == ("5", "month")
    fields |= {"resolution": "三月会议", "publicity_days": "3", "redemption_days": "week: 6, 7"}
    assert site.send("administrator", opened.location, **fields).status_code == 303
    page = site.open("administrator", opened.location)
    assert 'value="3"' in page
    assert 'value="every week: 6, 7"' in page
    days = re.compile(r'name="redemption_days"[^>]*value="([^"]*)"')
    site.browser("administrator").get("/language/zh-CN")
    for typed in ("每月：1、15", "每天"):
        chinese = fields | {"redemption_days": typed}
        assert site.send("administrator", opened.location, **chinese).status_code == 303
        shown = days.search(site.open("administrator", opened.location))
        assert shown
        assert shown[1] == typed.replace("：1、", ": 1, ")
    site.browser("administrator").get("/language/en")
    assert "still to come" not in site.open("administrator", opened.location)
    later = fields | {"cycle": "week", "effective_on": "2099-05-01", "resolution": "五月会议"}
    assert site.send("administrator", opened.location, **later).status_code == 303
    page = site.open("administrator", opened.location)
    for text in ("Decided, and still to come", "every week", "1 May 2099", "五月会议"):
        assert text in page
    then = f"{opened.location}?on=2099-05-01"
    assert "What will hold on" in site.open("administrator", then)
    taken_back = later | {"cycle": "month", "resolution": "四月会议"}
    assert site.send("administrator", then, **taken_back).status_code == 303
    page = site.open("administrator", opened.location)
    assert "四月会议" in page
    assert page.count("五月会议") == 1  # the redemption days, which nobody changed since
    held = site.call("administrator", "GET", f"/villages/{OTHER_VILLAGE}/policy?on=2099-05-02")
    assert held.json["cycle"] == "month"
    for nothing in ("", " "):
        unsaid = fields | {"publicity_days": "9", "resolution": nothing}
        assert site.send("administrator", opened.location, **unsaid).status_code == 422
    bad = site.send("administrator", opened.location, **fields | {"publicity_days": "16"})
    assert bad.status_code == 422
    assert "Allowed: 0 to 15 days" in bad.text


def jpeg() -> tuple[io.BytesIO, str]:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "JPEG")
    content.seek(0)
    return content, "photo.jpg"


def test_the_office_adds_a_division_and_gives_it_another_name(site):
    typed = {"level": "grid", "parent": VILLAGE, "code": f"{VILLAGE}009", "name_zh": "第九网格"}
    assert site.send("administrator", "/admin/divisions/new", **typed).status_code == 303
    taken = site.send("administrator", "/admin/divisions/new", **typed)
    assert (taken.status_code, "This code is taken" in taken.text) == (422, True)
    found = f"/divisions?q={VILLAGE}009&level=grid"
    page = site.open("administrator", found)
    assert "第九网格" in page
    assert f"/admin/divisions/{VILLAGE}009" in page
    path = f"/admin/divisions/{VILLAGE}009"
    renamed = site.send("administrator", path, name_zh="河边网格", name_en="")
    assert renamed.status_code == 303, renamed.text
    assert "河边网格" in site.open("administrator", found)
    for path in ("/admin/divisions/new", f"/admin/divisions/{VILLAGE}009"):
        assert site.browser("cadre").get(path).status_code == 403
    assert f"/admin/divisions/{VILLAGE}009" not in site.open("cadre", found)


def test_a_disbursement_goes_from_page_to_page(site):
    register(site)
    income = site.send(
        "treasurer",
        "/fund/income",
        amount_fen="1,000.50",
        source="donation",
        giver="在外乡友",
        method="cash",
        received_on="2026-03-01",
        voucher="SR-1",
    )
    assert income.status_code == 303, income.text
    found = site.open("cadre", "/fund/apply?q=zhaxi")
    choice = re.search(r"/fund/apply\?payee=(household_id(?::|%3A)[0-9a-f-]+)", found)[0]
    assert "Household of 扎西彭措" in site.open("cadre", choice)
    payee = choice.partition("payee=")[2].replace("%3A", ":")
    asked = site.send(
        "cadre",
        "/fund/apply",
        on=choice,
        payee=payee,
        purpose="family",
        amount_fen="300",
        reason="常年照顾孤寡老人",
        evidence_file=jpeg(),
    )
    assert asked.status_code == 303, asked.text
    one = asked.location
    page = site.open("reviewer", one)
    assert "no budget" in page
    assert "Photo or paper 1" in page
    file = re.search(rf"/v/{VILLAGE}/files/[0-9a-f-]+", page)[0]
    assert site.browser("reviewer").get(file).mimetype == "image/jpeg"
    assert "常年照顾孤寡老人" in site.open("reviewer", "/fund")
    no = site.send("reviewer", f"{one}/evaluation", on=one, decision="reject")
    assert no.status_code == 422
    assert "A no needs a reason" in no.text
    yes = site.send("reviewer", f"{one}/evaluation", on=one, decision="approve")
    assert yes.status_code == 303
    waiting = site.open("supervisor", "/supervise")
    for words in (
        "Household of 扎西彭措",
        "¥300.00",
        "常年照顾孤寡老人",
        "cadre 某",
        "reviewer 某",
    ):
        assert words in waiting, words
    approval = {"decision": "approve", "from": "supervise"}
    approved = site.send("supervisor", f"{one}/approval", on="/supervise", **approval)
    assert (approved.status_code, approved.location) == (303, "/supervise")
    assert "Nothing waits for you" in site.open("supervisor", "/supervise")
    payment = {"method": "cash", "paid_on": "2026-03-02", "voucher": "ZC-1"}
    assert site.send("treasurer", f"{one}/payment", on=one, **payment).status_code == 303
    receipt = site.send("treasurer", f"{one}/receipt", on=one, file=jpeg())
    assert receipt.status_code == 303, receipt.text
    back = {"amount_fen": "100", "method": "cash", "reason": "退回一部分"}
    assert site.send("treasurer", f"{one}/return", on=one, **back).status_code == 303
    assert "100.00 yuan came back" in site.open("treasurer", one)
    book = site.app.test_client().get(f"/v/{VILLAGE}/fund")
    assert book.status_code == 200
    for words in ("¥800.50", "¥700.50", "在外乡友", "扎西彭措", "treasurer 某"):
        assert words in book.text, words


def test_more_than_the_fund_holds_is_said_on_the_page(site):
    asked = site.send(
        "treasurer",
        "/fund/apply",
        on="/fund/apply?payee_name=1",
        payee_name="农村信用社",
        purpose="fees",
        amount_fen="12.50",
        reason="手续费",
    )
    assert asked.status_code == 303, asked.text
    one = asked.location
    site.send("reviewer", f"{one}/evaluation", on=one, decision="approve")
    site.send("supervisor", f"{one}/approval", on=one, decision="approve")
    payment = {"method": "cash", "paid_on": "2026-03-02", "voucher": "ZC-1"}
    answer = site.send("treasurer", f"{one}/payment", on=one, **payment)
    assert answer.status_code == 409
    assert "12.50 yuan are to be paid, there are only 0.00" in answer.text


def test_the_treasurer_moves_money_and_sets_budgets(site):
    given = {"source": "interest", "method": "bank", "received_on": "2026-03-01", "voucher": "1"}
    site.send("treasurer", "/fund/income", amount_fen="50", **given)
    moved = {"from": "bank", "to": "cash", "moved_on": "2026-03-02", "amount_fen": "20"}
    assert site.send("treasurer", "/fund/moves", **moved).status_code == 303
    same = site.send("treasurer", "/fund/moves", **moved | {"to": "bank"})
    assert same.status_code == 422
    assert "Choose two different places" in same.text
    rows = {"items-0-purpose": "conduct", "items-1-purpose": "family", "items-1-amount_fen": "400"}
    vote = {"resolution": "村民会议", "held_on": "2026-03-01", "present": "40"}
    vote |= {"in_favour": "31", "against": "2"}
    budgets = site.send("treasurer", "/fund/budgets/2026", **vote, **rows)
    assert budgets.status_code == 303, budgets.text
    desk = site.open("treasurer", "/fund")
    assert "¥400.00" in desk
    assert "Cash 20.00 yuan, bank account 30.00 yuan" in desk


def test_a_mistyped_income_is_taken_back_on_the_page(site):
    given = {"source": "donation", "method": "cash", "received_on": "2026-03-01", "voucher": "1"}
    site.send("treasurer", "/fund/income", amount_fen="5000", **given)
    page = site.open("treasurer", "/fund/income")
    reversal = re.search(r"/fund/income/[0-9a-f-]+/reversal", page)[0]
    missing = site.send("treasurer", reversal, on="/fund/income")
    assert missing.status_code == 422
    done = site.send("treasurer", reversal, on="/fund/income", reason="多写了一个零")
    assert done.status_code == 303
    assert "Taken back" in site.open("treasurer", "/fund/income")
    assert "多写了一个零" in site.app.test_client().get(f"/v/{VILLAGE}/fund").text


def test_a_statement_of_points_is_no_shops_settlement(site):
    address = register(site)
    assert "<h1>Points statement</h1>" in site.open("cadre", f"{address}/statement")
    with site.app.app_context(), force_locale("zh_Hans_CN"):
        assert str(lists.STATEMENT.title) == "积分明细"
        assert str(state_of("reversed")[0]) == "已收回"  # as texts and manual say


def test_pages_are_for_those_whose_duty_it_is(site):
    address = register(site)
    for who, path, status in (
        ("treasurer", "/desk", 403),
        ("shopkeeper", "/desk/households", 403),
        ("supervisor", "/desk/households/new", 403),
        ("supervisor", f"{address}/edit", 403),
        ("cadre", "/supervise", 403),
        ("cadre", "/fund/income", 403),
        ("cadre", "/fund/budgets/2026", 403),
        ("supervisor", "/fund/apply", 403),
        ("cadre", "/admin", 403),
        ("cadre", f"/admin/villages/{VILLAGE}/policy", 403),
    ):
        assert site.browser(who).get(path).status_code == status, (who, path)
