"""The public ledgers: blue what is in time, red what is overdue, by office and never by villager.

Three kinds of duties stand there: those entered by hand, calls that an office hasn't answered, and
what other rooms have to do (objections to be ruled on). Only the first have a row of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from incentives.calls.models import LOOK_WITHIN, Call, CallStatus, Duty
from incentives.calls.queries.lines import (
    DutySource,
    Line,
    line_of_call,
    line_of_duty,
    line_of_other,
)
from incentives.calls.queries.offices import committees_of, names_at, offices_by_id
from incentives.calls.states import UNANSWERED
from incentives.clock import village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register import dues
from incentives.register.answers import named
from incentives.register.models import Division
from incentives.register.queries import divisions_by_code

CALLS_AT_MOST = 1_000
RED, BLUE = "red", "blue"


@dataclass(frozen=True)
class LedgerLine(Line):
    """One open duty: by which day, on which ledger, how many days late."""

    due_on: date
    ledger: str
    days_overdue: int


def due_by_day(line: Line, due_on: date, today: date) -> LedgerLine:
    """A duty that is late from the day after its own on."""
    return LedgerLine(
        **vars(line),
        due_on=due_on,
        ledger=RED if due_on < today else BLUE,
        days_overdue=max(0, (today - due_on).days),
    )


def due_by_hour(line: Line, due_at: datetime, at: datetime) -> LedgerLine:
    """A duty that is late from its hour on."""
    by_day = due_by_day(line, village_day(due_at), village_day(at))
    return replace(by_day, ledger=RED if due_at < at else BLUE)


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
        lines += [
            due_by_day(line_of_other(due), due.due_on, today) for due in source(division, today)
        ]
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
            Call.village.startswith(division, autoescape=True),
            Call.status.in_(UNANSWERED - {CallStatus.REPORTED}),
        )
        .order_by(Call.reported_at)
        .limit(CALLS_AT_MOST)
    ).all()
    offices = offices_by_id(
        [*(each.office_id for each in by_hand), *(each.office_id for each in calls)]
    )
    names = names_at(division, offices.values())
    return [
        *(
            due_by_day(line_of_duty(each, names[each.office_id]), each.due_on, village_day(at))
            for each in by_hand
        ),
        *(
            due_by_hour(
                line_of_call(each, each.office_id, names[each.office_id]), each.due_at or at, at
            )
            for each in calls
            if each.office_id
        ),
        *lines_of_unlooked(division, at),
    ]


def lines_of_unlooked(division: str, at: datetime) -> list[LedgerLine]:
    """One line a village for the reports that wait for a cadre's look, however many there are.

    Whoever reports much that is no call can't fill the ledgers with it.
    """
    waiting = db.session.execute(
        select(
            Call.village, func.count().label("reports"), func.min(Call.reported_at).label("first")
        )
        .where(
            Call.village.startswith(division, autoescape=True), Call.status == CallStatus.REPORTED
        )
        .group_by(Call.village)
        .order_by(Call.village)
    ).all()
    places = divisions_by_code([row.village for row in waiting])
    names = committee_names(division, list(places.values()))
    lines = []
    for row in waiting:
        title = ngettext("1 report to be looked at", "%(num)s reports to be looked at", row.reports)
        line = Line(DutySource.CALL, None, row.village, title, names[row.village], None)
        lines.append(due_by_hour(line, row.first + LOOK_WITHIN, at))
    return lines


def committee_names(division: str, places: Sequence[Division]) -> dict[str, str]:
    """What the committees of these villages are called at a division: as their offices are."""
    offices = committees_of([each.code for each in places])
    known = names_at(division, list(offices.values()))
    words = gettext("Village committee")
    return {
        each.code: known[offices[each.code].id]
        if each.code in offices
        else words
        if each.code == division
        else f"{named(each).name} · {words}"
        for each in places
    }
