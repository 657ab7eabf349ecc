"""Calls in numbers, for anyone: of a village, a township, the county."""

from typing import Any

from flask_babel import format_timedelta, gettext

from incentives.calls import lists
from incentives.calls.api.numbers import get_numbers
from incentives.calls.pages.blueprint import blueprint
from incentives.calls.queries.numbers import call_numbers, period
from incentives.calls.words import NUMBERS_BY
from incentives.clock import now
from incentives.register.queries import find_division
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import page, render

PAGE = "/divisions/<code>/call-numbers"


@blueprint.get(PAGE)
@page(permission=None)
def show_numbers(code: str) -> Any:
    """How many calls, how soon they were answered, how many in time, how rated."""
    shown, at = ListPage(lists.NUMBERS, get_numbers), now()
    first, last = period(shown.query["first"], shown.query["last"], at)
    place = find_division(code)
    found = call_numbers(place.code, first, last, at)
    return render(
        "calls/numbers.html",
        place=place,
        list=shown,
        first=first,
        last=last,
        groups=[
            (word, [cells(each) for each in found if each["by"] == by])
            for by, word in NUMBERS_BY.items()
        ],
        any=bool(shown.hold(found)),
    )


export_page(blueprint, PAGE, get_numbers, lists.NUMBERS)


def cells(row: dict[str, Any]) -> list[str]:
    """A row of the table, as people say its figures."""
    few = gettext("too few")
    percent, stars = row["in_time_percent"], row["stars"]
    return [
        str(row["name"]),
        str(row["reported"]),
        str(row["resolved"]),
        few if percent is None else f"{percent} %",
        *(said(row[name]) for name in ("accept_minutes", "on_site_minutes", "resolve_minutes")),
        said(row["slowest_minutes"]),
        few if stars is None else str(stars),
    ]


def said(minutes: int | None) -> str:
    """Minutes as people say them."""
    if minutes is None:
        return gettext("too few")
    return str(format_timedelta(minutes * 60, granularity="minute", threshold=1.2))
