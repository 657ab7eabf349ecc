"""Lists that people narrow, page through and take along: declared once for page, API and Excel.

    NOTICES = Listing(
        "notices",
        _("Public notices"),
        columns=[Column(_("Number"), "label"), Column(_("Closes on"), "closes_on", Kind.DAY)],
        filters=[Filter("kind", _("Of what"), Look.CHOICE, options=KINDS)],
    )
    export_api(blueprint, f"{VILLAGE}/notices", get_notices, NOTICES)
    export_page(pages_blueprint, "/v/<village>/notices", get_notices, NOTICES)

A filter is a parameter of the list's query, by its name there: the page's bar, the JSON list and
the workbook read it by the same schema. The workbook has what the JSON list would give to the same
caller under the same permission, all pages of it up to `ROWS_AT_MOST`; that somebody took names
along is left in the audit trail. Texts are neutralised in `web/workbooks.py`.
"""

import inspect
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO, Any, cast

from flask import Blueprint as PageBlueprint
from flask import Response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from incentives.clock import VILLAGE_TIME, now, village_day
from incentives.errors import FieldError, Invalid
from incentives.web.api.call import Call
from incentives.web.api.calls import reads
from incentives.web.api.document import Blueprint
from incentives.web.guard import guard
from incentives.web.pages.shell import current_village, page
from incentives.web.parsing import load_query
from incentives.web.workbooks import XLSX, Head, write_workbook

View = Callable[..., Any]
Words = Callable[[], Sequence[tuple[str, Any]]]

ROWS_AT_MOST = 20_000
ROWS_A_PAGE = 500
CHUNK = 64 * 1024
PAGING = ("limit", "after")


class Kind(StrEnum):
    """What a column holds, and so how it is written."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    YUAN = "yuan"
    DAY = "day"
    INSTANT = "instant"
    YES = "yes"


class Look(StrEnum):
    """How a filter is typed on the page."""

    SEARCH = "search"
    CHOICE = "select"
    DAY = "date"
    MONTH = "month"
    NUMBER = "number"


WIDTHS = {Kind.LONG: 40.0, Kind.TEXT: 18.0, Kind.INSTANT: 17.0}
NUMBER_FORMATS = {
    Kind.YUAN: "0.00",
    Kind.DAY: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
    Kind.NUMBER: "0",
}


@dataclass(frozen=True)
class Column:
    """A column: its heading, the item's member or what is made of the item, and its kind.

    `YUAN` takes whole fen, `INSTANT` an aware instant, written in the villages' time.
    """

    heading: LazyString
    value: str | Callable[[Any], Any]
    kind: Kind = Kind.TEXT

    def read(self, item: Any) -> Any:
        """The cell of an item."""
        if callable(self.value):
            found = self.value(item)
        else:
            found = item[self.value] if isinstance(item, dict) else getattr(item, self.value)
        return found if found is None else as_cell(found, self.kind)


@dataclass(frozen=True)
class Filter:
    """A parameter of the list's query as the page's bar has it; `options` for a choice."""

    name: str
    label: LazyString
    look: Look = Look.SEARCH
    options: Words = field(default=tuple)


@dataclass(frozen=True)
class Listing:
    """A list: its name in files and in the audit trail, its columns, its filters.

    `named` says that people stand in it by name, so that taking it along is noted. `rows` makes of
    a page's items what the columns read (their names, in a bounded number of statements).
    """

    name: str
    title: LazyString
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    named: bool = False
    rows: Callable[[Sequence[Any]], Sequence[Any]] = list


def as_cell(value: Any, kind: Kind) -> Any:
    """A value as the workbook writes its kind."""
    if kind is Kind.YUAN:
        return value / 100
    if kind is Kind.INSTANT:
        return cast("datetime", value).astimezone(VILLAGE_TIME).replace(tzinfo=None)
    if kind is Kind.YES:
        return gettext("yes") if value else gettext("no")
    if kind in (Kind.NUMBER, Kind.DAY):
        return value
    return str(value)


def words(choices: dict[Any, Any]) -> Words:
    """The options of a choice: what the query takes, and the word for it."""
    return lambda: [(str(value), word) for value, word in choices.items()]


def call_of(view: View) -> Call:
    """What the JSON list takes and who may read it."""
    return cast("Call", cast("Any", view)._call)


def narrowing(view: View) -> Schema:
    """The list's query without its paging."""
    query = call_of(view).query or Schema()
    return type(query)(exclude=[name for name in PAGING if name in query.fields])


def export_api(
    blueprint: Blueprint, rule: str, view: View, listing: Listing, **options: Any
) -> None:
    """Give a JSON list its twin `<list>.xlsx`: same query, permission and items."""
    call, schema = call_of(view), narrowing(view)

    def get_workbook(query: dict[str, Any], **path: Any) -> Response:
        return export(listing, view, path, query)

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


