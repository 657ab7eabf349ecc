"""The public ledgers: blue what is in time, red what is overdue, by office and never by villager.

Three kinds of duties stand there: those entered by hand, calls that an office hasn't answered, and
what other rooms have to do (objections to be ruled on). Only the first have a row of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import gettext, ngettext
from sqlalchemy import select

from incentives.calls.models import Call, CallStatus, Duty
from incentives.calls.queries.offices import names_at, offices_by_id
from incentives.calls.states import UNANSWERED
from incentives.calls.words import CATEGORIES
from incentives.clock import village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register import dues
from incentives.register.answers import named
from incentives.register.queries import divisions_by_code

CALLS_AT_MOST = 1_000
RED, BLUE = "red", "blue"


class DutySource(StrEnum):
    """What a duty came of."""

    HAND = "hand"
    CALL = "call"
    OBJECTION = "objection"


@dataclass(frozen=True)
class LedgerLine:
    """One open duty: whose, what, where, by which day, on which ledger, how many days late."""

    source: DutySource
    id: UUID | None
    division: str
    title: Any
    office: Any
    office_id: UUID | None
    due_on: date
    ledger: str
    days_overdue: int


def find_duty(division: str, duty_id: UUID) -> Duty:
    """A duty of that division; refuses what isn't there."""
    duty = db.session.get(Duty, duty_id)
    if duty is None or duty.division != division:
        raise NotFound()
    return duty


def duties_of_offices(office_ids: list[UUID]) -> list[Duty]:
    """What these offices have to do by hand, the first due first."""
    return list(
        db.session.scalars(
            select(Duty)
            .where(Duty.office_id.in_(office_ids), Duty.done_at.is_(None))
            .order_by(Duty.due_on, Duty.id)
        )
    )


def open_duties(division: str, at: datetime) -> list[LedgerLine]:
    """What is still to be done at a division and below, what is overdue first.

    A call is late once the next step of its office is.
    """
    today = village_day(at)
    lines = lines_of_offices(division, at)
    for source in dues.sources:
        lines += [line_of_other(due, today) for due in source(division, today)]
    return sorted(lines, key=lambda each: (each.ledger != RED, each.due_on, str(each.id)))


def lines_of_offices(division: str, at: datetime) -> list[LedgerLine]:
    """The duties entered by hand and the calls that wait for an office or a cadre's look."""
    by_hand = db.session.scalars(
        select(Duty).where(
            Duty.division.startswith(division, autoescape=True), Duty.done_at.is_(None)
        )
    ).all()
    calls = db.session.scalars(
        select(Call)
        .where(
            Call.village.startswith(division, autoescape=True), Call.status.in_(list(UNANSWERED))
        )
        .order_by(Call.reported_at)
        .limit(CALLS_AT_MOST)
    ).all()
    offices = offices_by_id(
        [*(each.office_id for each in by_hand), *(each.office_id for each in calls)]
    )
    names = names_at(division, offices.values())
    waiting = [each for each in calls if each.status is CallStatus.REPORTED]
    return [
        *(line_of_duty(each, names[each.office_id], village_day(at)) for each in by_hand),
        *(line_of_call(each, names[each.office_id], at) for each in calls if each.office_id),
        *lines_of_unlooked(waiting, at),
    ]


def line_of_other(due: dues.Due, today: date) -> LedgerLine:
    """What another room's records owe."""
    return LedgerLine(
        source=DutySource.OBJECTION,
        id=None,
        division=due.division,
        title=due.title,
        office=due.office,
        office_id=None,
        due_on=due.due_on,
        ledger=RED if due.due_on < today else BLUE,
        days_overdue=max(0, (today - due.due_on).days),
    )


def line_of_duty(duty: Duty, office: str, today: date) -> LedgerLine:
    """A duty entered by hand."""
    return LedgerLine(
        source=DutySource.HAND,
        id=duty.id,
        division=duty.division,
        title=duty.title,
        office=office,
        office_id=duty.office_id,
        due_on=duty.due_on,
        ledger=RED if duty.due_on < today else BLUE,
        days_overdue=max(0, (today - duty.due_on).days),
    )


def line_of_call(call: Call, office: str, at: datetime) -> LedgerLine:
    """An office's call: what it is about, never what its caller wrote."""
    due_at = call.due_at or at
    return LedgerLine(
        source=DutySource.CALL,
        id=call.id,
        division=call.village,
        title=CATEGORIES[call.category],
        office=office,
        office_id=call.office_id,
        due_on=village_day(due_at),
        ledger=RED if due_at < at else BLUE,
        days_overdue=max(0, (village_day(at) - village_day(due_at)).days),
    )


def lines_of_unlooked(waiting: Sequence[Call], at: datetime) -> list[LedgerLine]:
    """One line a village for the reports that wait for a cadre's look, however many there are.

    Whoever reports much that is no call can't fill the ledgers with it.
    """
    places = divisions_by_code(sorted({each.village for each in waiting}))
    lines = []
    for code, place in sorted(places.items()):
        here = [each for each in waiting if each.village == code]
        due_at = min(each.look_by for each in here)
        lines.append(
            LedgerLine(
                source=DutySource.CALL,
                id=None,
                division=code,
                title=ngettext(
                    "1 report to be looked at", "%(num)s reports to be looked at", len(here)
                ),
                office=gettext("Village committee of %(place)s", place=named(place).name),
                office_id=None,
                due_on=village_day(due_at),
                ledger=RED if due_at < at else BLUE,
                days_overdue=max(0, (village_day(at) - village_day(due_at)).days),
            )
        )
    return lines
