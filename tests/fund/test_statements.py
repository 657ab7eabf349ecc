"""The public book's parts and papers, statements, points and money: all add up to the ledger."""

import io
import re
import zipfile
from datetime import date

import pytest
import weasyprint
from openpyxl import load_workbook
from pypdf import PdfReader

from incentives import ledger
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.fund import operations, queries, statement_papers
from incentives.fund.models import Method, Source
from incentives.fund.operations import BudgetLine
from incentives.fund.queries import IncomeStatement, Part, Period, shelf_values
from incentives.fund.queries.statements import IncomeRow
from incentives.web import sheets
from tests.factories import VILLAGE, act
from tests.fund.people import (
    applied,
    approve,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    reverse,
    set_budgets,
)
from tests.fund.test_http import FUND, INCOME, paid
from tests.site import make_site
from tests.verify.program import verifier

JANUARY, FEBRUARY = date(2026, 1, 15), date(2026, 2, 10)


@pytest.fixture
def village(app):
    """January 1,000 yuan in; February 500 in, mistyped and taken back in March; March spending."""
    people = make_people(publicity_days=0)
    give(people, 100_000, received_on=JANUARY)
    give(people, 20_000, Method.BANK, source=Source.INTEREST, received_on=date(2025, 12, 31))
    wrong = give(people, 50_000, received_on=FEBRUARY)
    act(
        lambda: operations.reverse_income(
            village=VILLAGE, income_id=wrong.id, reason="错", actor=people.treasurer, now=now()
        )
    )
    for amount, back in ((30_000, 10_000), (7_000, None)):
        one = applied(people, amount_fen=amount)
        evaluate(people.reviewer, one)
        approve(people.supervisor, one)
        pay(people.treasurer, one)
        if back:
            give_back(people.treasurer, one, back)
        else:
            reverse(people.treasurer, one)
    return people


def held() -> int:
    return ledger.balance(VILLAGE, "cash") + ledger.balance(VILLAGE, "bank")


def test_each_month_says_what_remained(village):
    months = queries.months_of_money(VILLAGE)
    assert [(f"{each.month:%Y-%m}", each.in_fen, each.out_fen) for each in months] == [
        ("2025-12", 20_000, 0),
        ("2026-01", 100_000, 0),
        ("2026-02", 50_000, 0),
        ("2026-03", -50_000, 20_000),
    ]
    assert [each.remaining_fen for each in months] == [20_000, 120_000, 170_000, 100_000]
    assert months[-1].remaining_fen == held()


def test_a_part_of_the_book_is_a_month_a_year_or_a_purpose(village):
    family = queries.whole_book(VILLAGE, Part(purpose="family"))
    assert [line.amount_fen for line in family] == [-30_000, 10_000, -7_000, 7_000]
    assert queries.whole_book(VILLAGE, Part(purpose="relief")) == []
    last_year = queries.whole_book(VILLAGE, Part(year=2025))
    assert [line.amount_fen for line in last_year] == [20_000]
    february = queries.whole_book(VILLAGE, Part(month=FEBRUARY))
    assert [line.amount_fen for line in february] == [50_000]
    assert sum(line.amount_fen for line in queries.whole_book(VILLAGE, Part())) == held()


def test_who_stood_behind_a_line_stands_behind_its_return_and_its_reversal(village):
    family = queries.whole_book(VILLAGE, Part(purpose="family"))
    paid = ["applied", "evaluated", "approved", "paid"]
    assert [[hand.step for hand in line.hands] for line in family] == [
        paid, [*paid, "entered"], paid, [*paid, "reversed"],
    ]  # fmt: skip
    (_wrong, undone) = [
        line for line in queries.whole_book(VILLAGE, Part()) if abs(line.amount_fen) == 50_000
    ]
    assert [hand.step for hand in undone.hands] == ["entered", "reversed"]
    assert all(line.hands for line in queries.whole_book(VILLAGE, Part()))


def test_what_a_budget_leaves_is_said_by_purpose_and_of_none_that_there_is_none(village):
    overview = queries.fund_overview(VILLAGE)
    (year,) = queries.by_purpose(VILLAGE, overview, Part())
    (family,) = year.items
    assert (family.spent_fen, family.budget_fen, family.left_fen) == (20_000, None, None)
    assert year.unbudgeted_fen == 20_000
    set_budgets(village, family=BudgetLine(15_000), relief=BudgetLine(9_000))
    overview = queries.fund_overview(VILLAGE)
    (year,) = queries.by_purpose(VILLAGE, overview, Part(month=date(2026, 3, 1)))
    assert [(each.purpose, each.month_fen, each.left_fen) for each in year.items] == [
        ("family", 20_000, -5_000),
        ("relief", 0, 9_000),
    ]
    assert (year.spent_fen, year.budget_fen, year.left_fen) == (20_000, 24_000, 4_000)
    assert year.unbudgeted_fen == 0
    assert queries.by_purpose(VILLAGE, overview, Part(year=2025)) == []
    (year,) = queries.by_purpose(VILLAGE, overview, Part(purpose="relief"))
    assert [each.purpose for each in year.items] == ["relief"]


