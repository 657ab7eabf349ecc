"""A bank's statement as an uploaded sheet: columns by their headings, lines in order of days.

Headings, and the words for what came in and went out, are in `data/bank_headings.csv`, as the
banks that villages use write them. Seen from the bank, credit is what came in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from flask_babel import lazy_gettext as _

from incentives.errors import FieldError, Invalid
from incentives.files.sheets import Sheet, Unreadable, folded, read_sheets, shown
from incentives.fund.headings import heading, headings_in
from incentives.fund.models import NAME_LENGTH, REASON_LENGTH
from incentives.texts import UNSEEN_LETTER

HEADINGS = "bank_headings.csv"
HEAD_WITHIN = 30
LINES_AT_MOST = 2_000
NUMBER = re.compile(r"[-+]?\d{1,13}(\.\d{1,4})?", re.ASCII)
LIKE_A_DAY = re.compile(r"\d{1,4} ?[-/.\u5e74]|\d{1,2} ?\u6708|\d{4,}", re.ASCII)
DAY = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?:\D.*)?", re.ASCII)
COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\D.*)?", re.ASCII)

Row = Sequence[Any]


class NoDay(ValueError):
    """What stands where the day should be is none."""


@dataclass(frozen=True)
class StatementLine:
    """A line as it will be kept: below zero what went out."""

    day: date
    amount_fen: int
    summary: str
    other: str | None = None
    balance_fen: int | None = None


def read_statement(content: bytes) -> list[StatementLine]:
    """The lines of the first sheet that has a day and amounts, oldest first.

    Refuses a file that is none, a sheet without such columns, and names each line whose day or
    amount can't be read.
    """
    try:
        sheets = read_sheets(content)
    except Unreadable as unreadable:
        raise Invalid(errors=[FieldError("/file", unreadable.detail)]) from unreadable
    for sheet in sheets:
        found = columns_of(sheet)
        if found is not None:
            return lines_of(sheet, *found)
    detail = _("No columns of a bank's statement are in it: day, what came in and what went out")
    raise Invalid(errors=[FieldError("/file", detail)])


def columns_of(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The last row of headings and which column is which; None where the sheet has none.

    Below a heading for what moved there may be a second row for what came in and what went out.
    """
    for at, row in enumerate(sheet.rows[:HEAD_WITHIN]):
        columns = named_in(row)
        if "day" not in columns:
            continue
        below = named_in(sheet.rows[at + 1]) if at + 1 < len(sheet.rows) else {}
        if {"in", "out"} <= below.keys() and "day" not in below:
            return at + 1, {**columns, **below}
        if "amount" in columns or {"in", "out"} & columns.keys():
            return at, columns
    return None


def named_in(row: Row) -> dict[str, int]:
    """Which column of a row of headings is which."""
    heads = {heading(cell): place for place, cell in reversed(list(enumerate(row)))}
    return {
        field: heads[name]
        for field, names in headings_in(HEADINGS).items()
        if field not in ("came_in", "went_out", "sum")
        for name in reversed(names)
        if name in heads
    }


def lines_of(sheet: Sheet, at: int, columns: dict[str, int]) -> list[StatementLine]:
    """The lines under the headings; sums and remarks, without what looks like a day, are none.

    Refuses what has an amount and no day, and isn't a sum: the bank writes its days in another way;
    also what is called as a sum is and yet leads from the balance beside it to its own.
    """
    rows: list[tuple[int, Row]] = []
    errors: list[FieldError] = []
    for number, row in enumerate(sheet.rows[at + 1 :], start=at + 2):
        if LIKE_A_DAY.match(folded(shown(cell_of(row, columns, "day")))):
            rows.append((number, row))
        elif has_amount(row, columns) and (
            not is_sum(row, columns) or goes_on(sheet.rows, number - 1, at + 1, columns)
        ):
            errors.append(no_day(number))
    if len(rows) > LINES_AT_MOST:
        detail = _("At most %(count)s lines", count=LINES_AT_MOST)
        raise Invalid(errors=[FieldError("/file", detail)])
    lines: list[StatementLine] = []
    for number, dated in rows:
        try:
            line = line_of(dated, columns)
        except NoDay:
            errors.append(no_day(number))
            continue
        except ValueError:
            detail = _("Line %(number)s: this is no amount", number=number)
            errors.append(FieldError("/file", detail))
            continue
        if line is not None:
            lines.append(line)
    if errors:
        raise Invalid(errors=errors)
    return lines[::-1] if newest_first(lines) else lines


def no_day(number: int) -> FieldError:
    """That what stands in a row of the sheet, where the day should be, is none."""
    return FieldError("/file", _("Line %(number)s: this is no day", number=number))


