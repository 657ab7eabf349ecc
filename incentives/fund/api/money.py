"""The fund's money: what it holds, its public book, income, moves and budgets."""

from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.fund import lists, operations, queries, schemas
from incentives.fund.api.outputs import (
    budgets_output,
    figures_of_part,
    income_outputs,
    named,
    year_output,
)
from incentives.fund.api.shared import FUND, blueprint
from incentives.fund.book_papers import book_pdf, book_workbook
from incentives.fund.models import Income, MoneyMove
from incentives.fund.papers import income_receipt_pdf
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.workbooks import XLSX


@blueprint.route(FUND)
@reads(schemas.FundOutput, permission=None)
def get_fund(village: str) -> dict[str, Any]:
    """What the fund holds, and what it spent by purpose and by year."""
    overview = queries.fund_overview(village)
    return {
        "balance_fen": overview.balance_fen,
        "cash_fen": overview.cash_fen,
        "bank_fen": overview.bank_fen,
        "payable_fen": overview.payable_fen,
        "by_purpose": [
            {**named(code), "spent_fen": amount} for code, amount in overview.spending.items()
        ],
        "by_year": [year_output(each) for each in overview.years],
        "by_month": queries.months_of_money(village),
    }


@blueprint.route(f"{FUND}/book")
@reads(schemas.BookPage, query=schemas.BookQuery, permission=None)
def get_book(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The public book, newest entry first: each line with what remained, and its figures."""
    part = query.pop("part")
    return {**queries.book(village, part, query), **figures_of_part(village, part)}


@blueprint.route(f"{FUND}/book.pdf")
@reads(None, query=schemas.BookPart, permission=None, produces="application/pdf")
def get_book_pdf(village: str, query: dict[str, Any]) -> Response:
    """The public book on paper, with the log's newest signature: all, or a part."""
    return book_pdf(village, query["part"])


@blueprint.route(f"{FUND}/book.xlsx")
@reads(None, query=schemas.BookPart, permission=None, produces=XLSX)
def get_book_workbook(village: str, query: dict[str, Any]) -> Response:
    """The public book as a workbook: all, or a part."""
    return book_workbook(village, query["part"])


@blueprint.route(f"{FUND}/income")
@reads(schemas.IncomePage, query=lists.INCOME.query, permission="fund.read")
def get_income(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What came in, newest first."""
    found = page(lists.INCOME.narrow(queries.income(village), query), [Income.id.desc()], query)
    return {**found, "items": income_outputs(found["items"])}


@blueprint.route(f"{FUND}/income", methods=["POST"])
@writes(schemas.IncomeOutput, status=201, body=schemas.IncomeInput, permission="income.record")
def post_income(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Enter money that came in; it says whether its voucher number came before this year."""
    kept = operations.record_income(village=village, actor=current_actor(), now=now(), **body)
    return income_outputs([kept])[0]


@blueprint.route(f"{FUND}/income/<uuid:income_id>/receipt.pdf")
@reads(None, permission="fund.read", produces="application/pdf")
def get_income_receipt(village: str, income_id: UUID) -> Response:
    """A receipt that thanks who gave, with the ledger's reference and its QR."""
    return income_receipt_pdf(queries.find_income(village, income_id))


@blueprint.route(f"{FUND}/income/<uuid:income_id>/reversal", methods=["POST"])
@writes(schemas.IncomeOutput, status=201, body=schemas.ReasonInput, permission="income.reverse")
def post_income_reversal(village: str, income_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take back an income that was mistyped, in public."""
    kept = operations.reverse_income(
        village=village, income_id=income_id, actor=current_actor(), now=now(), **body
    )
    return income_outputs([kept])[0]


@blueprint.route(f"{FUND}/moves", methods=["POST"])
@writes(schemas.MoveOutput, status=201, body=schemas.MoveInput, permission="money.move")
def post_move(village: str, body: dict[str, Any]) -> MoneyMove:
    """Bring cash to the bank or fetch it, or enter money that was found beyond the book."""
    return operations.move_money(village=village, actor=current_actor(), now=now(), **body)


@blueprint.route(f"{FUND}/budgets/<int:year>")
@reads(schemas.BudgetsOutput, query=lists.BUDGETS.query, permission="fund.read")
def get_budgets(village: str, year: int, query: dict[str, Any]) -> dict[str, Any]:
    """A year's budgets, with what is applied for, approved, spent and left of each."""
    found = budgets_output(village, year)
    return {**found, "items": lists.BUDGETS.sift(found["items"], query)}


@blueprint.route(f"{FUND}/budgets/<int:year>", methods=["PUT"])
@writes(schemas.BudgetsOutput, body=schemas.BudgetsInput, permission="budget.set")
def put_budgets(village: str, year: int, body: dict[str, Any]) -> dict[str, Any]:
    """Set all of a year's budgets as the assembly adopted them."""
    lines = {each.pop("purpose"): operations.BudgetLine(**each) for each in body.pop("items")}
    operations.set_budgets(
        village=village,
        year=year,
        lines=lines,
        vote=operations.Vote(**body),
        actor=current_actor(),
        now=now(),
    )
    return budgets_output(village, year)
