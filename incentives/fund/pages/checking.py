"""A month's page: the count of the cash, the bank's statement, what differs, and the closing."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from marshmallow import Schema, ValidationError

from incentives.access.actor import current_actor
from incentives.access.duties import is_second
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.fund import forms, operations, queries, schemas, words
from incentives.fund.bank_reading import StatementLine, read_statement
from incentives.fund.models import BankStatement, CountStatus, MonthClose
from incentives.fund.operations.months import is_closed
from incentives.fund.pages.money import kept_upload
from incentives.fund.pages.shared import blueprint
from incentives.fund.schemas.inputs import Month
from incentives.web.pages import Form, current_village, page, render

TYPED_LINES = 6
MONTHS_SHOWN = 24

Work = Callable[[str, date, dict[str, Any]], Any]


def month_in(text: str) -> date:
    """The month in an address; refuses what is none."""
    try:
        found: date = Month().deserialize(text)
    except ValidationError as error:
        raise NotFound() from error
    return found


@blueprint.get("/fund/months")
@page(permission="fund.read")
def months() -> Any:
    """The month that is to be closed next."""
    village = current_village().code
    month = queries.next_to_close(village) or village_day(now())
    return redirect(url_for(".month", month=f"{month:%Y-%m}"), 303)


@blueprint.get("/fund/months/<month>")
@page(permission="fund.read")
def month(month: str) -> Any:
    """A month: count, statement, differences, and what it lacks to be closed."""
    return show_month(month_in(month))


def show_month(asked: date, action: str | None = None, form: Form | None = None) -> Any:
    """The page of a month, with the form of one action as it stands."""
    village, actor = current_village().code, current_actor()
    standing = queries.month_standing(village, asked)
    closed = is_closed(village, asked)
    statements = db.session.scalars(
        queries.statements_of(village)
        .where(BankStatement.from_on <= queries.last_of(asked), BankStatement.to_on >= asked)
        .order_by(BankStatement.from_on)
    ).all()
    count = standing.count
    people = [] if count is None else [count.counted_by, count.confirmed_by]
    waits = count is not None and count.status is CountStatus.WAITING
    return render(
        "fund/month.html",
        month=asked,
        ends_on=queries.last_of(asked),
        standing=standing,
        proposals=queries.proposals(standing.bank),
        is_closed=closed,
        statements=[(each, lines_with_events(each)) for each in statements],
        last_statement=queries.last_statement(village),
        removable=queries.removable_statement(village),
        names=person_names(people) | queries.names_of_standing(standing.bank),
        may_count=may(actor, "cash.count", village) and not closed,
        may_confirm=waits
        and may(actor, "cash.confirm", village)
        and count is not None
        and is_second(actor, count.counted_by),
        may_reconcile=may(actor, "bank.reconcile", village),
        closed_with=queries.lines_closed_with(village),
        may_stand_by=lambda each: (
            not closed
            and each.explanation is not None
            and each.confirmed_by is None
            and not standing.bank.is_settled(each)
            and may(actor, "bank.confirm", village)
            and is_second(actor, each.explained_by)
        ),
        may_close=may(actor, "month.close", village) and not closed,
        action=action,
        sent={action: form} if action else {},
        form=form,
        typed_lines=TYPED_LINES,
        today=village_day(now()),
        closed_months=db.session.scalars(
            queries.months_closed(village).order_by(MonthClose.month.desc()).limit(MONTHS_SHOWN)
        ).all(),
        words=words,
    )


def lines_with_events(statement: BankStatement) -> list[tuple[Any, list[Any]]]:
    """A statement's lines, each with the entries of the book that it is."""
    by_id = {each.event_id: each for each in queries.bank_events(statement.village)}
    events: dict[UUID, list[Any]] = {}
    for event_id, line_id in queries.matches_of(statement.village).items():
        events.setdefault(line_id, []).append(by_id[event_id])
    return [(line, events.get(line.id, [])) for line in queries.lines_of(statement.id)]


@blueprint.post("/fund/months/<month>/<action>")
@page(permission="fund.read")
def act_on_month(month: str, action: str) -> Any:
    """Count, confirm, bring a statement, take over matches, close; the operation asks who may."""
    if action not in ACTIONS:
        raise NotFound()
    schema, work, done = ACTIONS[action]
    asked, village = month_in(month), current_village().code
    form = Form(schema)
    answer = form.accept(
        lambda: work(village, asked, form.data),
        then=lambda _done: url_for(".month", month=month),
        done=done,
    )
    return answer or show_month(asked, action, form)


def send_count(village: str, month: date, data: dict[str, Any]) -> Any:
    """Keep a count."""
    return operations.count_cash(
        village=village, month=month, actor=current_actor(), now=now(), **data
    )


def send_confirmation(village: str, month: date, data: dict[str, Any]) -> Any:
    """Stand by the month's count, or refuse it."""
    count = queries.newest_count(village, month)
    if count is None:
        raise NotFound()
    return operations.confirm_count(
        village=village, count_id=count.id, actor=current_actor(), now=now(), **data
    )


