"""The book as it is read: by pages, newest entry first, or whole."""

from typing import Any

from incentives.fund.queries.book.entries import Part, amounts_and_rests, book_events
from incentives.fund.queries.book.lines import BookLine, line_of, records_of
from incentives.ledger.models import Event
from incentives.web.cursors import page

LINES_A_STEP = 500
LINES_AT_MOST = 10_000


def book(
    village: str, part: Part | None = None, query: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A page of the book, newest entry first: `{"items": [BookLine], "next"}`.

    Cash that was only brought to the bank or fetched changes nothing and isn't listed.
    """
    found = page(book_events(village, part), [Event.seq.desc()], query or {})
    events: list[Event] = found["items"]
    figures = amounts_and_rests(village, events)
    records = records_of(events)
    lines = [line_of(event, *figures[event.seq], records) for event in events]
    return {"items": lines, "next": found["next"]}


def whole_book(village: str, part: Part) -> list[BookLine]:
    """All lines of a part of the book, oldest first, as paper and workbooks have them."""
    lines: list[BookLine] = []
    query: dict[str, Any] = {"limit": LINES_A_STEP, "after": None}
    while True:
        found = book(village, part, query)
        lines += found["items"]
        if found["next"] is None or len(lines) >= LINES_AT_MOST:
            return lines[::-1]
        query["after"] = found["next"]
