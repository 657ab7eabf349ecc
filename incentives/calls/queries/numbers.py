"""Calls in numbers: how many, how soon, how many in time, how rated; honest where they are few.

A median or a share of fewer than five calls says more about chance than about an office, and may
point at a caller: such figures are left out (None), and counts stay. What was merged or struck
isn't counted, and what waits for a cadre's look is counted apart.

The clock of a call begins when it is pushed. One that its caller sent back has two rounds: times
and stars of the first answer count with the first, under the office that gave it, whatever becomes
of the call; those of the second with the second. It is one call reported, and put right only once
it is so now.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import or_, select

from incentives.calls.models import Call, CallRound, CallStatus, Category
from incentives.calls.queries.offices import VILLAGE_CODE, names_at, offices_by_id
from incentives.calls.words import CATEGORIES
from incentives.clock import beginning, village_day
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.register.queries import divisions_by_code

FEWEST = 5
DAYS = 90
DAYS_AT_MOST = 366
TOWNSHIP_CODE = 9
NOT_COUNTED = (CallStatus.MERGED, CallStatus.STRUCK)


def period(
    first: date | None, last: date | None, now: datetime, *, days: int = DAYS
) -> tuple[date, date]:
    """The days asked for, else the last 90. Refuses more than a year, and the wrong way round."""
    last = last or village_day(now)
    first = first or last - timedelta(days=days - 1)
    if first > last:
        raise Invalid(errors=[FieldError("/from", _("The first day is after the last"))])
    if last - first >= timedelta(days=DAYS_AT_MOST):
        raise Invalid(errors=[FieldError("/from", _("At most 366 days"))])
    return first, last


@dataclass(frozen=True)
class Round:
    """A call on its way to an answer: as it is now, or as it was before it was sent back."""

    call: Call
    times: Call | CallRound

    @property
    def is_last(self) -> bool:
        """Whether it is the call's present one."""
        return self.times is self.call

    @property
    def first_pushed_at(self) -> datetime | None:
        """When the report was sent on, said with the round that began with it."""
        return None if self.is_last and self.call.reopened_at else self.times.pushed_at


def rounds_of(division: str, first: date, last: date) -> list[Round]:
    """The rounds of the calls reported in these days, in one statement."""
    found = db.session.execute(
        select(Call, CallRound)
        .outerjoin(CallRound, CallRound.call_id == Call.id)
        .where(
            Call.village.startswith(division, autoescape=True),
            or_(Call.status.not_in(NOT_COUNTED), CallRound.call_id.is_not(None)),
            Call.reported_at >= beginning(first),
            Call.reported_at < beginning(last + timedelta(days=1)),
        )
    ).all()
    rounds = []
    for call, before in found:
        if before is not None:
            rounds.append(Round(call, before))
        if call.status not in NOT_COUNTED:
            rounds.append(Round(call, call))
    return rounds


def call_numbers(division: str, first: date, last: date, now: datetime) -> list[dict[str, Any]]:
    """The figures of the calls reported in these days, by category, by office, by the divisions
    right below."""
    found = rounds_of(division, first, last)
    offices = offices_by_id(each.times.office_id for each in found)
    below = {each.call.id: place_below(division, each.call.village) for each in found}
    places = divisions_by_code(sorted(set(below.values())))
    names: dict[str, dict[str, Any]] = {
        "category": {each.value: CATEGORIES[each] for each in Category},
        "office": {str(key): name for key, name in names_at(division, offices.values()).items()},
        "division": {key: places[key].short_name for key in sorted(places)},
    }
    groups: dict[tuple[str, str], list[Round]] = defaultdict(list)
    for each in found:
        groups["category", each.call.category.value].append(each)
        groups["division", below[each.call.id]].append(each)
        if each.times.office_id is not None:
            groups["office", str(each.times.office_id)].append(each)
    return [
        {"by": by, "key": key, "name": names[by][key], **figures_of(groups[by, key], now)}
        for by, known in names.items()
        for key in known
        if (by, key) in groups
    ]


def place_below(division: str, village: str) -> str:
    """The division right below this one in which a village lies: of few calls, less is hidden."""
    return next(
        (village[:length] for length in (TOWNSHIP_CODE, VILLAGE_CODE) if length > len(division)),
        village,
    )


def figures_of(rounds: Sequence[Round], now: datetime) -> dict[str, Any]:
    """The figures of some rounds. Answered in time is what was put right by its time and answered
    within a day of that, of all that are answered or late."""
    looked_at = [each for each in rounds if each.times.office_id is not None]
    late = [each for each in looked_at if is_late(each.times, now)]
    in_time = [each for each in looked_at if each.times.answered_at and each not in late]
    rated = [each for each in looked_at if each.times.rating is not None]
    percent = round(100 * len(in_time) / max(1, len(in_time) + len(late)))
    stars = round(fmean(each.times.rating or 0 for each in rated), 1) if rated else None
    return {
        "reported": len(calls_in(looked_at)),
        "waiting": len(rounds) - len(looked_at),
        "resolved": sum(each.is_last and each.times.resolved_at is not None for each in looked_at),
        "sent_back": sum(not each.is_last for each in looked_at),
        "in_time": len(in_time),
        "due": len(in_time) + len(late),
        "in_time_percent": percent if are_enough([*in_time, *late]) else None,
        **{
            name: figure
            for step, span in SPANS.items()
            for name, figure in minutes_of(step, looked_at, span).items()
        },
        "rated": len(rated),
        "stars": stars if are_enough(rated) else None,
    }


def calls_in(rounds: Sequence[Round]) -> set[UUID]:
    """The calls that have these rounds."""
    return {each.call.id for each in rounds}


def are_enough(rounds: Sequence[Round]) -> bool:
    """Whether they are of five calls or more: two rounds of one call are one caller's."""
    return len(calls_in(rounds)) >= FEWEST


def is_late(times: Call | CallRound, now: datetime) -> bool:
    """Whether a call was put right or answered late, or is past its time for that."""
    if times.resolve_by is not None and (times.resolved_at or now) > times.resolve_by:
        return True
    return times.answer_by is not None and (times.answered_at or now) > times.answer_by


# From where to where each step takes its time.
Span = tuple[datetime | None, datetime | None]
SPANS: dict[str, Callable[[Round], Span]] = {
    "push": lambda each: (each.call.reported_at, each.first_pushed_at),
    "accept": lambda each: (each.times.pushed_at, each.times.accepted_at),
    "on_site": lambda each: (each.times.pushed_at, each.times.on_site_at),
    "resolve": lambda each: (each.times.pushed_at, each.times.resolved_at),
    "answer": lambda each: (each.times.resolved_at, each.times.answered_at),
}


def minutes_of(
    step: str, rounds: Sequence[Round], span: Callable[[Round], Span]
) -> dict[str, int | None]:
    """The median and the slowest of a step in whole minutes; None of fewer than five calls."""
    spans = [(each, *span(each)) for each in rounds]
    done = [each for each, start, end in spans if start and end]
    times = [
        int((end - start).total_seconds() // 60) for _each, start, end in spans if start and end
    ]
    enough = are_enough(done)
    return {
        f"{step}_minutes": round(median(times)) if enough else None,
        f"{step}_slowest_minutes": max(times) if enough else None,
    }