def test_the_trial_balance_balances_and_ends_with_what_is_held(village):
    rows = queries.trial_balance_of(VILLAGE, Period.of(2026))
    assert sum(row.opening_fen for row in rows) == sum(row.closing_fen for row in rows) == 0
    assert sum(row.debit_fen for row in rows) == sum(row.credit_fen for row in rows)
    by_code = {row.code: row for row in rows}
    assert by_code["cash"].closing_fen == ledger.balance(VILLAGE, "cash")
    bank = by_code["bank"]
    assert (bank.opening_fen, bank.debit_fen, bank.closing_fen) == (20_000, 0, 20_000)
    assert by_code["income.donation"].closing_fen == -100_000
    assert [row.code for row in rows][:2] == ["cash", "bank"]


def test_a_new_year_begins_with_its_surplus_and_adds_up(village, clock):
    """Income and spending begin each year at nothing; what earlier years left stands in one row."""
    clock.forward(days=320)  # January 2027
    give(village, 7_000, received_on=date(2027, 1, 5))
    for period in (Period.of(2027), Period.of(2027, 1), Period.of(2027, 2)):
        rows = queries.trial_balance_of(VILLAGE, period)
        assert sum(row.opening_fen for row in rows) == sum(row.closing_fen for row in rows) == 0
        assert sum(row.debit_fen for row in rows) == sum(row.credit_fen for row in rows)
    rows = {row.code: row for row in queries.trial_balance_of(VILLAGE, Period.of(2027))}
    assert rows.keys() == {"cash", "bank", "surplus", "income.donation"}
    assert rows["surplus"].opening_fen == rows["surplus"].closing_fen == 7_000 - held()
    donations = rows["income.donation"]
    assert (donations.opening_fen, donations.closing_fen) == (0, -7_000)
    february = {row.code: row for row in queries.trial_balance_of(VILLAGE, Period.of(2027, 2))}
    assert february["income.donation"].opening_fen == -7_000
    before = {row.code: row for row in queries.trial_balance_of(VILLAGE, Period.of(2026))}
    assert before["surplus"].opening_fen == -20_000  # what 2025 left
    assert (
        before["surplus"].opening_fen
        + sum(
            row.closing_fen
            for code, row in before.items()
            if code.startswith(("income", "spending"))
        )
        == 7_000 - held()
    )
    page = queries.account_page(VILLAGE, "spending.family", Period.of(2027))
    assert (page.opening_fen, page.lines) == (0, [])


def test_income_and_expenditure_by_month(village):
    found = queries.income_statement(VILLAGE, 2026)
    (donations,) = found.income
    assert donations.months[:3] == [100_000, 50_000, -50_000]
    (family,) = found.spending
    assert (family.months[2], family.total_fen) == (20_000, 20_000)
    assert (found.opening_fen, found.remaining[0], found.remaining[11]) == (20_000, 120_000, held())


def test_an_accounts_page_runs_from_what_was_brought_forward(village):
    page = queries.account_page(VILLAGE, "cash", Period.of(2026, 3))
    assert (page.opening_fen, page.closing_fen) == (150_000, ledger.balance(VILLAGE, "cash"))
    balance = page.opening_fen
    for line in page.lines:
        balance += line.debit_fen - line.credit_fen
        assert line.balance_fen == balance
    assert {line.other for line in page.lines} == {"income.donation", "spending.family"}
    with pytest.raises(NotFound):
        queries.account_page(VILLAGE, "issuance", Period.of(2026))


def test_points_are_measured_against_shelf_and_budget(village):
    set_budgets(village, settlement=BudgetLine(30_000))
    shelf_values.append(lambda _village: 5_000)
    try:
        found = queries.points_and_money(VILLAGE, village_day(now()), promised_points=400)
    finally:
        shelf_values.pop()
    assert (found.outstanding_points, found.worth_fen) == (0, 40_000)
    assert (found.cover_fen, found.uncovered_fen) == (35_000, 5_000)
    assert found.cost_per_point_fen is None
    # 200 yuan went out in the four months since December: 50 a month; 1,000 yuan last 20 months.
    assert (found.monthly_spending_fen, found.months_left) == (5_000, 20)


