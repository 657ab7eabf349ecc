"""The fund's pages: what a treasurer, a second person and a supervisor do on them."""

import io
import re
from uuid import UUID

import pytest
from werkzeug.datastructures import FileStorage

from tests.factories import VILLAGE
from tests.fund.people import conclude, publish
from tests.fund.test_http import FUND, INCOME, ask, household, jpeg, paid
from tests.site import Site, make_site

STATEMENT = "交易日期,摘要,收入,支出,余额\n2026-02-10,捐款,1000.00,,1000.00\n".encode("gb18030")


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, publicity_days=0)


def test_an_income_with_its_voucher_and_its_thanks(site):
    sent = site.send(
        "treasurer",
        "/fund/income",
        amount_fen="1000",
        source="donation",
        giver="在外乡友",
        method="cash",
        received_on="2026-03-01",
        voucher="SR-1",
        voucher_file=(jpeg(), "voucher.jpg"),
    )
    assert sent.status_code == 303, sent.text
    (income,) = site.call("treasurer", "GET", f"{FUND}/income").json["items"]
    assert (income["file_id"] is not None, income["voucher_twice"]) == (True, False)
    assert site.call("treasurer", "POST", f"{FUND}/income", INCOME).json["voucher_twice"]
    page = site.open("treasurer", "/fund/income")
    assert "This voucher number stands twice this year." in page
    path = re.search(r'href="(/fund/income/[^"]+/receipt.pdf)"', page)[1]
    receipt = site.browser("treasurer").get(path)
    assert (receipt.mimetype, receipt.data[:5]) == ("application/pdf", b"%PDF-")
    api = site.call("overseer", "GET", f"{FUND}/income/{income['id']}/receipt.pdf")
    assert api.data[:5] == b"%PDF-"
    assert site.call(None, "GET", f"{FUND}/income/{income['id']}/receipt.pdf").status_code == 401


def test_nobody_is_thanked_for_what_was_taken_back(site):
    income = site.call("treasurer", "POST", f"{FUND}/income", INCOME).json
    path = f"{FUND}/income/{income['id']}"
    assert site.call("treasurer", "GET", f"{path}/receipt.pdf").status_code == 200
    assert site.call("treasurer", "POST", f"{path}/reversal", {"reason": "错"}).status_code == 201
    answer = site.call("treasurer", "GET", f"{path}/receipt.pdf")
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/wrong_state")
    page = f"/fund/income/{income['id']}/receipt.pdf"
    assert page not in site.open("treasurer", "/fund/income")
    assert site.browser("treasurer").get(page).mimetype != "application/pdf"


def test_a_giver_who_is_not_named_is_kept_nowhere(site):
    body = {key: value for key, value in INCOME.items() if key != "giver"}
    assert site.call("treasurer", "POST", f"{FUND}/income", body).json["giver"] is None
    book = site.call(None, "GET", f"{FUND}/book").json["items"]
    assert [line["payee"] for line in book] == [None]


def test_an_amount_of_nothing_is_refused_in_yuan(site):
    fields = {key: str(INCOME[key]) for key in ("source", "method", "received_on", "voucher")}
    refused = site.send("treasurer", "/fund/income", amount_fen="0", **fields)
    assert refused.status_code == 422
    assert "Write an amount above 0" in refused.text


