"""The statements of village accounts, to read, print and take along."""

from typing import Any

from flask import Response, request, url_for

from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.fund import schemas, words
from incentives.fund.pages.shared import blueprint
from incentives.fund.statement_papers import (
    BALANCE,
    KINDS,
    Asked,
    accounts_of,
    statement_pdf,
    statement_workbook,
    table_of,
)
from incentives.web.pages import current_village, page, render
from incentives.web.parsing import load


def asked_for(kind: str) -> Asked:
    """The statement that the address asks for, this year's without a year."""
    if kind not in KINDS:
        raise NotFound()
    given: dict[str, Any] = {
        name: request.args[name] for name in ("year", "month", "account") if request.args.get(name)
    }
    given.setdefault("year", str(village_day(now()).year))
    return Asked(kind, **load(schemas.StatementQuery(), given))


@blueprint.get("/fund/statements")
@page(permission="fund.read")
def statements() -> Any:
    """A statement: income and expenditure, trial balance, an account's page."""
    village = current_village().code
    asked = asked_for(request.args.get("kind") or BALANCE)
    accounts = accounts_of(village)
    if asked.account is None and accounts:
        asked = Asked(asked.kind, asked.year, asked.month, accounts[0][0])
    address: dict[str, Any] = {"year": asked.year, "month": asked.month, "account": asked.account}
    known = accounts or asked.kind != "account"
    return render(
        "fund/statements.html",
        asked=asked,
        kinds=[(kind, words.STATEMENTS[kind]) for kind in KINDS],
        accounts=accounts,
        table=table_of(village, asked) if known else None,
        pdf_url=url_for(".statement_paper", kind=asked.kind, **address),
        xlsx_url=url_for(".statement_sheet", kind=asked.kind, **address),
    )


@blueprint.get("/fund/statements/<kind>.pdf")
@page(permission="fund.read")
def statement_paper(kind: str) -> Response:
    """A statement on paper."""
    return statement_pdf(current_village().code, asked_for(kind))


@blueprint.get("/fund/statements/<kind>.xlsx")
@page(permission="fund.read")
def statement_sheet(kind: str) -> Response:
    """A statement as a workbook."""
    return statement_workbook(current_village().code, asked_for(kind))