@pytest.fixture
def site(bare_app):
    site = make_site(bare_app, publicity_days=0)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    paid(site, purpose="relief", reason="家里有人重病")
    return site


def sheet_in(workbook: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return parts.read("xl/worksheets/sheet1.xml").decode()


def texts_in(workbook: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return parts.read("xl/sharedStrings.xml").decode()


def test_the_book_is_taken_along_by_anyone_with_the_needy_masked(site):
    for path in (f"/api/v1{FUND}/book.xlsx", f"/v/{VILLAGE}/fund.xlsx?month=2026-03"):
        answer = site.app.test_client().get(path)
        assert answer.status_code == 200, path
        texts = texts_in(answer.data)
        assert "扎**" in texts
        assert "在外乡友" in texts
        assert "扎西彭措" not in texts
        assert "重病" not in texts
        assert "2026-03-02" not in texts
    for path in (f"/api/v1{FUND}/book.pdf?year=2026", f"/v/{VILLAGE}/fund.pdf?purpose=relief"):
        answer = site.app.test_client().get(path)
        assert answer.data[:5] == b"%PDF-", path
    page = site.app.test_client().get(f"/v/{VILLAGE}/fund?month=&purpose=relief")
    assert (page.status_code, "扎**" in page.text, "在外乡友" in page.text) == (200, True, False)
    assert site.call(None, "GET", f"{FUND}/book?purpose=relief&year=2026").json["items"]


def read_off(answer) -> str:
    """What somebody reads of the book, in whichever form it was taken along."""
    assert answer.status_code == 200
    if answer.data[:5] == b"%PDF-":
        return "".join(each.extract_text() for each in PdfReader(io.BytesIO(answer.data)).pages)
    return texts_in(answer.data) if answer.data[:2] == b"PK" else answer.text


@pytest.mark.parametrize("paid_as", ["resident", "household"])
def test_a_minor_is_masked_wherever_the_book_is_read(bare_app, paid_as):
    site = make_site(bare_app, publicity_days=0)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    body = {"door": "7", "head": {"name": "丹增", "minor": False}}
    home = site.call("cadre", "POST", f"/villages/{VILLAGE}/households", body).json
    payee = {"household_id": home["id"]}
    if paid_as == "resident":
        payee = {"resident_id": home["head_id"]}
    paid(site, payee=payee)
    path = f"/villages/{VILLAGE}/residents/{home['head_id']}"
    for minor in (False, True):
        answer = site.call("cadre", "PATCH", path, {"minor": minor})
        assert answer.status_code == 200, answer.text
        for where in ("/api/v1{0}/book", "/api/v1{0}/book.xlsx", "/api/v1{0}/book.pdf", *PAGES):
            text = read_off(site.app.test_client().get(where.format(FUND)))
            assert ("丹增" in text, "丹*" in text) == (not minor, minor), where


PAGES = (f"/v/{VILLAGE}/fund", f"/v/{VILLAGE}/fund.xlsx", f"/v/{VILLAGE}/fund.pdf")


def test_the_printed_book_adds_up_as_the_page_does(site):
    one = paid(site)
    back = {"amount_fen": 10_000, "method": "cash", "reason": "x", "returned_on": "2026-03-02"}
    site.call("treasurer", "POST", f"{FUND}/disbursements/{one['id']}/return", back)
    printed = site.app.test_client().get(f"/v/{VILLAGE}/fund.pdf?month=2026-03")
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(printed.data)).pages)
    with site.app.app_context():
        (month,) = queries.months_of_money(VILLAGE)
    sums = [f"{fen / 100:.2f}" for fen in (month.in_fen, month.out_fen, month.remaining_fen)]
    assert sums == ["1000.00", "500.00", "500.00"]
    (line,) = [each for each in text.splitlines() if "支出" in each and "结余" in each]
    assert re.findall(r"\d+\.\d\d", line) == sums


