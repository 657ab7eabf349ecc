"""Calls in numbers: how many, how soon, how many in time, how rated; honest where they are few.

A median or a share of fewer than five calls says more about chance than about an office, and may
point at a caller: such figures are left out (None), and counts stay. What was merged or struck
isn't counted. The clock of a call begins when it is pushed; one that was reopened counts anew.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.calls.models import Call, CallStatus, Category
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


def period(first: date | None, last: date | None, now: datetime) -> tuple[date, date]:
    """The days asked for, else the last 90. Refuses more than a year, and the wrong way round."""
    last = last or village_day(now)
    first = first or last - timedelta(days=DAYS - 1)
    if first > last:
        raise Invalid(errors=[FieldError("/from", _("The first day is after the last"))])
    if last - first >= timedelta(days=DAYS_AT_MOST):
        raise Invalid(errors=[FieldError("/from", _("At most 366 days"))])
    return first, last


def call_numbers(division: str, first: date, last: date, now: datetime) -> list[dict[str, Any]]:
    """The figures of the calls reported in these days, by category, by office, by the divisions
    right below."""
    found = db.session.scalars(
        select(Call).where(
            Call.village.startswith(division, autoescape=True),
            Call.status.not_in(NOT_COUNTED),
            Call.reported_at >= beginning(first),
            Call.reported_at < beginning(last + timedelta(days=1)),
        )
    ).all()
    offices = offices_by_id(each.office_id for each in found)
    below = {each.id: place_below(division, each.village) for each in found}
    places = divisions_by_code(sorted(set(below.values())))
    names: dict[str, dict[str, Any]] = {
        "category": {each.value: CATEGORIES[each] for each in Category},
        "office": {str(key): name for key, name in names_at(division, offices.values()).items()},
        "division": {key: places[key].short_name for key in sorted(places)},
    }
    groups: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in found:
        groups["category", call.category.value].append(call)
        groups["division", below[call.id]].append(call)
        if call.office_id is not None:
            groups["office", str(call.office_id)].append(call)
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


def figures_of(calls: Sequence[Call], now: datetime) -> dict[str, Any]:
    """The figures of some calls. Answered in time is what was put right by its time and answered
    within a day of that, of all that are answered or late."""
    late = [each for each in calls if is_late(each, now)]
    in_time = [each for each in calls if each.answered_at is not None and each not in late]
    judged = len(in_time) + len(late)
    stars = [each.rating for each in calls if each.rating is not None]
    return {
        "reported": len(calls),
        "resolved": sum(each.resolved_at is not None for each in calls),
        "in_time": len(in_time),
        "due": judged,
        "in_time_percent": round(100 * len(in_time) / judged) if judged >= FEWEST else None,
        **{
            name: figure
            for step, span in SPANS.items()
            for name, figure in minutes_of(step, [span(each) for each in calls]).items()
        },
        "rated": len(stars),
        "stars": round(fmean(stars), 1) if len(stars) >= FEWEST else None,
    }


def is_late(call: Call, now: datetime) -> bool:
    """Whether a call was put right or answered late, or is past its time for that."""
    if call.resolve_by is not None and (call.resolved_at or now) > call.resolve_by:
        return True
    return call.answer_by is not None and (call.answered_at or now) > call.answer_by


# From where to where each step takes its time; a call that was reopened was sent on before.
Span = tuple[datetime | None, datetime | None]
SPANS: dict[str, Callable[[Call], Span]] = {
    "push": lambda call: (call.reported_at, None if call.reopened_at else call.pushed_at),
    "accept": lambda call: (call.pushed_at, call.accepted_at),
    "on_site": lambda call: (call.pushed_at, call.on_site_at),
    "resolve": lambda call: (call.pushed_at, call.resolved_at),
    "answer": lambda call: (call.resolved_at, call.answered_at),
}


def minutes_of(step: str, spans: Sequence[Span]) -> dict[str, int | None]:
    """The median and the slowest of a step in whole minutes; None of fewer than five."""
    times = [
        int((end - start).total_seconds() // 60)
        for start, end in spans
        if start is not None and end is not None
    ]
    few = len(times) < FEWEST
    return {
        f"{step}_minutes": None if few else round(median(times)),
        f"{step}_slowest_minutes": None if few else max(times),
    }
