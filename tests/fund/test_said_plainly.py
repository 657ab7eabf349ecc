"""What is typed says something, and what came back is said plainly."""

import re
from datetime import date

import pytest

from incentives.clock import now
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.bank_reading import read_statement
from incentives.fund.models import BankLine
from tests.factories import VILLAGE, act
from tests.fund.months import statement
from tests.fund.people import make_people
from tests.fund.test_http import FUND, INCOME, paid
from tests.site import make_site

MARCH, TODAY = date(2026, 3, 1), date(2026, 3, 2)
UNSEEN = "\u200b"


@pytest.fixture
def village(app):
    return make_people(publicity_days=0)


@pytest.mark.parametrize("summary", ["", " ", UNSEEN, f"捐{UNSEEN}款"])
def test_a_lines_summary_is_neither_blank_nor_hidden(village, summary):
    with pytest.raises(Invalid) as refused:
        statement(village, MARCH, TODAY, (TODAY, 100, "-"), (TODAY, 100, summary))
    assert [each.pointer for each in refused.value.errors] == ["/lines/1/summary"]


def test_what_nobody_sees_in_a_banks_sheet_is_left_out():
    sheet = f"日期,金额,摘要\n2026-03-01,1.00,捐{UNSEEN}款\n2026-03-02,2.00,{UNSEEN}\n"
    assert [each.summary for each in read_statement(sheet.encode())] == ["捐款", "-"]


def explain(village, line, explanation):
    treasurer = village.treasurer
    return act(
        lambda: operations.explain_line(
            village=VILLAGE, line_id=line, explanation=explanation, actor=treasurer, now=now()
        )
    )


def test_an_explanation_of_signs_takes_nothing_back(village):
    statement(village, MARCH, TODAY, (TODAY, 100, "利息"))
    (line,) = queries.month_standing(VILLAGE, MARCH).bank.lines
    explain(village, line.id, " 四月入账 ")
    for said in ("?!", "——", UNSEEN):
        with pytest.raises(Invalid) as refused:
            explain(village, line.id, said)
        assert [each.pointer for each in refused.value.errors] == ["/explanation"]
    assert db.session.get_one(BankLine, line.id).explanation == "四月入账"
    explain(village, line.id, " ")
    kept = db.session.get_one(BankLine, line.id)
    assert (kept.explanation, kept.explained_by) == (None, None)


@pytest.fixture
def site(bare_app):
    return make_site(bare_app, publicity_days=0)


def seen(page: str) -> str:
    """A page's text without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_what_came_back_of_last_years_money_is_not_less_than_nothing_spent(site, clock):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    one = paid(site)
    clock.forward(days=330)
    site.tokens.clear()
    back = {"amount_fen": 1_000, "method": "cash", "reason": "买的少了"}
    path = f"{FUND}/disbursements/{one['id']}/return"
    assert site.call("treasurer", "POST", path, back).status_code == 201
    book = seen(site.open("treasurer", f"/v/{VILLAGE}/fund?month=2027-01"))
    assert "Spent 0.00 yuan, without a budget" in book
    assert "no budget Came back ¥10.00 January 2027 · Came back ¥10.00" in book
    assert "January 2027 · Came back ¥10.00 2027 · Came back ¥10.00 Budgets, together" in book
    assert "-10.00" not in book
    assert "10.00 yuan came back" in site.open("treasurer", "/fund/budgets/2027")
    (figures,) = site.call("treasurer", "GET", f"{FUND}/budgets/2027").json["items"]
    assert figures["spent_fen"] == -1_000
