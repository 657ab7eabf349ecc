"""Calls in numbers: how many, how soon, how many in time, how rated; honest where they are few.

A median or a share of fewer than five calls says more about chance than about an office, and may
point at a caller: such figures are left out (None), and counts stay. What was merged or struck
isn't counted. The clock of a call begins when it is pushed; one that was reopened counts anew.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.calls.models import Call, CallStatus, Category
from incentives.calls.queries.offices import offices_by_id
from incentives.calls.words import CATEGORIES
from incentives.clock import beginning, village_day
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.register.queries import divisions_by_code

FEWEST = 5
DAYS = 90
DAYS_AT_MOST = 366
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
    """The figures of the calls reported in these days, by category, by office, by village."""
    found = db.session.scalars(
        select(Call).where(
            Call.village.startswith(division, autoescape=True),
            Call.status.not_in(NOT_COUNTED),
            Call.reported_at >= beginning(first),
            Call.reported_at < beginning(last + timedelta(days=1)),
        )
    ).all()
    named = offices_by_id(each.office_id for each in found)
    places = divisions_by_code(sorted({each.village for each in found}))
    names: dict[str, dict[str, Any]] = {
        "category": {each.value: CATEGORIES[each] for each in Category},
        "office": {str(key): office.name for key, office in named.items()},
        "division": {key: place.short_name for key, place in places.items()},
    }
    groups: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in found:
        groups["category", call.category.value].append(call)
        groups["division", call.village].append(call)
        if call.office_id is not None:
            groups["office", str(call.office_id)].append(call)
    return [
        {"by": by, "key": key, "name": names[by][key], **figures_of(groups[by, key], now)}
        for by, known in names.items()
        for key in known
        if (by, key) in groups
    ]


def figures_of(calls: Sequence[Call], now: datetime) -> dict[str, Any]:
    """The figures of some calls. In time is what was put right by its time, of what is put right or
    past it."""
    resolved = [each for each in calls if each.resolved_at is not None]
    late = [
        each
        for each in calls
        if each.resolve_by is not None and (each.resolved_at or now) > each.resolve_by
    ]
    in_time = [each for each in resolved if each not in late]
    stars = [each.rating for each in calls if each.rating is not None]
    times = minutes([(each.pushed_at, each.resolved_at) for each in calls])
    judged = len(in_time) + len(late)
    return {
        "reported": len(calls),
        "resolved": len(resolved),
        "in_time": len(in_time),
        "due": judged,
        "in_time_percent": round(100 * len(in_time) / judged) if judged >= FEWEST else None,
        "accept_minutes": middle(minutes([(e.pushed_at, e.accepted_at) for e in calls])),
        "on_site_minutes": middle(minutes([(e.pushed_at, e.on_site_at) for e in calls])),
        "resolve_minutes": middle(times),
        "slowest_minutes": max(times) if len(times) >= FEWEST else None,
        "rated": len(stars),
        "stars": round(fmean(stars), 1) if len(stars) >= FEWEST else None,
    }


def minutes(spans: Sequence[tuple[datetime | None, datetime | None]]) -> list[int]:
    """The whole minutes of the spans that have both ends."""
    return [
        int((end - start).total_seconds() // 60)
        for start, end in spans
        if start is not None and end is not None
    ]


def middle(times: Sequence[int]) -> int | None:
    """The median in whole minutes; None of fewer than five."""
    return round(median(times)) if len(times) >= FEWEST else None
