"""Calls in numbers, for anyone: of a village, a township, the county."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from incentives.calls import lists
from incentives.calls.api.numbers import get_numbers
from incentives.calls.pages.blueprint import blueprint
from incentives.calls.pages.shared import span_words
from incentives.calls.queries.numbers import FEWEST, SPANS, call_numbers, period
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
            (word, *parted([each for each in found if each["by"] == by], place.code))
            for by, word in NUMBERS_BY.items()
        ],
        any=bool(shown.hold([each for each in found if each["reported"]])),
        waiting=sum(each["waiting"] for each in found if each["by"] == "division"),
    )


export_page(blueprint, PAGE, get_numbers, lists.NUMBERS)


def parted(rows: list[dict[str, Any]], place: str) -> tuple[list[list[Any]], list[list[Any]]]:
    """The rows of which there is enough to say, and those that are only counted."""
    enough = [each for each in rows if each["reported"] >= FEWEST]
    few = [each for each in rows if 0 < each["reported"] < FEWEST]
    return [cells(each, place) for each in enough], [named(each, place) for each in few]


def named(row: dict[str, Any], place: str) -> list[Any]:
    """What is counted, and how much; a division leads to its own numbers."""
    name: Any = str(row["name"])
    if row["by"] == "division" and row["key"] != place:
        address = url_for(".show_numbers", code=row["key"])
        name = Markup('<a href="{}">{}</a>').format(address, name)
    return [name, *(str(row[figure]) for figure in ("reported", "resolved", "sent_back"))]


def cells(row: dict[str, Any], place: str) -> list[Any]:
    """A row of the table, as people say its figures."""
    few = gettext("too few")
    percent, stars = row["in_time_percent"], row["stars"]
    return [
        *named(row, place),
        few if percent is None else f"{percent} %",
        *(said(row[f"{step}_minutes"], row[f"{step}_slowest_minutes"]) for step in SPANS),
        few if stars is None else str(stars),
    ]


def said(middle: int | None, slowest: int | None) -> str:
    """The median and the slowest of a step, as people say them."""
    if middle is None or slowest is None:
        return gettext("too few")
    return gettext(
        "%(time)s, slowest %(slowest)s",
        time=span_words(timedelta(minutes=middle)),
        slowest=span_words(timedelta(minutes=slowest)),
    )
