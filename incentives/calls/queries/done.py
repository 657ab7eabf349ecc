"""What has left the public ledgers, each line with how it ended: by hand, a call, an objection.

Of a call stands what it was about and which step ended it, never what anybody wrote. What was
struck or merged before an office had it was a cadre's to look at, and leaves no line.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from incentives.calls.models import Call, CallStep, Duty
from incentives.calls.queries.lines import Line, line_of_call, line_of_duty, line_of_other
from incentives.calls.queries.offices import names_at, offices_by_id
from incentives.calls.states import Action
from incentives.calls.words import STEPS
from incentives.clock import beginning
from incentives.extensions import db
from incentives.register import dues

ENDS = (Action.ANSWER, Action.MERGE, Action.STRIKE)


@dataclass(frozen=True)
class DoneLine(Line):
    """One duty that is done: due on which day, when and how it ended.

    A call is due by its steps, on no day (`due_on` None).
    """

    due_on: date | None
    done_at: datetime
    note: Any


def done_duties(division: str, first: date, last: date) -> list[DoneLine]:
    """What was done at a division and below in these days, the last first."""
    start, end = beginning(first), beginning(last + timedelta(days=1))
    lines = lines_of_offices(division, start, end)
    for source in dues.done_sources:
        lines += [
            done(line_of_other(each), each.due_on, each.done_at, each.note)
            for each in source(division, start, end)
        ]
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
            done(line_of_duty(each, names[each.office_id]), each.due_on, each.done_at, each.note)
            for each in by_hand
            if each.done_at is not None
        ),
        # A call that was sent back ends once more.
        *(
            done(
                line_of_call(call, step.office_id, names[step.office_id]),
                None,
                step.at,
                STEPS[step.action],
            )
            for step, call in ended
            if step.office_id is not None
        ),
    ]


def done(line: Line, due_on: date | None, done_at: datetime, note: Any) -> DoneLine:
    """A duty that has left the ledgers."""
    return DoneLine(**vars(line), due_on=due_on, done_at=done_at, note=note)
