"""Money in the capital numerals that receipts are written with, so that nobody adds a stroke.

The numerals are in `data/amount_words.csv`; how they are put together is the custom of the People's
Bank's rules for notes and receipts (Payment and Settlement Measures, 1997, annex 1): a nought
between digits is said once, a whole sum of yuan or jiao ends in the word for whole.
"""

import csv
from functools import cache
from importlib.resources import files

GROUP = 10_000


@cache
def numerals() -> dict[str, str]:
    """The words by name."""
    text = files("incentives.data").joinpath("amount_words.csv").read_text(encoding="utf-8")
    return {row["name"]: row["text"] for row in csv.DictReader(text.splitlines())}


def amount_in_words(amount_fen: int) -> str:
    """An amount in fen, in capital numerals; below 10^16 yuan."""
    words = numerals()
    yuan, rest = divmod(amount_fen, 100)
    jiao, fen = divmod(rest, 10)
    digits = words["digits"]
    said = whole_in_words(yuan) + words["yuan"] if yuan or not rest else ""
    if not rest:
        return said + words["whole"]
    if jiao:
        said += digits[jiao] + words["jiao"]
    elif yuan:
        said += digits[0]
    return said + (digits[fen] + words["fen"] if fen else words["whole"])


def whole_in_words(number: int) -> str:
    """A whole number in capital numerals, in groups of ten thousand."""
    words = numerals()
    digits, groups = words["digits"], words["groups"]
    if number == 0:
        return digits[0]
    parts: list[int] = []
    while number:
        number, part = divmod(number, GROUP)
        parts.append(part)
    said, gap = "", False
    for place in range(len(parts) - 1, -1, -1):
        part = parts[place]
        if not part:
            gap = bool(said)
            continue
        if said and (gap or part < GROUP // 10):
            said += digits[0]
        said += group_in_words(part) + (groups[len(groups) - place] if place else "")
        gap = False
    return said


def group_in_words(part: int) -> str:
    """Up to four digits, one nought between two others said once."""
    words = numerals()
    said, gap = "", False
    for power, place in zip((1000, 100, 10, 1), (*words["places"], ""), strict=True):
        digit = part // power % 10
        if digit:
            said += (words["digits"][0] if gap else "") + words["digits"][digit] + place
            gap = False
        else:
            gap = bool(said)
    return said