def test_money_that_came_back_is_entered_on_the_day_it_came(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    one = paid(site)
    page = f"/fund/disbursements/{one['id']}"
    back = {"amount_fen": "1", "method": "cash", "reason": "x"}
    assert 'name="returned_on"' in site.open("treasurer", page)
    late = site.send("treasurer", f"{page}/return", on=page, **back, returned_on="2099-01-01")
    assert (late.status_code, "This day is still to come" in late.text) == (422, True)
    sent = site.send("treasurer", f"{page}/return", on=page, **back, returned_on="2026-03-02")
    assert sent.status_code == 303, sent.text
    returned = site.call("treasurer", "GET", f"{FUND}/disbursements/{one['id']}").json["returns"]
    assert [each["returned_on"] for each in returned] == ["2026-03-02"]
    shown = site.open("treasurer", page)
    assert "Cash · 2 Mar 2026 · Voucher ZC-1" in shown
    assert "Cash · 2 Mar 2026 · x" in shown


def test_a_chip_tells_before_a_notice_from_in_it_and_after_it(bare_app):
    site = make_site(bare_app, publicity_days=5)
    one = ask(site)
    page = f"/fund/disbursements/{one['id']}"
    site.call(
        "reviewer", "POST", f"{FUND}/disbursements/{one['id']}/evaluation", {"decision": "approve"}
    )
    for then, chip in ((None, "To be put in notice"), (publish, "In notice")):
        if then is not None:
            with bare_app.app_context():
                then(UUID(one["id"]))
        assert f">{chip}</span>" in site.open("treasurer", page)
    with bare_app.app_context():
        conclude(UUID(one["id"]))
    site.tokens.clear()  # signed out: days have passed
    site.browsers.clear()
    assert ">To be approved</span>" in site.open("treasurer", page)
    early = site.call(
        "treasurer",
        "POST",
        f"{FUND}/disbursements/{one['id']}/payment",
        {"paid_on": "2026-03-02", "method": "cash", "voucher": "ZC-1"},
    )
    assert (early.status_code, early.json["detail"]) == (409, "This isn't approved yet")


def test_typed_lines_stay_in_sight_when_a_statement_is_refused(site):
    body = INCOME | {"received_on": "2026-02-10", "method": "bank"}
    site.call("treasurer", "POST", f"{FUND}/income", body)
    month = "/fund/months/2026-02"
    typed = {"lines-0-day": "2026-02-10", "lines-0-in_fen": "1000", "lines-0-summary": "捐款"}
    days = {"from_on": "2026-02-01", "to_on": "2026-02-28", "opening_fen": "0"}
    refused = site.send(
        "treasurer", f"{month}/statement", on=month, **days, closing_fen="1", **typed
    )
    assert refused.status_code == 422
    assert '<details class="unfold" open><summary>Type its lines instead' in refused.text


def test_a_years_budgets_are_adopted_on_a_page(site):
    fields = {"items-0-purpose": "conduct", "items-1-purpose": "family"}
    fields |= {"items-1-amount_fen": "5000", "items-1-cap_fen": "300"}
    vote = {"resolution": "村民会议", "held_on": "2026-03-01", "present": "60", "against": "1"}
    refused = site.send("treasurer", "/fund/budgets/2026", **vote, in_favour="30", **fields)
    assert refused.status_code == 422
    assert "More than half of those present must be in favour" in refused.text
    sent = site.send("treasurer", "/fund/budgets/2026", **vote, in_favour="50", **fields)
    assert sent.status_code == 303, sent.text
    assert "-carried_fen" not in site.open("treasurer", "/fund/budgets/2027")  # 2026 is open
    page = site.open("treasurer", "/fund/budgets/2026")
    assert "60 present, 50 in favour, 1 against" in page
    (item,) = site.call("treasurer", "GET", f"{FUND}/budgets/2026").json["items"]
    assert (item["purpose"], item["amount_fen"], item["cap_fen"]) == ("family", 500_000, 30_000)
    one = {
        "purpose": "family",
        "payee": {"household_id": household(site)["id"]},
        "amount_fen": 30_001,
        "reason": "x",
    }
    answer = site.call("cadre", "POST", f"{FUND}/disbursements", one)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/cap_exceeded")


def test_a_payee_signs_a_form(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    unpaid = ask(site)
    form = f"{FUND}/disbursements/{unpaid['id']}/receipt.pdf"
    assert site.call("treasurer", "GET", form).status_code == 409
    one = paid(site)
    page = site.open("treasurer", f"/fund/disbursements/{one['id']}")
    assert f"/fund/disbursements/{one['id']}/receipt.pdf" in page
    answer = site.browser("treasurer").get(f"/fund/disbursements/{one['id']}/receipt.pdf")
    assert answer.data[:5] == b"%PDF-"


def test_a_months_end_from_count_to_closing(site):
    body = INCOME | {"received_on": "2026-02-10", "method": "bank"}
    site.call("treasurer", "POST", f"{FUND}/income", body)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME | {"received_on": "2026-02-11"})
    page = site.browser("treasurer").get("/fund/months")
    assert page.location == "/fund/months/2026-02"
    month = "/fund/months/2026-02"
    counted = {"counted_fen": "999", "counted_on": "2026-02-28"}
    refused = site.send("treasurer", f"{month}/count", on=month, **counted)
    assert refused.status_code == 422
    assert "The book says 1000.00 yuan" in refused.text
    counted["counted_fen"] = "1000"
    assert site.send("treasurer", f"{month}/count", on=month, **counted).status_code == 303
    assert "/fund/months/2026-02" in site.open("supervisor", "/supervise")
    assert "was counted: somebody else" not in site.open("treasurer", "/fund")
    waits = site.open("supervisor", month)
    assert "Did you count the same?" in waits
    sent = site.send("supervisor", f"{month}/confirmation", on=month, decision="approve")
    assert sent.status_code == 303
    days = {"from_on": "2026-02-01", "to_on": "2026-02-28"}
    bad = "日期,收入\n2/10/2026,1\n2026-02-10,一千\n".encode("gb18030")
    refused = site.send(
        "treasurer", f"{month}/statement", on=month, **days, sheet=(io.BytesIO(bad), "bank.csv")
    )
    assert "Line 2: this is no day Line 3: this is no amount" in refused.text
    brought = site.send(
        "treasurer",
        f"{month}/statement",
        on=month,
        **days,
        sheet=(io.BytesIO(STATEMENT), "bank.csv"),
        paper_file=(jpeg(), "paper.jpg"),
    )
    assert brought.status_code == 303, brought.text
    (kept,) = site.call("treasurer", "GET", f"{FUND}/bank/statements").json["items"]
    assert f"/files/{kept['file_id']}" in site.open("supervisor", month)
    assert "1 lines have an entry of the same amount" in site.open("treasurer", month)
    assert site.send("treasurer", f"{month}/matches", on=month).status_code == 303
    ready = site.open("treasurer", month)
    assert "The month can be closed." in ready
    assert site.send("treasurer", f"{month}/closing", on=month).status_code == 303
    assert "This month is closed." in site.open("overseer", month)
    late = site.call("treasurer", "POST", f"{FUND}/income", body)
    assert (late.status_code, late.json["errors"][0]["pointer"]) == (422, "/received_on")


def test_a_month_by_the_api(site):
    body = INCOME | {"received_on": "2026-02-10", "method": "bank"}
    event = site.call("treasurer", "POST", f"{FUND}/income", body).json["event_id"]
    month = f"{FUND}/months/2026-02"
    assert site.call("treasurer", "POST", f"{month}/closing").status_code == 409
    lines = [
        {"day": "2026-02-10", "amount_fen": 100_000, "summary": "捐款"},
        {"day": "2026-02-20", "amount_fen": 12, "summary": "利息"},
    ]
    given = {"from_on": "2026-02-01", "to_on": "2026-02-28", "opening_fen": 0}
    typed = given | {"closing_fen": 100_012, "lines": lines}
    wrong = site.call("treasurer", "POST", f"{FUND}/bank/statements", typed | {"closing_fen": 1})
    assert [each["pointer"] for each in wrong.json["errors"]] == ["/closing_fen"]
    assert site.call("cadre", "POST", f"{FUND}/bank/statements", typed).status_code == 403
    kept = site.call("treasurer", "POST", f"{FUND}/bank/statements", typed)
    assert kept.status_code == 201, kept.text
    standing = site.call("supervisor", "GET", month).json
    assert [each["event_id"] for each in standing["proposals"]] == [event]
    first, second = kept.json["lines"]
    match = f"{FUND}/bank/lines/{first['id']}/match"
    assert site.call("treasurer", "PUT", match, {"events": [event]}).json["events"] == [event]
    assert site.call("treasurer", "DELETE", match).status_code == 204
    assert site.call("treasurer", "POST", f"{month}/matches").json == {"matched": 1}
    why = f"{FUND}/bank/lines/{second['id']}/explanation"
    explained = site.call("treasurer", "PUT", why, {"explanation": "三月入账"})
    assert explained.json["explanation"] == "三月入账"
    assert site.call("treasurer", "POST", f"{month}/closing").status_code == 409
    agreed = f"{FUND}/bank/lines/{second['id']}/confirmation"
    assert site.call("treasurer", "POST", agreed).status_code == 403
    waits = "that wait for a second person's word: 1"
    assert waits in site.open("supervisor", "/supervise").replace("&#39;", "'")
    assert waits not in site.open("treasurer", "/fund").replace("&#39;", "'")
    assert site.call("supervisor", "POST", agreed).json["confirmed_at"]
    assert waits not in site.open("supervisor", "/supervise").replace("&#39;", "'")
    assert "stands below" in site.open("treasurer", "/fund/months/2026-02")
    closed = site.call("treasurer", "POST", f"{month}/closing")
    assert (closed.status_code, closed.json["bank_fen"]) == (200, 100_000)
    months = site.call("overseer", "GET", f"{FUND}/months").json["items"]
    assert [each["month"] for each in months] == ["2026-02"]
    assert site.call("treasurer", "GET", f"{FUND}/months/2026-13").status_code == 422
    assert site.call("treasurer", "GET", month).json["is_closed"]
    taken = f"{FUND}/bank/statements/{kept.json['id']}"
    assert site.call("treasurer", "DELETE", taken).status_code == 422


def test_a_list_by_page_names_its_bad_lines_and_is_paid(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    for door, name in (("1", "扎西彭措"), ("2", "格绒次仁"), ("3", "格绒次仁")):
        body = {"door": door, "head": {"name": name}}
        site.call("cadre", "POST", f"/villages/{VILLAGE}/households", body)
    asked = {"title": "年终好家风", "purpose": "family", "reason": "年终评选", "amount_fen": "200"}
    names = "姓名\t门牌\t金额\n扎西彭措\t\t\n格绒次仁\t\t300\n白玛\t\t1"
    refused = site.send("cadre", "/fund/lists/new", **asked, names=names)
    assert refused.status_code == 422
    assert "Line 3 (格绒次仁 300): several have this name" in refused.text
    assert "Line 4 (白玛 1): nobody of that name lives here" in refused.text
    names = "姓名\t门牌\t金额\n扎西彭措\t\t\n格绒次仁\t2\t300"
    sent = site.send("cadre", "/fund/lists/new", **asked, names=names)
    assert sent.status_code == 303, sent.text
    path = sent.location
    for who, action in (("reviewer", "evaluation"), ("supervisor", "approval")):
        done = site.send(who, f"{path}/{action}", on=path, decision="approve")
        assert done.status_code == 303, done.text
    fields = {"method": "cash", "paid_on": "2026-03-02", "voucher": "ZC-1"}
    none_ticked = site.send("treasurer", f"{path}/payment", on=path, **fields)
    assert (none_ticked.status_code, "Tick whom you pay" in none_ticked.text) == (422, True)
    fields["lines"] = "2"
    from_bank = site.send("treasurer", f"{path}/payment", on=path, **fields | {"method": "bank"})
    assert "300.00 yuan are to be paid, there are only 0.00" in from_bank.text
    assert re.findall(r'name="lines" value="(\d)" checked', from_bank.text) == ["2"]
    assert site.send("treasurer", f"{path}/payment", on=path, **fields).status_code == 303
    list_id = path.rpartition("/")[2]
    found = site.call("supervisor", "GET", f"{FUND}/disbursement-lists/{list_id}").json
    assert found["by_status"] == {"approved": 1, "paid": 1}
    assert [line["amount_fen"] for line in found["lines"]] == [20_000, 30_000]
    again = {"method": "cash", "paid_on": "2026-03-02", "voucher": "ZC-2"}
    all_of_it = f"{FUND}/disbursement-lists/{list_id}/payment"
    assert site.call("treasurer", "POST", all_of_it, again).json["by_status"] == {"paid": 2}
    (listed,) = site.call("cadre", "GET", f"{FUND}/disbursement-lists").json["items"]
    assert listed["total_fen"] == 50_000


def test_a_list_over_its_budget_says_so_to_who_evaluates_it(site):
    vote = {"held_on": "2026-03-01", "present": 60, "in_favour": 50, "against": 3}
    items = [{"purpose": "family", "amount_fen": 30_000}]
    body = {"resolution": "村民会议", "items": items, **vote}
    assert site.call("treasurer", "PUT", f"{FUND}/budgets/2026", body).status_code == 200
    lines = []
    for door, name in (("1", "扎西彭措"), ("2", "格绒次仁")):
        one = {"door": door, "head": {"name": name}}
        made = site.call("cadre", "POST", f"/villages/{VILLAGE}/households", one).json
        lines.append({"payee": {"household_id": made["id"]}, "amount_fen": 20_000})
    asked = {"title": "年终好家风", "purpose": "family", "reason": "年终评选", "lines": lines}
    sent = site.call("cadre", "POST", f"{FUND}/disbursement-lists", asked).json
    assert (sent["budget_fen"], sent["budget_left_fen"]) == (30_000, -10_000)
    assert [line["budget_left_fen"] for line in sent["lines"]] == [-10_000] * 2
    warned = "cover it: 100.00 yuan too little"
    assert warned in site.open("reviewer", f"/fund/lists/{sent['id']}")
    assert warned in site.open("reviewer", f"/fund/disbursements/{sent['lines'][0]['id']}")
    form = site.open("cadre", "/fund/lists/new")
    browser = site.browser("cadre")
    browser.get("/language/zh-CN")
    narrowed = browser.get("/fund/lists?purpose=family").text
    assert "用途：<b>良好家风</b>" in narrowed
    browser.get("/language/en")
    assert ": <b>Good family</b>" in browser.get("/fund/lists?purpose=family").text
    assert """data-left='{"family": 30000}'""" in form


def test_pages_open_for_those_whose_they_are(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    paid(site)
    for who in ("treasurer", "cadre", "supervisor", "reviewer"):
        site.open(who, "/fund")
        site.open(who, "/fund/months/2026-03")
    assert "At 1.00 yuan a point they are worth" in site.open("supervisor", "/fund")
    site.open("supervisor", "/supervise")
    site.open("cadre", "/fund/lists/new")
    assert site.browser("shopkeeper").get("/fund/months/2026-03").status_code == 403


@pytest.mark.parametrize("own", [False, True])
def test_a_list_says_what_it_waits_for_and_whose_it_is_not_to_decide(bare_app, own):
    site = make_site(bare_app, publicity_days=5)
    lines = []
    for door, name in (("1", "扎西彭措"), ("2", "格绒次仁")):
        body = {"door": door, "head": {"name": name}}
        made = site.call("cadre", "POST", f"/villages/{VILLAGE}/households", body).json
        lines.append({"payee": {"household_id": made["id"]}, "amount_fen": 20_000})
    if own:
        users = site.call("administrator", "GET", "/users").json["items"]
        user = next(each["id"] for each in users if each["username"] == "reviewer")
        lives = {"resident_id": made["head_id"]}
        assert site.call("administrator", "PATCH", f"/users/{user}", lives).status_code == 200
    asked = {"title": "年终好家风", "purpose": "family", "reason": "年终评选", "lines": lines}
    sent = site.call("cadre", "POST", f"{FUND}/disbursement-lists", asked).json
    path = f"/fund/lists/{sent['id']}"
    page = site.open("reviewer", path)
    assert ("of your own household" in page, "Should the fund give this?" in page) == (own, not own)
    if not own:
        done = site.send("reviewer", f"{path}/evaluation", on=path, decision="approve")
        assert done.status_code == 303
        assert site.open("reviewer", path).count("It waits for the next notice.") == 1


REWARDED = [f"扎西{one}{two}" for one in "平措罗布多" for two in "旺杰次仁央金"]


def sheet_of(*rows: str) -> FileStorage:
    """A sheet as a village's computer writes it."""
    content = "\r\n".join(rows).encode("gb18030")
    return FileStorage(io.BytesIO(content), "名单.csv")


def listed_amounts(site, sent) -> list[int]:
    """What the lines of the list that was sent get."""
    assert sent.status_code == 303, sent.text
    address = f"{FUND}/disbursement-lists/{sent.location.rpartition('/')[2]}"
    return [line["amount_fen"] for line in site.call("cadre", "GET", address).json["lines"]]


def test_thirty_families_are_read_off_the_sheets_that_villages_have(site):
    for door, name in enumerate(REWARDED, start=1):
        body = {"door": str(door), "head": {"name": name}}
        site.call("cadre", "POST", f"/villages/{VILLAGE}/households", body)
    asked = {"title": "年终好家风", "purpose": "family", "reason": "年终评选"}
    rows = [f"{number},{name},{200 + number}" for number, name in enumerate(REWARDED, start=1)]
    amounts = [20_000 + 100 * number for number in range(1, 31)]
    sheet = sheet_of("2026年奖励名单", "序号,姓  名,奖励金额（元）", "", *rows, "合计,,6465")
    sent = site.send("cadre", "/fund/lists/new", **asked, sheet=sheet)
    assert listed_amounts(site, sent) == amounts
    for between in ("\t", ",", "，"):
        names = "\n".join(row.replace(",", between) for row in rows)
        sent = site.send("cadre", "/fund/lists/new", **asked, names=names)
        assert listed_amounts(site, sent) == amounts
    names = "1. 扎西平旺 200元\n扎西平杰：1,000\n扎西平次,300.5"
    sent = site.send("cadre", "/fund/lists/new", **asked, names=names)
    assert listed_amounts(site, sent) == [20_000, 100_000, 30_050]


def test_a_list_of_nobody_says_what_is_missing(site):
    asked = {"title": "年终好家风", "purpose": "family", "reason": "年终评选", "amount_fen": "200"}
    refused = site.send("cadre", "/fund/lists/new", **asked)
    assert refused.status_code == 422
    assert "A list has 2 to 200 lines" in refused.text


def test_a_door_beside_a_name_tells_namesakes_apart_without_headings(site):
    for door in ("1", "2组3号"):
        body = {"door": door, "head": {"name": "格绒次仁"}}
        site.call("cadre", "POST", f"/villages/{VILLAGE}/households", body)
    asked = {"title": "年终好家风", "purpose": "family", "reason": "年终评选"}
    sent = site.send(
        "cadre", "/fund/lists/new", **asked, names="格绒次仁\t1\t300\n格绒次仁\t400\t2组3号"
    )
    assert listed_amounts(site, sent) == [30_000, 40_000]
