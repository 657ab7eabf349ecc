"""A list as an Excel sheet: the JSON list's own items, permission and query, all pages of it."""

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import IO, Any, cast

from flask import Blueprint as PageBlueprint
from flask import Response
from flask_babel import lazy_gettext as _

from incentives.clock import now, village_day
from incentives.errors import FieldError, Invalid
from incentives.web.api.calls import reads
from incentives.web.api.document import Blueprint
from incentives.web.guard import guard
from incentives.web.lists.listing import Kind, Listing
from incentives.web.lists.queries import (
    HERE,
    Place,
    Read,
    View,
    call_of,
    narrowing,
    path_of,
    read_items,
    reader,
    stands_in_village,
    typed_query,
)
from incentives.web.pages.shell import page
from incentives.web.workbooks import XLSX, Head, write_workbook

ROWS_AT_MOST = 20_000
ROWS_A_PAGE = 500
CHUNK = 64 * 1024
WIDTHS = {Kind.LONG: 40.0, Kind.TEXT: 18.0, Kind.INSTANT: 17.0}
NUMBER_FORMATS = {
    Kind.YUAN: "0.00",
    Kind.DAY: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
    Kind.NUMBER: "0",
}


def export_api(
    blueprint: Blueprint, rule: str, view: View, listing: Listing, **options: Any
) -> None:
    """Give a JSON list its twin `<list>.xlsx`: same query, permission and items."""
    call, schema = call_of(view), narrowing(view)

    def get_workbook(query: dict[str, Any], **path: Any) -> Response:
        return export(listing, partial(read_items, view, path), path, query)

    get_workbook.__name__ = f"{view.__name__}_workbook"
    get_workbook.__doc__ = f"{(view.__doc__ or '').strip()} As an Excel sheet, all of it."
    route = reads(
        None,
        query=cast("Any", schema),
        permission=call.permission,
        division=call.division,
        own=call.own,
        produces=XLSX,
    )(get_workbook)
    cast("Any", route)._listing = (listing, view)
    blueprint.route(f"{rule}.xlsx", **options)(route)


def export_page(
    blueprint: PageBlueprint,
    rule: str,
    view: View,
    listing: Listing,
    *,
    place: Place = HERE,
    permission: str | None = None,
) -> None:
    """Give a page with a list its twin `<page>.xlsx`, which the cookie opens, for its link.

    `permission` is the page's, where it wants more than the list does.
    """
    call = call_of(view)

    @page(
        permission=permission or call.permission,
        own=call.own,
        village=stands_in_village(view, place),
    )
    def show_workbook(**path: Any) -> Response:
        _typed, query = typed_query(view, place, paging=False)
        read = reader(view, place, path, permission)
        here = {} if place.read else path_of(view, place, path)
        return export(listing, read, here, query)

    cast("Any", show_workbook)._listing = (listing, view)
    blueprint.add_url_rule(f"{rule}.xlsx", f"{listing.name}_workbook", show_workbook)


def export(listing: Listing, read: Read, path: dict[str, Any], query: dict[str, Any]) -> Response:
    """A list as a workbook, all that its query finds; refuses too long a one."""
    narrowed = sorted(name for name, value in query.items() if value is not None)
    division = path.get("village", path.get("code"))
    return export_rows(listing, all_items(listing, read, query), division, narrowed)


def export_rows(
    listing: Listing,
    pages: Iterable[Sequence[Any]],
    division: str | None = None,
    narrowed: Sequence[str] = (),
) -> Response:
    """A list as a workbook, given page by page; its trail says where and by which filters.

    Written to a file without a name, row by row, which is gone with the answer.
    """
    heads = [
        Head(str(column.heading), WIDTHS.get(column.kind, 12.0), NUMBER_FORMATS.get(column.kind))
        for column in listing.columns
    ]
    counted = Counted(
        [column.read(item) for column in listing.columns]
        for items in pages
        for item in listing.rows(items)
    )
    with ExitStack() as unless_answered:
        content = unless_answered.enter_context(tempfile.TemporaryFile())
        write_workbook(content, str(listing.title), heads, counted)
        if listing.named:
            guard.note_export(division, listing.name, counted.rows, list(narrowed))
        unless_answered.pop_all()
    length = content.seek(0, io.SEEK_END)
    response = Response(chunks(content), mimetype=XLSX, headers={"Content-Length": str(length)})
    parts = [listing.name, division, village_day(now()).isoformat()]
    name = "-".join(part for part in parts if part)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def chunks(content: IO[bytes]) -> Iterator[bytes]:
    """A file from its start, piece by piece; it is closed then, or when nobody reads on."""
    with content:
        content.seek(0)
        while piece := content.read(CHUNK):
            yield piece


class Counted:
    """Rows as they come, and how many there were."""

    def __init__(self, found: Iterator[list[Any]]) -> None:
        self.found = found
        self.rows = 0

    def __iter__(self) -> Iterator[list[Any]]:
        for row in self.found:
            self.rows += 1
            yield row


def all_items(listing: Listing, read: Read, query: dict[str, Any]) -> Iterator[Sequence[Any]]:
    """Every item that the JSON list would give, page after page."""
    after, left = None, ROWS_AT_MOST
    while True:
        paging = {"limit": ROWS_A_PAGE, "after": after} if listing.paged else {}
        found = read(query | paging)
        left -= len(found["items"])
        after = found.get("next")
        if left < 0 or (left == 0 and after):
            detail = _("More than %(rows)s lines: narrow the list first", rows=ROWS_AT_MOST)
            raise Invalid(errors=[FieldError("", detail)])
        yield found["items"]
        if not after:
            return
