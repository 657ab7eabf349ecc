"""A paper book as its workbook has it: one sheet a part, one row a household, place or good.

Sheets and columns are found by their names in any of our languages, so that a template that was
taken in one is read in another. What a row names is matched with the register in `matching`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.files.sheets import (
    ROWS_AT_MOST,
    Sheet,
    Unreadable,
    folded,
    in_every_language,
    read_sheets,
    shown,
)
from incentives.openings.models import Part
from incentives.openings.reading import cells


@dataclass(frozen=True)
class Column:
    """A column: the field that it fills, its head, how its cells are read."""

    field: str
    head: LazyString
    read: Callable[[Any], cells.Read]
    required: bool = True


# The sheets and their columns, in the order of the template.
SHEETS: dict[Part, LazyString] = {
    Part.POINTS: _("Household points"),
    Part.FUND: _("Micro-fund"),
    Part.STOCK: _("Goods in stock"),
}
COLUMNS: dict[Part, tuple[Column, ...]] = {
    Part.POINTS: (
        Column("door", _("Door"), cells.as_text),
        Column("head", _("Head of household"), cells.as_text),
        Column("points", _("Points"), cells.as_points),
    ),
    Part.FUND: (
        Column("place", _("Where the money lies"), cells.as_text),
        Column("amount_fen", _("Amount in yuan"), cells.as_fen),
    ),
    Part.STOCK: (
        Column("sku", _("Article number"), cells.as_text, required=False),
        Column("barcode", _("Barcode"), cells.as_text, required=False),
        Column("name", _("Good"), cells.as_text, required=False),
        Column("quantity", _("Quantity"), cells.as_quantity),
        Column("unit_cost_fen", _("Cost of one in yuan"), cells.as_cost, required=False),
    ),
}
PLACES: dict[str, LazyString] = {"cash_fen": _("Cash"), "bank_fen": _("Bank account")}
# The figure without which a row takes nothing over.
FIGURE = {Part.POINTS: "points", Part.FUND: "amount_fen", Part.STOCK: "quantity"}
NAMES = ("sku", "barcode", "name")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field of a row, and in which cell."""

    field: str
    code: str
    cell: str

    def kept(self) -> dict[str, str]:
        """As the line keeps it."""
        return {"field": self.field, "code": self.code, "cell": self.cell}


@dataclass
class Row:
    """A row that takes something over: what was typed, what it says, what is wrong with it."""

    part: Part
    number: int
    typed: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Book:
    """A file's rows, at most 5,000."""

    rows: tuple[Row, ...]


def read_book(content: bytes) -> Book:
    """A file's rows. Refuses, as a whole, a file that can't be read, sheets and columns that
    nobody knows or that are missing, and too many rows; what is wrong with one cell stays with
    its row."""
    found: list[Row] = []
    parts: set[Part] = set()
    for sheet in read_sheets(content):
        if not any(cell is not None for row in sheet.rows for cell in row):
            continue
        part = part_of(sheet)
        if part in parts:
            raise Unreadable(_("This part stands here twice: %(sheet)s", sheet=SHEETS[part]))
        parts.add(part)
        found += rows_of(sheet, part)
        if len(found) > ROWS_AT_MOST or len(sheet.rows) > ROWS_AT_MOST + 1:
            raise Unreadable(_("A book may have up to %(count)s rows", count=ROWS_AT_MOST))
    if not found:
        raise Unreadable(_("There are no figures in this file"))
    return Book(tuple(found))


def part_of(sheet: Sheet) -> Part:
    """Which part a sheet is, by its name; a .csv by its columns."""
    if sheet.name is None:
        heads = {folded(str(cell)).casefold() for cell in sheet.rows[0] if cell is not None}
        for part, columns in COLUMNS.items():
            needed = [each for each in columns if each.required]
            if all(heads & in_every_language(each.head) for each in needed):
                return part
        raise Unreadable(_("The first row must have the template's column names"))
    name = folded(sheet.name).casefold()
    for part, title in SHEETS.items():
        if name in in_every_language(title):
            return part
    raise Unreadable(
        _(
            "There is no place for the sheet %(sheet)s: keep the template's sheets only",
            sheet=sheet.name[:40],
        )
    )


def places_of(sheet: Sheet, part: Part) -> dict[Column, int]:
    """In which column of the sheet each of ours stands; refuses one that is needed and isn't."""
    heads = [folded(cell).casefold() if isinstance(cell, str) else "" for cell in sheet.rows[0]]
    found = {}
    for column in COLUMNS[part]:
        names = in_every_language(column.head)
        place = next((index for index, head in enumerate(heads) if head in names), None)
        if place is not None:
            found[column] = place
        elif column.required:
            raise Unreadable(
                _(
                    "The sheet %(sheet)s lacks the column %(column)s in its first row",
                    sheet=sheet.name or SHEETS[part],
                    column=column.head,
                )
            )
    if part is Part.STOCK and not any(column.field in NAMES for column in found):
        raise Unreadable(_("The sheet of goods names none"))
    return found


def rows_of(sheet: Sheet, part: Part) -> list[Row]:
    """A sheet's rows that take something over; those without a figure are left out."""
    places = places_of(sheet, part)
    rows = []
    for index, line in enumerate(sheet.rows[1:], start=1):
        row = read_row(sheet, part, index, line, places)
        if row.values.get(FIGURE[part]) or any(each.field == FIGURE[part] for each in row.problems):
            rows.append(row)
    return merged(rows) if part is Part.FUND else rows


def read_row(
    sheet: Sheet, part: Part, index: int, line: Sequence[Any], places: dict[Column, int]
) -> Row:
    """One row, cell by cell."""
    row = Row(part, index + 1)
    for column, place in places.items():
        cell = line[place] if place < len(line) else None
        value, problem = column.read(cell)
        if (index, place) in sheet.formulas:
            value, problem = None, "formula"
        row.typed[column.field] = shown(cell)
        row.values[column.field] = value
        if problem is not None:
            row.problems.append(Problem(column.field, problem, cell_name(index, place)))
    return row


def merged(rows: list[Row]) -> list[Row]:
    """Cash and bank as the one row of the fund."""
    if not rows:
        return []
    fund = Row(Part.FUND, rows[0].number, values=dict.fromkeys(PLACES, 0))
    seen: set[str] = set()
    for row in rows:
        place = place_of(row.values["place"])
        name = row.typed["place"] or "?"
        fund.typed[place or f"other_{row.number}"] = f"{name}: {row.typed['amount_fen']}"
        for each in row.problems:
            fund.problems.append(Problem(place or "place", each.code, each.cell))
        if place is None:
            fund.problems.append(Problem("place", "place_unknown", f"A{row.number}"))
        elif place in seen:
            fund.problems.append(Problem(place, "place_twice", f"A{row.number}"))
        else:
            fund.values[place] = row.values["amount_fen"]
            seen.add(place)
    for each in fund.problems:
        if each.field in PLACES:
            fund.values[each.field] = None
    return [fund]


def place_of(name: str | None) -> str | None:
    """Which of the fund's figures a place is."""
    for figure, title in PLACES.items():
        if name is not None and name.casefold() in in_every_language(title):
            return figure
    return None


def cell_name(row: int, column: int) -> str:
    """A cell's name from its row and column, both from 0: C5."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"
