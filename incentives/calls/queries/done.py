"""What has left the public ledgers, each line with how it ended: by hand, a call, an objection.

Of a call stands what it was about and which step ended it, never what anybody wrote. What was
struck or merged before an office had it was a cadre's to look at, and leaves no line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from incentives.calls.models import Call, CallStep, Duty
from incentives.calls.queries.duties import DutySource
from incentives.calls.queries.offices import names_at, offices_by_id
from incentives.calls.states import Action
from incentives.calls.words import CATEGORIES, STEPS
from incentives.clock import beginning
from incentives.extensions import db
from incentives.register import dues

ENDS = (Action.ANSWER, Action.MERGE, Action.STRIKE)


@dataclass(frozen=True)
class DoneLine:
    """One duty that is done: whose, what, where, due on which day, when and how it ended.

    A call is due by its steps, on no day (`due_on` None).
    """

    source: DutySource
    id: UUID | None
    division: str
    title: Any
    office: Any
    office_id: UUID | None
    due_on: date | None
    done_at: datetime
    note: Any


def done_duties(division: str, first: date, last: date) -> list[DoneLine]:
    """What was done at a division and below in these days, the last first."""
    start, end = beginning(first), beginning(last + timedelta(days=1))
    lines = lines_of_offices(division, start, end)
    for source in dues.done_sources:
        lines += [line_of_other(each) for each in source(division, start, end)]
    return sorted(lines, key=lambda each: (each.done_at, str(each.id)), reverse=True)


def lines_of_offices(division: str, start: datetime, end: datetime) -> list[DoneLine]:
    """The duties by hand that were struck off, and the calls whose office had no more to do."""
    by_hand = db.session.scalars(
        select(Duty).where(
            Duty.division.startswith(division, autoescape=True),
            Duty.done_at >= start,
            Duty.done_at < end,
        )
    ).all()
    found = db.session.execute(
        select(CallStep, Call)
        .join(Call, Call.id == CallStep.call_id)
        .where(
            Call.village.startswith(division, autoescape=True),
            CallStep.action.in_(ENDS),
            CallStep.office_id.is_not(None),
            CallStep.at >= start,
            CallStep.at < end,
        )
    ).all()
    ended = [(step, call) for step, call in found]
    offices = offices_by_id(
        [*(each.office_id for each in by_hand), *(step.office_id for step, _call in ended)]
    )
    names = names_at(division, offices.values())
    return [
        *(
            line_of_duty(each, each.done_at, names[each.office_id])
            for each in by_hand
            if each.done_at is not None
        ),
        *lines_of_calls(ended, names),
    ]


def line_of_duty(duty: Duty, done_at: datetime, office: str) -> DoneLine:
    """A duty by hand, with the note of whoever struck it off."""
    return DoneLine(
        source=DutySource.HAND,
        id=duty.id,
        division=duty.division,
        title=duty.title,
        office=office,
        office_id=duty.office_id,
        due_on=duty.due_on,
        done_at=done_at,
        note=duty.note,
    )


def lines_of_calls(
    ended: Sequence[tuple[CallStep, Call]], names: dict[UUID, str]
) -> list[DoneLine]:
    """Calls that were answered, or that ended without an answer; one sent back stands once more."""
    return [
        DoneLine(
            source=DutySource.CALL,
            id=call.id,
            division=call.village,
            title=CATEGORIES[call.category],
            office=names[step.office_id],
            office_id=step.office_id,
            due_on=None,
            done_at=step.at,
            note=STEPS[step.action],
        )
        for step, call in ended
        if step.office_id is not None
    ]


def line_of_other(done: dues.Done) -> DoneLine:
    """What another room's records owed."""
    return DoneLine(
        source=DutySource.OBJECTION,
        id=None,
        division=done.division,
        title=done.title,
        office=done.office,
        office_id=None,
        due_on=done.due_on,
        done_at=done.done_at,
        note=done.note,
    )
