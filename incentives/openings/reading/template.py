"""The workbook to fill in: the village's households and goods, with figures where there are any.

Nothing that people typed becomes a formula: xlsxwriter writes every text as a text, and one that
begins as a formula does gets an apostrophe, for whoever saves the sheet as .csv.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from flask_babel import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from incentives.openings.models import Part
from incentives.openings.reading.book import COLUMNS, SHEETS
from incentives.openings.reading.cells import FORMULA_STARTS

WIDTHS = {"head": 16, "name": 24, "place": 20, "door": 18, "barcode": 18}
MONEY = ("amount_fen", "unit_cost_fen")
WHOLE = ("points", "quantity")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_workbook(rows: Mapping[Part, Sequence[Mapping[str, Any]]]) -> bytes:
    """The workbook with these rows by part; money in fen is written in yuan."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    formats = {
        "head": workbook.add_format({"bold": True, "bg_color": "#F6E9E6", "bottom": 1}),
        "text": workbook.add_format({"num_format": "@"}),
        "whole": workbook.add_format({"num_format": "0"}),
        "money": workbook.add_format({"num_format": "0.00"}),
    }
    for part in Part:
        sheet = workbook.add_worksheet(str(SHEETS[part]))
        write_sheet(sheet, part, rows.get(part, ()), formats)
    workbook.close()
    return buffer.getvalue()


def write_sheet(
    sheet: Worksheet, part: Part, rows: Sequence[Mapping[str, Any]], formats: dict[str, Format]
) -> None:
    """One sheet: its columns' names, its rows, and what may be typed under them."""
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(COLUMNS[part]):
        kind = kind_of(column.field)
        sheet.set_column(place, place, WIDTHS.get(column.field, 14), formats[kind])
        sheet.write_string(0, place, str(column.head), formats["head"])
        for number, row in enumerate(rows, start=1):
            value = row.get(column.field)
            if value is None:
                sheet.write_blank(number, place, None, formats[kind])
            elif kind == "text":
                sheet.write_string(number, place, harmless(str(value)), formats[kind])
            else:
                sheet.write_number(
                    number, place, value / 100 if kind == "money" else value, formats[kind]
                )
        if kind != "text":
            sheet.data_validation(1, place, max(len(rows), 1), place, rule_of(kind))


def kind_of(field: str) -> str:
    """How a column is written."""
    if field in WHOLE:
        return "whole"
    return "money" if field in MONEY else "text"


def rule_of(kind: str) -> dict[str, Any]:
    """What a spreadsheet lets be typed into a figure's cells."""
    wants = _("A whole number") if kind == "whole" else _("An amount in yuan")
    return {
        "validate": "integer" if kind == "whole" else "decimal",
        "criteria": ">=",
        "value": 0,
        "error_title": wants,
        "error_message": _("Not below zero. Leave it empty where there is nothing."),
    }