def send_statement(village: str, _month: date, data: dict[str, Any]) -> Any:
    """Enter a statement that was brought or typed, the bank's paper kept with it."""
    rows = data.pop("lines")
    paper = data.pop("paper_file", None)
    sheet = data.pop("sheet", None)
    lines = (
        read_statement(sheet.read())
        if sheet is not None
        else [
            StatementLine(row["day"], row["in_fen"] - row["out_fen"], row["summary"])
            for row in rows
        ]
    )
    return operations.enter_statement(
        village=village,
        lines=lines,
        file=kept_upload(village, paper),
        actor=current_actor(),
        now=now(),
        **data,
    )


def send_matches(village: str, month: date, _data: dict[str, Any]) -> Any:
    """Take over every match that is proposed."""
    return operations.match_proposed(
        village=village, until=queries.last_of(month), actor=current_actor(), now=now()
    )


def send_closing(village: str, month: date, _data: dict[str, Any]) -> Any:
    """Close the month."""
    return operations.close_month(village=village, month=month, actor=current_actor(), now=now())


ACTIONS: dict[str, tuple[type[Schema] | None, Work, LazyString]] = {
    "count": (forms.CountForm, send_count, _("The count is kept. A second person confirms it.")),
    "confirmation": (schemas.DecisionInput, send_confirmation, _("Your word is kept.")),
    "statement": (forms.StatementForm, send_statement, _("The statement is kept.")),
    "matches": (None, send_matches, _("Matched.")),
    "closing": (None, send_closing, _("The month is closed. Nothing is posted into it any more.")),
}


@blueprint.post("/fund/months/<month>/lines/<uuid:line_id>/<action>")
@page(permission="bank.reconcile")
def act_on_line(month: str, line_id: UUID, action: str) -> Any:
    """Match a line by hand, part it again, or say why the book lacks it."""
    village, actor, at = current_village().code, current_actor(), now()
    given: dict[str, Any] = {"village": village, "line_id": line_id, "actor": actor, "now": at}
    steps: dict[str, tuple[type[Schema] | None, Callable[[dict[str, Any]], Any]]] = {
        "match": (
            forms.MatchForm,
            lambda data: operations.match_line(event_ids=data["events"], **given),
        ),
        "parting": (None, lambda _data: operations.unmatch_line(**given)),
        "explanation": (
            schemas.ExplanationInput,
            lambda data: operations.explain_line(explanation=data["explanation"], **given),
        ),
    }
    return act_on_difference(month, steps, action)


@blueprint.post("/fund/months/<month>/lines/<uuid:line_id>/confirmation")
@page(permission="bank.confirm")
def confirm_line(month: str, line_id: UUID) -> Any:
    """Stand, as the second person, by why the book lacks a line."""
    village, actor = current_village().code, current_actor()

    def work(_data: dict[str, Any]) -> Any:
        return operations.confirm_line(village=village, line_id=line_id, actor=actor, now=now())

    return act_on_difference(month, {"confirmation": (None, work)}, "confirmation")


@blueprint.post("/fund/months/<month>/entries/<uuid:event_id>/confirmation")
@page(permission="bank.confirm")
def confirm_entry(month: str, event_id: UUID) -> Any:
    """Stand, as the second person, by why the statement lacks an entry."""
    village, actor = current_village().code, current_actor()

    def work(_data: dict[str, Any]) -> Any:
        return operations.confirm_event(village=village, event_id=event_id, actor=actor, now=now())

    return act_on_difference(month, {"confirmation": (None, work)}, "confirmation")


@blueprint.post("/fund/months/<month>/entries/<uuid:event_id>/explanation")
@page(permission="bank.reconcile")
def explain_entry(month: str, event_id: UUID) -> Any:
    """Say why an entry of the book isn't on the statement yet."""
    village = current_village().code
    return act_on_difference(
        month,
        {
            "explanation": (
                schemas.ExplanationInput,
                lambda data: operations.explain_event(
                    village=village,
                    event_id=event_id,
                    explanation=data["explanation"] or "",
                    actor=current_actor(),
                    now=now(),
                ),
            )
        },
        "explanation",
    )


def act_on_difference(
    month: str,
    steps: dict[str, tuple[type[Schema] | None, Callable[[dict[str, Any]], Any]]],
    action: str,
) -> Any:
    """Run one of these steps by its form."""
    if action not in steps:
        raise NotFound()
    schema, work = steps[action]
    form = Form(schema)
    answer = form.accept(
        lambda: work(form.data), then=lambda _done: url_for(".month", month=month), done=_("Kept.")
    )
    return answer or show_month(month_in(month), "difference", form)


@blueprint.post("/fund/months/<month>/statements/<uuid:statement_id>/removal")
@page(permission="bank.reconcile")
def remove_statement(month: str, statement_id: UUID) -> Any:
    """Take the newest statement out again."""
    village = current_village().code
    form = Form()
    answer = form.accept(
        lambda: operations.remove_statement(
            village=village, statement_id=statement_id, actor=current_actor(), now=now()
        ),
        then=lambda _done: url_for(".month", month=month),
        done=_("The statement is taken out."),
    )
    return answer or show_month(month_in(month), "difference", form)
