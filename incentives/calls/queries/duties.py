"""The public ledgers: blue what is in time, red what is overdue, by office and never by villager.

Three kinds of duties stand there: those entered by hand, calls that an office hasn't resolved, and
what the rooms above have to do (objections to be ruled on). Only the first have a row of their own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from incentives.calls.models import Call, Duty
from incentives.calls.queries.offices import offices_by_id
from incentives.calls.states import WITH_OFFICE
from incentives.calls.words import CATEGORIES
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register import dues
from incentives.register.dues import Due

CALLS_AT_MOST = 1_000


class DutySource(StrEnum):
    """What a duty came of."""

    HAND = "hand"
    CALL = "call"
    OBJECTION = "objection"


@dataclass(frozen=True)
class LedgerLine:
    """One open duty: whose, what, since which day or instant it is due, and whether it is late."""

    source: DutySource
    id: UUID | None
    division: str
    title: Any
    office: Any
    office_id: UUID | None
    due_on: date
    overdue: bool


def find_duty(division: str, duty_id: UUID) -> Duty:
    """A duty of that division; refuses what isn't there."""
    duty = db.session.get(Duty, duty_id)
    if duty is None or duty.division != division:
        raise NotFound()
    return duty


def done_duties(division: str) -> Select[Duty]:
    """The duties struck off at a division and below."""
    return select(Duty).where(
        Duty.division.startswith(division, autoescape=True), Duty.done_at.is_not(None)
    )


def open_duties(division: str, at: datetime) -> list[LedgerLine]:
    """What is still to be done at a division and below, what is overdue first.

    A call is late once the next step of its office is.
    """
    today = village_day(at)
    lines = lines_of_offices(division, at)
    for source in dues.sources:
        if source is not owed_by_offices:
            lines += [line_of_other(division, due, today) for due in source(division, today)]
    return sorted(lines, key=lambda each: (not each.overdue, each.due_on, str(each.id)))


def lines_of_offices(division: str, at: datetime) -> list[LedgerLine]:
    """The duties entered by hand and the calls that offices have, in three statements."""
    today = village_day(at)
    by_hand = db.session.scalars(
        select(Duty).where(
            Duty.division.startswith(division, autoescape=True), Duty.done_at.is_(None)
        )
    ).all()
    calls = db.session.scalars(
        select(Call)
        .where(
            Call.village.startswith(division, autoescape=True), Call.status.in_(list(WITH_OFFICE))
        )
        .order_by(Call.resolve_by)
        .limit(CALLS_AT_MOST)
    ).all()
    named = offices_by_id(
        [*(each.office_id for each in by_hand), *(each.office_id for each in calls)]
    )
    lines = [line_of_duty(each, named[each.office_id].name, today) for each in by_hand]
    return lines + [line_of_call(each, named, at) for each in calls]


def duties_of_offices(office_ids: list[UUID]) -> list[Duty]:
    """What these offices have to do by hand, the first due first."""
    return list(
        db.session.scalars(
            select(Duty)
            .where(Duty.office_id.in_(office_ids), Duty.done_at.is_(None))
            .order_by(Duty.due_on, Duty.id)
        )
    )


def owed_by_offices(division: str, _on: date) -> list[Due]:
    """The duties by hand and the calls of a division, for whoever shows the ledgers."""
    return [
        Due(office=each.office, title=each.title, due_on=each.due_on, is_late=each.overdue)
        for each in lines_of_offices(division, now())
    ]


def line_of_other(division: str, due: Due, today: date) -> LedgerLine:
    """What another room's records owe."""
    late = due.ledger(today) == "red"
    return LedgerLine(
        DutySource.OBJECTION, None, division, due.title, due.office, None, due.due_on, late
    )


def line_of_duty(duty: Duty, office: str, today: date) -> LedgerLine:
    """A duty entered by hand."""
    return LedgerLine(
        DutySource.HAND,
        duty.id,
        duty.division,
        duty.title,
        office,
        duty.office_id,
        duty.due_on,
        duty.due_on < today,
    )


def line_of_call(call: Call, named: dict[UUID, Any], at: datetime) -> LedgerLine:
    """An office's call: what it is about, never what its caller wrote."""
    due_at = call.due_at or at
    return LedgerLine(
        DutySource.CALL,
        call.id,
        call.village,
        CATEGORIES[call.category],
        named[call.office_id].name if call.office_id else "",
        call.office_id,
        village_day(due_at),
        due_at < at,
    )
