"""Lists as Excel workbooks: one sheet, its headings first, every text a text.

A cell that begins with `=`, `+`, `-` or `@` is a formula to Excel, and to whatever a list is pasted
into afterwards: what somebody typed as a name must not run there. The workbook says that texts are
texts, and such a text gets an apostrophe before it, which stays when the sheet is saved as CSV
(OWASP, CSV Injection).
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
NARROWEST = 8
WIDEST = 60
# Nothing of a workbook may be read as a formula, an address or a number that it isn't.
TEXT_AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
    "remove_timezone": True,
}

Cell = str | int | date | datetime | bool | None


def workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The bytes of an .xlsx with these rows under these headings.

    `title` names the sheet. A cell is a text, a whole number, a day, an instant, a boolean or None;
    anything else is written as its text. The heading stays in sight and on each printed page.
    """
    kept = [[cell(each) for each in row] for row in rows]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, TEXT_AS_TEXT) as book:
        sheet = book.add_worksheet(sheet_name(title))
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, neutral(heading), bold)
            sheet.set_column(column, column, width(heading, [row[column] for row in kept]))
        for line, row in enumerate(kept, start=1):
            for column, value in enumerate(row):
                is_day = isinstance(value, date) and not isinstance(value, datetime)
                sheet.write(line, column, value, day if is_day else wrapped)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
    return buffer.getvalue()


def cell(value: Any) -> Cell:
    """A value as a cell takes it; a text that could run is neutral."""
    if value is None or isinstance(value, bool | int | date | datetime):
        return value
    return neutral(str(value))


def neutral(text: str) -> str:
    """The text, behind an apostrophe where it would begin a formula."""
    return f"'{text}" if text.lstrip(" \u3000\ufeff").startswith(FORMULA_BEGINS) else text


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
    filename: str, title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Response:
    """The workbook as a file to keep; `filename` is plain ASCII without its ending."""
    response = Response(workbook(title, headings, rows), mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}.xlsx"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
