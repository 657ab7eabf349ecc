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

from incentives.calls.hooks import duty_makers
from incentives.calls.models import Call, Duty
from incentives.calls.queries.offices import offices_by_id
from incentives.calls.states import WITH_OFFICE
from incentives.calls.words import CATEGORIES
from incentives.clock import village_day
from incentives.errors import NotFound
from incentives.extensions import db

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


def open_duties(division: str, now: datetime) -> list[LedgerLine]:
    """What is still to be done at a division and below, what is most overdue first.

    A call is late once the next step of its office is.
    """
    today = village_day(now)
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
    lines += [line_of_call(each, named, now) for each in calls]
    for make in duty_makers:
        lines += [
            LedgerLine(
                DutySource.OBJECTION,
                None,
                each.village,
                each.title,
                each.office,
                None,
                each.due_on,
                each.due_on < today,
            )
            for each in make(division)
        ]
    return sorted(lines, key=lambda each: (not each.overdue, each.due_on, str(each.id)))


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


def line_of_call(call: Call, named: dict[UUID, Any], now: datetime) -> LedgerLine:
    """An office's call: what it is about, never what its caller wrote."""
    due_at = call.due_at or now
    return LedgerLine(
        DutySource.CALL,
        call.id,
        call.village,
        CATEGORIES[call.category],
        named[call.office_id].name if call.office_id else "",
        call.office_id,
        village_day(due_at),
        due_at < now,
    )