def test_the_book_says_by_purpose_what_is_left_wherever_it_is_read(site):
    items = [{"purpose": "relief", "amount_fen": 50_000}]
    vote = {"held_on": "2026-03-01", "present": 60, "in_favour": 50, "against": 3}
    body = {"resolution": "村民会议", "items": items, **vote}
    site.call("treasurer", "PUT", f"{FUND}/budgets/2026", body)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    paid(site)
    told = site.call(None, "GET", f"{FUND}/book?month=2026-03").json
    assert [each["out_fen"] for each in told["by_month"]] == [60_000]
    (year,) = told["by_purpose"]
    found = {each["purpose"]: (each["month_fen"], each["left_fen"]) for each in year["items"]}
    assert found == {"family": (30_000, None), "relief": (30_000, 20_000)}
    (year,) = site.call(None, "GET", FUND).json["by_year"]
    assert [each["left_fen"] for each in year["by_purpose"]] == [None, 20_000]
    page = site.open("treasurer", f"/v/{VILLAGE}/fund")
    assert "Spent 300.00 yuan, without a budget" in page
    assert "Spent in the year, together · no budget" in page
    assert "¥200.00" in page
    assert 'class="track-whole"' in page
    printed = site.app.test_client().get(f"/v/{VILLAGE}/fund.pdf")
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(printed.data)).pages)
    assert "没有预算" in text
    assert "200.00" in text
    answer = site.app.test_client().get(f"/v/{VILLAGE}/fund.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert len(book.sheetnames) == 3
    rows = list(book.worksheets[2].iter_rows(min_row=2, values_only=True))
    assert [row[1:] for row in rows] == [(300, "没有预算", None), (300, 500, 200)]
    assert [len(sheet._charts) for sheet in book.worksheets] == [0, 1, 1]


def test_anyone_recomputes_the_fund_from_the_public_leaves(site):
    leaves = site.call(None, "GET", f"/villages/{VILLAGE}/ledger/leaves?from=0").json["items"]
    fund = verifier.Fund()
    for each in leaves:
        fund.add(verifier.read_leaf(each["leaf"].encode()).moves)
    report, told = fund.report(), site.call(None, "GET", FUND).json
    assert report["cash_fen"] == told["cash_fen"] == 70_000
    assert report["bank_fen"] == told["bank_fen"]
    assert report["spending_fen"] == {
        f"spending.{each['purpose']}": each["spent_fen"] for each in told["by_purpose"]
    }
    book = site.call(None, "GET", f"{FUND}/book?limit=500").json["items"]
    assert sum(each["amount_fen"] for each in book) == report["cash_fen"] + report["bank_fen"]


def test_statements_are_read_printed_and_taken_along_by_staff(site):
    base = f"{FUND}/statements"
    balance = site.call("supervisor", "GET", f"{base}/trial-balance?year=2026&month=3").json
    assert {row["code"] for row in balance["items"]} == {
        "cash",
        "income.donation",
        "spending.relief",
    }
    found = site.call("overseer", "GET", f"{base}/income?year=2026").json
    assert found["remaining"][2] == 70_000
    account = site.call("treasurer", "GET", f"{base}/account?year=2026&account=cash")
    assert account.json["closing_fen"] == 70_000
    assert "扎西彭措" not in account.text
    assert site.call("treasurer", "GET", f"{base}/account?year=2026").status_code == 404
    assert site.call("shopkeeper", "GET", f"{base}/income?year=2026").status_code == 403
    for kind in ("income", "trial-balance", "account"):
        query = "?year=2026&account=cash"
        pdf = site.call("cadre", "GET", f"{base}/{kind}.pdf{query}")
        assert pdf.data[:5] == b"%PDF-", kind
        sheet = site.call("cadre", "GET", f"{base}/{kind}.xlsx{query}").data
        assert "<v>700</v>" in sheet_in(sheet)
        page = site.open("treasurer", f"/fund/statements?kind={kind}&year=2026&account=cash")
        assert "700.00" in page
        paper = site.browser("treasurer").get(f"/fund/statements/{kind}.pdf{query}")
        assert paper.data[:5] == b"%PDF-"
    assert site.call("cadre", "GET", f"{base}/other.pdf?year=2026").status_code == 404
    points = site.call("supervisor", "GET", f"{FUND}/points").json
    assert (points["fund_fen"], points["uncovered_fen"]) == (70_000, 0)


def test_a_year_that_is_full_fits_its_paper(village, app, monkeypatch):
    row = IncomeRow("income.donation", [12_345_678] * 12)
    spent = IncomeRow("spending.settlement", [1_234_567] * 12)
    full = IncomeStatement(2026, [row], [spent], 99_999_999, [123_456_789] * 12)
    monkeypatch.setattr(statement_papers, "income_statement", lambda *_: full)
    drawn: list[str] = []
    monkeypatch.setattr(sheets, "pdf_of", lambda document: drawn.append(document) or b"")
    with app.test_request_context():
        statement_papers.statement_pdf(VILLAGE, statement_papers.Asked("income", 2026))
        styles, fonts = sheets.styles_of(app.static_folder)
        paper = weasyprint.HTML(string=drawn[0]).render(stylesheets=styles, font_config=fonts)
    for each in paper.pages:
        cells = [box for box in each._page_box.descendants() if box.element_tag in ("td", "th")]
        assert cells
        assert max(box.position_x + box.margin_width() for box in cells) <= each.width
        assert min(box.width for box in cells if box.element_tag == "td") > 0