def has_amount(row: Row, columns: dict[str, int]) -> bool:
    """Whether a row has an amount."""
    try:
        return amount_of(row, columns) != 0
    except ValueError:
        return False


def is_sum(row: Row, columns: dict[str, int]) -> bool:
    """Whether a row adds up others, or says what was there before or after them.

    What stands where the day should be says it, or the row's first cell; any, where no day does.
    """
    cells = [cell for cell in map(heading, row) if cell]
    day = heading(cell_of(row, columns, "day"))
    told = [day, *cells[:1]] if day else cells
    return any(each.startswith(headings_in(HEADINGS)["sum"]) for each in told)


def goes_on(rows: Sequence[Row], at: int, first: int, columns: dict[str, int]) -> bool:
    """Whether a row's balance is the one before it and its own amount, as a line's is.

    The one before it stands above it, or below it where the bank wrote its newest line first; then
    the line above goes on from this one.
    """
    own = balance_of(rows[at], columns)
    above = balance_of(rows[at - 1], columns) if at > first else None
    below = balance_of(rows[at + 1], columns) if at + 1 < len(rows) else None
    if own is None:
        return False
    began = own - amount_of(rows[at], columns)
    if above == began:
        return True
    return below == began and (above is None or above == own + amount_of(rows[at - 1], columns))


def balance_of(row: Row, columns: dict[str, int]) -> int | None:
    """What a row says was left after it, None where it doesn't."""
    cell = cell_of(row, columns, "balance")
    try:
        return None if not has_amount(row, columns) or folded(shown(cell)) == "" else fen_of(cell)
    except ValueError:
        return None


def newest_first(lines: Sequence[StatementLine]) -> bool:
    """Whether a bank wrote its newest line first, by the days or, within one day, by what is left.

    Each line's balance is the one before it and its own amount.
    """
    if lines and lines[0].day != lines[-1].day:
        return lines[0].day > lines[-1].day
    return any(
        newer.balance_fen is not None
        and older.balance_fen is not None
        and newer.balance_fen == older.balance_fen + newer.amount_fen
        for newer, older in pairwise(lines)
    )


def line_of(row: Row, columns: dict[str, int]) -> StatementLine | None:
    """A row as a line, None for one of nothing.

    NoDay for a day that is none, ValueError for an amount that is none.
    """
    day = day_of(cell_of(row, columns, "day"))
    amount = amount_of(row, columns)
    if amount == 0:
        return None
    if day is None:
        raise NoDay
    balance = cell_of(row, columns, "balance")
    summary = UNSEEN_LETTER.sub("", folded(shown(cell_of(row, columns, "summary")))).strip()
    other = folded(shown(cell_of(row, columns, "other")))
    return StatementLine(
        day=day,
        amount_fen=amount,
        summary=summary[:REASON_LENGTH].strip() or "-",
        other=other[:NAME_LENGTH] or None,
        balance_fen=None if balance is None else fen_of(balance),
    )


def amount_of(row: Row, columns: dict[str, int]) -> int:
    """What a row moved, in fen: from two columns, or one with a sign or a word beside it."""
    if "amount" in columns and not {"in", "out"} & columns.keys():
        amount = fen_of(cell_of(row, columns, "amount"))
        word = folded(shown(cell_of(row, columns, "direction"))).casefold()
        if word in headings_in(HEADINGS)["went_out"]:
            return -abs(amount)
        return abs(amount) if word in headings_in(HEADINGS)["came_in"] else amount
    came = fen_of(cell_of(row, columns, "in"))
    went = fen_of(cell_of(row, columns, "out"))
    return came - abs(went)


def cell_of(row: Row, columns: dict[str, int], field: str) -> Any:
    """A field's cell, None where the row has none."""
    place = columns.get(field)
    return row[place] if place is not None and place < len(row) else None


def fen_of(cell: Any) -> int:
    """An amount in yuan as fen, 0 for an empty cell; ValueError for what is none."""
    if cell is None:
        return 0
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return int((Decimal(repr(cell)) * 100).to_integral_value())
    typed = folded(shown(cell)).replace(",", "").replace(" ", "")
    typed = typed.removeprefix("\u00a5").removeprefix("CNY").removesuffix("\u5143")
    if typed in ("", "-", "--", "/"):
        return 0
    if not NUMBER.fullmatch(typed):
        raise ValueError("no amount")
    return int((Decimal(typed) * 100).to_integral_value())


def day_of(cell: Any) -> date | None:
    """A cell's day, however the bank writes it; None for what is none."""
    typed = folded(shown(cell))
    found = COMPACT_DAY.fullmatch(typed) or DAY.fullmatch(typed)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
