"""Whether the money is there: counts of cash, the bank's statement, closed months."""

from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.errors import FieldError, Invalid
from incentives.fund import lists, operations, queries, schemas
from incentives.fund.api.outputs import (
    count_output,
    explained_output,
    standing_output,
    statement_output,
)
from incentives.fund.api.shared import FUND, blueprint
from incentives.fund.bank_reading import StatementLine, read_statement
from incentives.fund.models import BankStatement, MonthClose
from incentives.fund.operations.months import is_closed
from incentives.fund.schemas.inputs import Month
from incentives.web.api import reads, writes
from incentives.web.cursors import page

BANK = f"{FUND}/bank"
STATEMENTS = f"{BANK}/statements"
LINE = f"{BANK}/lines/<uuid:line_id>"
MONTHS = f"{FUND}/months"


def month_of(text: str) -> date:
    """The month in an address; refuses what is none."""
    try:
        found: date = Month().deserialize(text)
    except ValidationError as wrong:
        raise Invalid(errors=[FieldError("/month", Month.WRONG)]) from wrong
    return found


@blueprint.route(f"{FUND}/counts", methods=["POST"])
@writes(schemas.CountOutput, status=201, body=schemas.CountInput, permission="cash.count")
def post_count(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Enter what lay in the cash box at a month's end; a second person confirms it."""
    return count_output(
        operations.count_cash(village=village, actor=current_actor(), now=now(), **body)
    )


@blueprint.route(f"{FUND}/counts/<uuid:count_id>/confirmation", methods=["POST"])
@writes(schemas.CountOutput, body=schemas.DecisionInput, permission="cash.confirm")
def post_confirmation(village: str, count_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Stand by a count as the second person, or refuse it with a reason."""
    return count_output(
        operations.confirm_count(
            village=village, count_id=count_id, actor=current_actor(), now=now(), **body
        )
    )


@blueprint.route(STATEMENTS)
@reads(schemas.StatementPage, query=lists.STATEMENTS.query, permission="fund.read")
def get_statements(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The bank's statements, newest first, with their lines and what each is in the book."""
    chosen = lists.STATEMENTS.narrow(queries.statements_of(village), query)
    found = page(chosen, [BankStatement.from_on.desc()], query)
    return {**found, "items": [statement_output(each) for each in found["items"]]}


@blueprint.route(STATEMENTS, methods=["POST"])
@writes(
    schemas.StatementOutput, status=201, body=schemas.StatementInput, permission="bank.reconcile"
)
def post_statement(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Enter a statement that was typed."""
    lines = [StatementLine(**each) for each in body.pop("lines")]
    return statement_output(
        operations.enter_statement(
            village=village, lines=lines, actor=current_actor(), now=now(), **body
        )
    )


@blueprint.route(f"{STATEMENTS}/imports", methods=["POST"])
@writes(
    schemas.StatementOutput, status=201, upload=schemas.ImportInput, permission="bank.reconcile"
)
def post_statement_import(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Enter a statement out of a workbook or .csv: columns by their headings."""
    lines = read_statement(body.pop("file").read())
    return statement_output(
        operations.enter_statement(
            village=village,
            lines=lines,
            file=body.pop("paper"),
            actor=current_actor(),
            now=now(),
            **body,
        )
    )


@blueprint.route(f"{STATEMENTS}/<uuid:statement_id>", methods=["DELETE"])
@writes(None, status=204, permission="bank.reconcile")
def delete_statement(village: str, statement_id: UUID) -> None:
    """Take out the newest statement, entered by mistake."""
    operations.remove_statement(
        village=village, statement_id=statement_id, actor=current_actor(), now=now()
    )


@blueprint.route(f"{LINE}/match", methods=["PUT"])
@writes(schemas.BankLineOutput, body=schemas.MatchInput, permission="bank.reconcile")
def put_match(village: str, line_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say which entries of the book a line is."""
    line = operations.match_line(
        village=village,
        line_id=line_id,
        event_ids=body["events"],
        actor=current_actor(),
        now=now(),
    )
    return {**explained_output(line), "events": body["events"]}


@blueprint.route(f"{LINE}/match", methods=["DELETE"])
@writes(None, status=204, permission="bank.reconcile")
def delete_match(village: str, line_id: UUID) -> None:
    """Part a line from its entries again."""
    operations.unmatch_line(village=village, line_id=line_id, actor=current_actor(), now=now())


@blueprint.route(f"{LINE}/explanation", methods=["PUT"])
@writes(
    schemas.OpenLineOutput,
    body=schemas.ExplanationInput,
    permission="bank.reconcile",
)
def put_line_explanation(village: str, line_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say why a line isn't in the book."""
    return explained_output(
        operations.explain_line(
            village=village, line_id=line_id, actor=current_actor(), now=now(), **body
        )
    )


@blueprint.route(f"{BANK}/events/<uuid:event_id>/explanation", methods=["PUT"])
@writes(schemas.NoteOutput, body=schemas.ExplanationInput, permission="bank.reconcile")
def put_event_explanation(village: str, event_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say why an entry of the book isn't on the statement yet."""
    return explained_output(
        operations.explain_event(
            village=village,
            event_id=event_id,
            explanation=body["explanation"] or "",
            actor=current_actor(),
            now=now(),
        )
    )


@blueprint.route(f"{LINE}/confirmation", methods=["POST"])
@writes(schemas.OpenLineOutput, permission="bank.confirm")
def post_line_confirmation(village: str, line_id: UUID) -> dict[str, Any]:
    """Stand, as the second person, by why a line isn't in the book."""
    return explained_output(
        operations.confirm_line(village=village, line_id=line_id, actor=current_actor(), now=now())
    )


@blueprint.route(f"{BANK}/events/<uuid:event_id>/confirmation", methods=["POST"])
@writes(schemas.NoteOutput, permission="bank.confirm")
def post_event_confirmation(village: str, event_id: UUID) -> dict[str, Any]:
    """Stand, as the second person, by why an entry isn't on the statement yet."""
    return explained_output(
        operations.confirm_event(
            village=village, event_id=event_id, actor=current_actor(), now=now()
        )
    )


@blueprint.route(MONTHS)
@reads(schemas.ClosedMonthPage, query=lists.MONTHS.query, permission="fund.read")
def get_months(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The closed months, newest first."""
    chosen = lists.MONTHS.narrow(queries.months_closed(village), query)
    return page(chosen, [MonthClose.month.desc()], query)


@blueprint.route(f"{MONTHS}/<month>")
@reads(schemas.MonthStandingOutput, permission="fund.read")
def get_month(village: str, month: str) -> dict[str, Any]:
    """Where a month stands: what is counted and matched, what differs, what is missing to close."""
    asked = month_of(month)
    return standing_output(
        queries.month_standing(village, asked), is_closed=is_closed(village, asked)
    )


@blueprint.route(f"{MONTHS}/<month>/matches", methods=["POST"])
@writes(schemas.MatchedOutput, permission="bank.reconcile")
def post_matches(village: str, month: str) -> dict[str, Any]:
    """Take over every match that amount and day propose up to the month's end."""
    until = queries.last_of(month_of(month))
    matched = operations.match_proposed(
        village=village, until=until, actor=current_actor(), now=now()
    )
    return {"matched": matched}


@blueprint.route(f"{MONTHS}/<month>/closing", methods=["POST"])
@writes(schemas.ClosedMonthOutput, permission="month.close")
def post_month_closing(village: str, month: str) -> MonthClose:
    """Close a month once cash and bank agree with the book."""
    return operations.close_month(
        village=village, month=month_of(month), actor=current_actor(), now=now()
    )