def export_page(blueprint: PageBlueprint, rule: str, view: View, listing: Listing) -> None:
    """Give a page with a list its twin `<page>.xlsx`, which the cookie opens, for its link."""
    call, schema = call_of(view), narrowing(view)
    of_village = "village" in inspect.signature(view).parameters

    @page(permission=call.permission, own=call.own, village=of_village)
    def show_workbook(**path: Any) -> Response:
        query = load_query(schema, typed_filters())
        if of_village:
            path["village"] = current_village().code
        return export(listing, view, path, query)

    blueprint.add_url_rule(f"{rule}.xlsx", f"{listing.name}_workbook", show_workbook)


def export(listing: Listing, view: View, path: dict[str, Any], query: dict[str, Any]) -> Response:
    """A list as a workbook, all that its query finds; refuses more rows than a sheet should have.

    Written to a file without a name, row by row, which is gone with the answer.
    """
    heads = [
        Head(str(column.heading), WIDTHS.get(column.kind, 12.0), NUMBER_FORMATS.get(column.kind))
        for column in listing.columns
    ]
    counted = Counted(all_rows(listing, view, path, query))
    place = path.get("village")
    with ExitStack() as unless_answered:
        content = unless_answered.enter_context(tempfile.TemporaryFile())
        write_workbook(content, str(listing.title), heads, counted)
        if listing.named:
            narrowed = sorted(name for name, value in query.items() if value is not None)
            guard.note_export(place, listing.name, counted.rows, narrowed)
        unless_answered.pop_all()
    length = content.seek(0, io.SEEK_END)
    response = Response(chunks(content), mimetype=XLSX, headers={"Content-Length": str(length)})
    parts = [listing.name, place, village_day(now()).isoformat()]
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


def all_rows(
    listing: Listing, view: View, path: dict[str, Any], query: dict[str, Any]
) -> Iterator[list[Any]]:
    """The cells of every row that the JSON list would give, page after page."""
    read, paged = inspect.unwrap(view), call_of(view).query is not None
    after, left = None, ROWS_AT_MOST
    while True:
        asked = {"query": {**query, "limit": ROWS_A_PAGE, "after": after}} if paged else {}
        found = read(**path, **asked)
        left -= len(found["items"])
        after = found["next"]
        if left < 0 or (left == 0 and after):
            detail = _("More than %(rows)s lines: narrow the list first", rows=ROWS_AT_MOST)
            raise Invalid(errors=[FieldError("", detail)])
        for item in listing.rows(found["items"]):
            yield [column.read(item) for column in listing.columns]
        if not after:
            return


def typed_filters() -> MultiDict[str, str]:
    """The page's query without the village, which the shell has read, and what was left empty."""
    return MultiDict(
        [
            (name, text)
            for name, text in request.args.items(multi=True)
            if name != "village" and text.strip()
        ]
    )


class ListPage:
    """A list on a page: its query as loaded, and what `components/listing.html` shows of it."""

    def __init__(self, listing: Listing, view: View, *, limit: int | None = None) -> None:
        self.listing = listing
        schema = call_of(view).query or Schema()
        self.typed = typed_filters()
        self.query: dict[str, Any] = load_query(schema, self.typed)
        if limit is not None and "limit" not in self.typed:
            self.query["limit"] = limit
        self.following: str | None = None

    def take(self, found: dict[str, Any]) -> Any:
        """The items of a page of the list, whose cursor is kept."""
        self.following = found["next"]
        return found["items"]

    @property
    def kept(self) -> dict[str, Any]:
        """The filters in use, as an address has them."""
        return {name: text for name, text in self.typed.items() if name not in PAGING}

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The filters with what was typed."""
        return [
            {
                "name": each.name,
                "label": each.label,
                "type": each.look.value,
                "options": list(each.options()),
                "value": self.typed.get(each.name, ""),
            }
            for each in self.listing.filters
        ]

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is in use."""
        return bool(self.kept)

    def address(self, endpoint: str | None = None, **more: Any) -> str:
        """This page, or another of the same place, with these parameters."""
        place: dict[str, Any] = dict(request.view_args or {})
        return url_for(endpoint or str(request.endpoint), **place, **more)

    @property
    def next_url(self) -> str | None:
        """Where the list goes on."""
        return self.address(**self.kept, after=self.following) if self.following else None

    @property
    def first_url(self) -> str | None:
        """Where it begins, on a page that isn't the first."""
        return self.address(**self.kept) if self.query.get("after") else None

    @property
    def excel_url(self) -> str:
        """The list as a sheet, narrowed as here."""
        return self.address(f".{self.listing.name}_workbook", **self.kept)

    @property
    def all_url(self) -> str:
        """The list without its filters."""
        return self.address()
