"""What the bank's statement said beyond the book, with its two people: in public, in the month."""

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from incentives.fund.queries import Part, bank_differences
from tests.factories import VILLAGE
from tests.fund.test_http import FUND, INCOME, ask
from tests.recovery.drill import within
from tests.site import Site, make_site

PUBLIC = f"/v/{VILLAGE}/fund"
MARCH = f"{FUND}/months/2026-03"
SECRET = "给扎西彭措家的救助款"
HANDS = ["explained", "confirmed"]


@pytest.fixture
def site(bare_app, clock) -> Site:
    """March closed: 5.00 missing at the bank, a payment in need and an income it hadn't seen."""
    site = make_site(bare_app, publicity_days=0)
    banked = INCOME | {"method": "bank"}
    sent(site, "treasurer", "POST", f"{FUND}/income", banked)
    row = ask(site, 30_000, purpose="relief")
    one = f"{FUND}/disbursements/{row['id']}"
    sent(site, "reviewer", "POST", f"{one}/evaluation", {"decision": "approve"})
    sent(site, "supervisor", "POST", f"{one}/approval", {"decision": "approve"})
    payment = {"paid_on": "2026-03-02", "method": "bank", "voucher": "P-1"}
    sent(site, "treasurer", "POST", f"{one}/payment", payment)
    late = banked | {"amount_fen": 2_000, "received_on": "2026-03-02"}
    sent(site, "treasurer", "POST", f"{FUND}/income", late)
    clock.forward(days=30)
    site.tokens.clear()
    lines = [("2026-03-01", 100_000, "捐款"), ("2026-03-30", -500, "扣款")]
    statement = {
        "from_on": "2026-03-01",
        "to_on": "2026-03-31",
        "opening_fen": 0,
        "closing_fen": 99_500,
        "lines": [
            {"day": day, "amount_fen": fen, "summary": summary} for day, fen, summary in lines
        ],
    }
    sent(site, "treasurer", "POST", f"{FUND}/bank/statements", statement)
    sent(site, "treasurer", "POST", f"{MARCH}/matches")
    for path in paths(site):
        explained = sent(site, "treasurer", "PUT", f"{path}/explanation", {"explanation": SECRET})
        assert (explained["explained_by"], explained["confirmed_by"]) == ("treasurer 某", None)
        confirmed = sent(site, "supervisor", "POST", f"{path}/confirmation")
        assert (confirmed["explained_by"], confirmed["confirmed_by"]) == (
            "treasurer 某",
            "supervisor 某",
        )
    return site


def sent(site: Site, who: str, method: str, path: str, body=None):
    answer = site.call(who, method, path, body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json


def paths(site: Site) -> list[str]:
    """The differences of March, as they are named."""
    standing = sent(site, "treasurer", "GET", MARCH)
    lines = [f"{FUND}/bank/lines/{each['id']}" for each in standing["lines"]]
    return lines + [f"{FUND}/bank/events/{each['event_id']}" for each in standing["events"]]


def close(site: Site) -> None:
    sent(site, "treasurer", "POST", f"{MARCH}/closing")


def test_the_month_says_who_explained_and_who_stands_by_it(site):
    close(site)
    standing = sent(site, "cadre", "GET", MARCH)
    differing = [*standing["lines"], *standing["events"]]
    assert len(differing) == 3
    for each in differing:
        assert (each["explained_by"], each["confirmed_by"]) == ("treasurer 某", "supervisor 某")
    (statement,) = sent(site, "cadre", "GET", f"{FUND}/bank/statements")["items"]
    assert [each["confirmed_by"] for each in statement["lines"]] == [None, "supervisor 某"]
    page = site.open("cadre", "/fund/months/2026-03")
    assert page.count("Explained by treasurer 某 · Confirmed by supervisor 某") == 3


def test_the_public_book_says_what_differs_and_who_stands_by_it_not_the_words(site):
    book = f"{FUND}/book?month=2026-03"
    assert sent(site, None, "GET", book)["bank_differences"] is None  # March isn't closed yet
    close(site)
    found = sent(site, None, "GET", book)["bank_differences"]
    assert [found[each] for each in ("statement_fen", "book_fen", "difference_fen")] == [
        99_500,
        72_000,
        27_500,
    ]
    items = found["items"]
    assert [each["amount_fen"] for each in items] == [-500, 30_000, -2_000]
    assert sum(each["amount_fen"] for each in items) == found["difference_fen"]
    # What may be of a payee in need is shown by month.
    assert [each["day"] for each in items] == [None, None, "2026-03-02"]
    assert [each["month"] for each in items] == ["2026-03"] * 3
    assert [each["voucher"] is None for each in items] == [True, True, False]
    for each in items:
        assert [hand["step"] for hand in each["hands"]] == HANDS
        assert [hand["name"] for hand in each["hands"]] == ["treasurer 某", "supervisor 某"]
    page = site.app.test_client().get(f"{PUBLIC}?month=2026-03").text
    assert "不一致的" in page
    assert "275" in page
    assert page.count("说明人 treasurer 某 · 确认人 supervisor 某") == 3
    printed = site.app.test_client().get(f"{PUBLIC}.pdf?month=2026-03").data
    paper = "".join(each.extract_text() for each in PdfReader(io.BytesIO(printed)).pages)
    beside = paper[paper.index("银行对账单") : paper.index("不一致的")]
    assert re.findall(r"-?\d+\.00", beside) == ["-5.00", "300.00", "-20.00"]
    assert "275.00" in paper
    sheets = load_workbook(
        io.BytesIO(site.app.test_client().get(f"{PUBLIC}.xlsx?month=2026-03").data)
    )
    cells = [cell for row in sheets["银行对账单"].values for cell in row]
    assert {-5, 300, -20, 275} <= set(cells)
    for text in (page, paper, str(cells), str(found)):
        assert SECRET not in text


def test_what_a_month_was_closed_with_is_offered_no_other_reason(site):
    """The next month's page still shows the line, and asks no more why the book lacks it."""
    (line,) = sent(site, "treasurer", "GET", MARCH)["lines"]
    field, april = f"why-{line['id']}", "/fund/months/2026-04"
    assert field in site.open("treasurer", april)
    close(site)
    page = site.open("treasurer", april)
    assert line["summary"] in page
    assert field not in page


def test_of_which_month_the_differences_are(site):
    close(site)
    with within(site.app):
        for part in (Part(), Part(year=2026), Part(month=date(2026, 3, 1))):
            assert bank_differences(VILLAGE, part).difference_fen == 27_500
        for part in (Part(year=2025), Part(month=date(2026, 4, 1)), Part(purpose="relief")):
            assert bank_differences(VILLAGE, part) is None


def test_a_month_in_which_bank_and_book_agree_says_nothing(bare_app, clock):
    site = make_site(bare_app, publicity_days=0)
    sent(site, "treasurer", "POST", f"{FUND}/income", INCOME | {"method": "bank"})
    clock.forward(days=30)
    site.tokens.clear()
    line = {"day": "2026-03-01", "amount_fen": 100_000, "summary": "捐款"}
    ends = {"from_on": "2026-03-01", "to_on": "2026-03-31", "opening_fen": 0}
    statement = ends | {"closing_fen": 100_000, "lines": [line]}
    sent(site, "treasurer", "POST", f"{FUND}/bank/statements", statement)
    sent(site, "treasurer", "POST", f"{MARCH}/matches")
    close(site)
    assert sent(site, None, "GET", f"{FUND}/book")["bank_differences"] is None
    assert "对账单余额" not in site.app.test_client().get(PUBLIC).text
