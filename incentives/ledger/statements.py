"""Statements: an account's lines newest first, a page being a range of versions.

A household's statement holds the lines of its points and of its debt. The cursor is the two
versions down to which a page came, so that a page costs the same however long the history is.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _

from incentives.clock import beginning
from incentives.errors import FieldError, Invalid
from incentives.ledger.lines import Line, lines, version_at, version_of

CURSOR = re.compile(r"(\d{1,15})\.(\d{1,15})")


@dataclass
class Span:
    """The versions of one account that are still to be shown: above `low`, up to `high`."""

    code: str
    low: int
    high: int


def statement(
    village: str,
    household: str,
    *,
    start: date | None = None,
    end: date | None = None,
    query: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A page of a household's statement (its 8 characters): `{"items": [Line], "next"}`.

    From the day `start` to the day `end`, both included, by the day of posting. `query` holds
    `limit` and `after`. Refuses a cursor that isn't one of a statement.
    """
    query = query or {}
    limit = query.get("limit", 50)
    spans = [span(village, code, start, end) for code in (f"h.{household}", f"debt.{household}")]
    if query.get("after"):
        for each, high in zip(spans, read_cursor(query["after"]), strict=True):
            each.high = min(each.high, high)
    found: list[tuple[Line, Span]] = []
    for each in spans:
        low = max(each.low + 1, each.high - limit)
        found += [(line, each) for line in lines(village, each.code, low=low, high=each.high)]
    found.sort(key=lambda one: (one[0].seq, one[0].line), reverse=True)
    for _line, each in found[:limit]:
        each.high -= 1
    more = any(each.high > each.low for each in spans)
    return {
        "items": [line for line, _span in found[:limit]],
        "next": f"{spans[0].high}.{spans[1].high}" if more else None,
    }


def span(village: str, code: str, start: date | None, end: date | None) -> Span:
    """An account's versions within these days."""
    low = 0 if start is None else version_at(village, code, beginning(start))
    if end is None:
        return Span(code, low, version_of(village, code))
    return Span(code, low, version_at(village, code, beginning(end + timedelta(days=1))))


def read_cursor(cursor: str) -> tuple[int, int]:
    """The two versions in a cursor."""
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise Invalid(errors=[FieldError("/after", _("This is no cursor of this list"))])
    return int(found[1]), int(found[2])
