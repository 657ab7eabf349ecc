"""One cell as what it should be: a text, a whole number, an amount in yuan; or what is wrong.

A problem is a code; `words.PROBLEMS` says it. Article numbers, barcodes and doors that were typed
as numbers are refused, as a spreadsheet drops their leading zeros and rounds long ones.
"""

import re
from decimal import Decimal
from typing import Any

from incentives.files.sheets import folded
from incentives.ledger.models import MAX_AMOUNT

NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
QUANTITY_AT_MOST = 1_000_000
COST_AT_MOST = 100_000_000
# A text that begins so would be a formula; the template puts an apostrophe before it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Read = tuple[Any, str | None]


def as_text(cell: Any) -> Read:
    """A text; refuses numbers, truth values and dates."""
    if cell is None:
        return None, None
    if not isinstance(cell, str):
        return None, "number_for_text"
    if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS):
        cell = cell[1:]
    if not cell.isprintable():
        cell = "".join(letter if letter.isprintable() else " " for letter in cell)
    return folded(cell) or None, None


def as_number(cell: Any) -> tuple[Decimal | None, str | None]:
    """A number, also one that was typed as text; None where the cell is empty."""
    if isinstance(cell, bool | list):
        return None, "not_a_number"
    if isinstance(cell, int | float):
        return Decimal(repr(cell)), None
    typed = folded(cell or "").replace(",", "").removeprefix("¥").strip()
    if not typed:
        return None, None
    if not NUMBER.fullmatch(typed):
        return None, "not_a_number"
    return Decimal(typed), None


def whole(cell: Any, most: int, scale: int, code: str) -> Read:
    """A number times `scale`, which must then be whole, from 0 to `most`."""
    number, problem = as_number(cell)
    if number is None:
        return None, problem
    if number < 0:
        return None, "below_zero"
    scaled = number * scale
    if scaled > most:
        return None, "too_large"
    if scaled != scaled.to_integral_value():
        return None, code
    return int(scaled), None


def as_points(cell: Any) -> Read:
    """Points: whole, not below zero."""
    return whole(cell, MAX_AMOUNT, 1, "not_whole")


def as_quantity(cell: Any) -> Read:
    """How many of a good: whole, not below zero."""
    return whole(cell, QUANTITY_AT_MOST, 1, "not_whole")


def as_fen(cell: Any) -> Read:
    """Money typed in yuan with up to two decimals, in fen."""
    return whole(cell, MAX_AMOUNT, 100, "too_many_decimals")


def as_cost(cell: Any) -> Read:
    """What one of a good cost, typed in yuan, in fen."""
    return whole(cell, COST_AT_MOST, 100, "too_many_decimals")
