"""What came back of earlier years stands beside each budget, so that what is left adds up."""

import io
import re
import zipfile

import pytest
from flask import render_template_string
from pypdf import PdfReader

from tests.factories import VILLAGE
from tests.fund.test_http import FUND, INCOME, VOTE, paid
from tests.site import make_site
from tests.web.sheets import sheet_of

BACK = "10.00 yuan that earlier years had paid came back"
BUDGET = {"resolution": "决议", "items": [{"purpose": "family", "amount_fen": 100_000}]}


@pytest.fixture
def site(bare_app, clock):
    """A village whose payment of last year came back in part, with a budget of this year."""
    site = make_site(bare_app, publicity_days=0)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    one = paid(site)
    clock.forward(days=330)
    site.tokens.clear()
    assert site.call("treasurer", "PUT", f"{FUND}/budgets/2027", VOTE | BUDGET).status_code == 200
    back = {"amount_fen": 1_000, "method": "cash", "reason": "买的少了"}
    path = f"{FUND}/disbursements/{one['id']}/return"
    assert site.call("treasurer", "POST", path, back).status_code == 201
    return site


def of_purpose(items: list[dict]) -> dict:
    return next(each for each in items if each["purpose"] == "family")


def adds_up(figures: dict, budget: str) -> bool:
    came_back = figures["of_before_fen"]
    return came_back == 1_000 and (
        figures[budget] - figures["spent_fen"] - came_back == figures["left_fen"]
    )


def test_the_figures_add_up_in_json(site):
    budgets = site.call("treasurer", "GET", f"{FUND}/budgets/2027").json["items"]
    assert adds_up(of_purpose(budgets), "amount_fen")
    book = site.call(None, "GET", f"{FUND}/book?year=2027").json["by_purpose"]
    assert adds_up(of_purpose(book[0]["items"]), "budget_fen")
    years = site.call(None, "GET", FUND).json["by_year"]
    figures = next(each for each in years if each["year"] == 2027)["by_purpose"]
    assert adds_up(of_purpose(figures), "budget_fen")


def test_they_do_where_they_are_read(site):
    for page in (f"/v/{VILLAGE}/fund?year=2027", "/fund"):
        assert BACK in re.sub(r"\s+", " ", site.open("treasurer", page)), page


def test_they_do_on_paper_and_in_a_workbook(site):
    pdf = site.call("treasurer", "GET", f"{FUND}/book.pdf?year=2027").data
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages)
    assert "10.00" in text
    assert "不能再用" in text
    for path in (f"{FUND}/book.xlsx?year=2027", f"{FUND}/budgets/2027.xlsx"):
        answer = site.call("treasurer", "GET", path)
        with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
            texts = "".join(parts.read(each).decode() for each in parts.namelist())
        assert "Came back of earlier years" in texts or "以前年度付的退回" in texts, path


@pytest.mark.parametrize(("fen", "said"), [(1_000, "退回 10.00 元"), (-300, "3.00 元其实没有退回")])
def test_what_did_not_come_back_after_all_is_not_said_to_have(site, fen, said):
    """A return of an earlier year's payment, and its reversal in a year of its own."""
    asked = '{% from "fund/parts.html" import of_before %}{{ of_before({"of_before_fen": fen}) }}'
    with site.app.test_request_context():
        text = render_template_string(asked, fen=fen)
    assert said in text
    assert "-" not in text
    assert "上年" not in text


def test_what_was_entered_after_its_month_says_when(bare_app):
    """What was left after it is by the order of entry, so that its line tells where it stands."""
    site = make_site(bare_app, publicity_days=0)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME | {"received_on": "2026-02-27"})
    late, in_time = site.call(None, "GET", f"{FUND}/book").json["items"]
    assert [each["entered_on"] for each in (late, in_time)] == ["2026-03-02"] * 2
    assert site.open("treasurer", f"/v/{VILLAGE}/fund").count("entered on <time") == 1
    rows = sheet_of(site.call(None, "GET", f"{FUND}/book.xlsx"))
    assert sum("entered on 2 Mar 2026" in str(row[2]) for row in rows[1:]) == 1
