"""Statements in the form that village accounts use, and points and money together."""

from typing import Any

from flask import Response

from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.fund import queries, schemas
from incentives.fund.api.shared import FUND, blueprint
from incentives.fund.queries import Period
from incentives.fund.statement_papers import KINDS, Asked, statement_pdf, statement_workbook
from incentives.web.api import reads
from incentives.web.workbooks import XLSX

STATEMENTS = f"{FUND}/statements"


@blueprint.route(f"{STATEMENTS}/income")
@reads(schemas.IncomeStatementOutput, query=schemas.YearQuery, permission="fund.read")
def get_income_statement(village: str, query: dict[str, Any]) -> queries.IncomeStatement:
    """Income by source and expenditure by purpose in each month of a year."""
    return queries.income_statement(village, query["year"])


@blueprint.route(f"{STATEMENTS}/trial-balance")
@reads(schemas.TrialBalanceOutput, query=schemas.PeriodQuery, permission="fund.read")
def get_fund_trial_balance(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """Every account of money before, in and after a year or a month."""
    return {"items": queries.trial_balance_of(village, Period.of(**query))}


@blueprint.route(f"{STATEMENTS}/account")
@reads(schemas.AccountPageOutput, query=schemas.StatementQuery, permission="fund.read")
def get_account_page(village: str, query: dict[str, Any]) -> queries.AccountPage:
    """An account's lines in a year or a month."""
    account = query.pop("account") or ""
    return queries.account_page(village, account, Period.of(**query))


@blueprint.route(f"{STATEMENTS}/<kind>.pdf")
@reads(None, query=schemas.StatementQuery, permission="fund.read", produces="application/pdf")
def get_statement_pdf(village: str, kind: str, query: dict[str, Any]) -> Response:
    """A statement on paper (`income`, `trial-balance`, `account`), with the newest checkpoint."""
    return statement_pdf(village, asked_for(kind, query))


@blueprint.route(f"{STATEMENTS}/<kind>.xlsx")
@reads(None, query=schemas.StatementQuery, permission="fund.read", produces=XLSX)
def get_statement_workbook(village: str, kind: str, query: dict[str, Any]) -> Response:
    """A statement as a workbook (`income`, `trial-balance`, `account`)."""
    return statement_workbook(village, asked_for(kind, query))


def asked_for(kind: str, query: dict[str, Any]) -> Asked:
    """The statement in an address; refuses a kind that is none."""
    if kind not in KINDS:
        raise NotFound()
    return Asked(kind, **query)


@blueprint.route(f"{FUND}/points")
@reads(schemas.PointsAndMoneyOutput, permission="fund.read")
def get_points_and_money(village: str) -> queries.PointsAndMoney:
    """What a point cost this year, how long the fund lasts, and what covers the points."""
    return queries.points_and_money(village, village_day(now()))
