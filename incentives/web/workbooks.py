"""Lists as Excel workbooks: sheets, their headings first, every text a text.

A cell that begins with `=`, `+`, `-` or `@` is a formula to Excel, and to whatever a list is pasted
into afterwards: what somebody typed as a name must not run there. The workbook says that texts are
texts, and such a text gets an apostrophe before it, which stays when the sheet is saved as CSV
(OWASP, CSV Injection): also where it begins with a tab or a line's end, with a letter that isn't
seen, or with the full-width sign that some programs turn into the plain one.
"""

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Other letters for a sign that a spreadsheet may take for the plain one, beside the full-width
# ones: the minus of mathematics, and small forms fold to the plain ones (NFKC).
ALSO_BEGIN = ("\u2212",)
# Categories of letters without a shape of their own, which may stand before what is seen first.
UNSEEN = ("Cc", "Cf")
CELL_AT_MOST = 32_767
NARROWEST = 8
WIDEST = 60
# Nothing of a workbook may be read as a formula, an address or a number that it isn't.
TEXT_AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
    "remove_timezone": True,
}

Cell = str | int | float | date | datetime | bool | None


@dataclass(frozen=True)
class Head:
    """A column of a long sheet: its heading, how wide it is, Excel's format of its numbers."""

    text: str
    width: float
    number_format: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, headings and rows; the columns that are drawn as bars below its rows.

    A cell is a text, a number, a day, an instant, a boolean or None; anything else is written as
    its text. Bars are named by the first column.
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    bars: Sequence[int] = ()


def workbook(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    more: Sequence[Sheet] = (),
) -> bytes:
    """The bytes of an .xlsx with these rows under these headings, and more sheets after it.

    `title` names the sheet. Headings stay in sight and on each printed page.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, TEXT_AS_TEXT | {"in_memory": True}) as book:
        for each in (Sheet(title, headings, list(rows)), *more):
            add_sheet(book, each)
    return buffer.getvalue()


def add_sheet(book: Any, told: Sheet) -> None:
    """A sheet with its rows under their headings."""
    kept = [[cell(each) for each in row] for row in told.rows]
    sheet = book.add_worksheet(sheet_name(told.title))
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    widths = [
        width(heading, [row[column] for row in kept])
        for column, heading in enumerate(told.headings)
    ]
    set_up(book, sheet, told.headings, widths)
    for line, row in enumerate(kept, start=1):
        for column, value in enumerate(row):
            is_day = isinstance(value, date) and not isinstance(value, datetime)
            write_cell(sheet, line, column, value, day if is_day else wrapped)
    if told.bars and kept:
        draw_bars(book, sheet, told.bars, len(kept))


def draw_bars(book: Any, sheet: Any, columns: Sequence[int], lines: int) -> None:
    """Bars of some columns of a sheet, below its rows."""
    chart = book.add_chart({"type": "column"})
    name = sheet.get_name()
    for column in columns:
        chart.add_series(
            {
                "name": [name, 0, column],
                "categories": [name, 1, 0, lines, 0],
                "values": [name, 1, column, lines, column],
            }
        )
    chart.set_size({"width": 720, "height": 320})
    chart.set_legend({"position": "bottom"})
    sheet.insert_chart(lines + 2, 0, chart)


def write_workbook(
    target: IO[bytes], title: str, heads: Sequence[Head], rows: Iterable[Sequence[Any]]
) -> None:
    """Write an .xlsx of any length into a file, holding one row in memory at a time."""
    with xlsxwriter.Workbook(target, TEXT_AS_TEXT | {"constant_memory": True}) as book:
        sheet = book.add_worksheet(sheet_name(title))
        formats = [
            book.add_format(
                {"num_format": head.number_format, "valign": "top"}
                if head.number_format
                else {"text_wrap": True, "valign": "top"}
            )
            for head in heads
        ]
        set_up(book, sheet, [head.text for head in heads], [head.width for head in heads])
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                write_cell(sheet, line, column, cell(value), formats[column])


def set_up(book: Any, sheet: Any, headings: Sequence[str], widths: Sequence[float]) -> None:
    """The headings of a sheet, its widths, and how it is printed."""
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, widths[column])
        sheet.write_string(0, column, neutral(heading), bold)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def write_cell(sheet: Any, line: int, column: int, value: Cell, form: Any) -> None:
    """One cell by the kind of its value: a text is written as a text and nothing else."""
    if isinstance(value, str):
        sheet.write_string(line, column, value[:CELL_AT_MOST], form)
    elif isinstance(value, bool):
        sheet.write_boolean(line, column, value, form)
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value, form)
    elif value is None:
        sheet.write_blank(line, column, None, form)
    else:
        sheet.write_number(line, column, value, form)


def cell(value: Any) -> Cell:
    """A value as a cell takes it; a text that could run is neutral."""
    if value is None or isinstance(value, bool | int | float | date | datetime):
        return value
    return neutral(str(value))


def neutral(text: str) -> str:
    """The text, behind an apostrophe where it would begin a formula."""
    return f"'{text}" if begins_formula(text) else text


def begins_formula(text: str) -> bool:
    """Whether what is seen first in a text, or stands before that, begins a formula."""
    for letter in text:
        if unicodedata.normalize("NFKC", letter).startswith(FORMULA_BEGINS):
            return True
        if letter in ALSO_BEGIN:
            return True
        if not (letter.isspace() or unicodedata.category(letter) in UNSEEN):
            return False
    return False


def width(heading: str, values: Sequence[Cell]) -> float:
    """How wide a column must be for its longest line; a Chinese letter is as wide as two."""
    longest = max(
        sum(1 if letter.isascii() else 2 for letter in line)
        for value in (heading, *values)
        for line in str("" if value is None else value).split("\n")
    )
    return min(max(longest + 2, NARROWEST), WIDEST)


def sheet_name(title: str) -> str:
    """A title as a sheet may be named: at most 31 letters, none of `[]:*?/\\`."""
    kept = "".join(letter for letter in title if letter not in "[]:*?/\\").strip(" '")
    return kept[:31] or "1"


def workbook_response(
    filename: str,
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    more: Sequence[Sheet] = (),
) -> Response:
    """The workbook as a file to keep; `filename` is plain ASCII without its ending."""
    response = Response(workbook(title, headings, rows, more), mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}.xlsx"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
