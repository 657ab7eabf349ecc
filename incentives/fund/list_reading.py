"""Whom a pasted or uploaded list of payees means, and how much each gets.

Columns are found by their headings (`data/payee_headings.csv`), else the name is the first cell
that somebody of the village has, and the amount the first number after it: a number before it is
the line's. A name means its household, or the person where a purpose is for people; a door tells
namesakes apart. What means nobody, or several, is named with its line.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.files.sheets import Unreadable, folded, read_sheets, shown
from incentives.fund.bank_reading import fen_of
from incentives.fund.headings import heading, headings_in
from incentives.fund.operations import ListLine, PayeeChoice
from incentives.register.models import Household, Resident

HEADINGS = "payee_headings.csv"
SUM = "sum"
HEAD_WITHIN = 10
# A typed line of a name and an amount, maybe numbered, whatever stands between them.
NAME_AND_AMOUNT = re.compile(
    r"(?:\d+[\s.\u3001\uff0e,\uff0c)\uff09]+)?([^\d\s,\uff0c][^\d,\uff0c:\uff1a]*?)[\s,\uff0c:\uff1a]+"
    r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?) ?\u5143?"
)

Row = Sequence[str]


@dataclass(frozen=True)
class Neighbour:
    """A resident of the village as a list names them."""

    resident: Resident
    door: str
    number: int


def rows_of_text(text: str) -> list[list[str]]:
    """Pasted lines as cells: a spreadsheet's tabs, a name and an amount, or commas."""
    return [cells_of(line) for line in text.splitlines()]


def cells_of(line: str) -> list[str]:
    """A pasted or typed line as cells."""
    if "\t" in line:
        return line.split("\t")
    typed = NAME_AND_AMOUNT.fullmatch(line.strip())
    return [*typed.groups()] if typed else line.replace("\uff0c", ",").split(",")


def rows_of_file(content: bytes) -> list[list[str]]:
    """An uploaded sheet's cells as texts; refuses what is none."""
    try:
        sheets = read_sheets(content)
    except Unreadable as unreadable:
        raise Invalid(errors=[FieldError("/sheet", unreadable.detail)]) from unreadable
    tables = [[[shown(cell) for cell in row] for row in sheet.rows] for sheet in sheets]
    return next((table for table in tables if columns_of(table)[1]), tables[0])


def read_list(
    village: str, rows: Sequence[Row], *, of_people: bool, amount_fen: int | None, pointer: str
) -> list[ListLine]:
    """The lines that these rows mean; refuses with a sentence for each that means none."""
    people = people_by_name(village)
    at, columns = columns_of(rows)
    lines: list[ListLine] = []
    problems: list[LazyString] = []
    for number, row in enumerate(rows[at:], start=at + 1):
        try:
            line = line_of(row, columns, people, of_people=of_people, amount_fen=amount_fen)
        except ProblemOfLine as problem:
            typed = " ".join(each for each in map(folded, row) if each)
            problems.append(
                _("Line %(number)s (%(typed)s): %(what)s", number=number, typed=typed, what=problem)
            )
            continue
        if line is not None:
            lines.append(line)
    if problems:
        detail = str(_("; ")).join(str(each) for each in problems)
        raise Invalid(errors=[FieldError(pointer, detail)])
    return lines


class ProblemOfLine(Exception):
    """Why a line means nobody, or no amount."""


def people_by_name(village: str) -> dict[str, list[Neighbour]]:
    """Who lives in the village, by name without blanks."""
    found: dict[str, list[Neighbour]] = defaultdict(list)
    for resident, door, number in db.session.execute(
        select(Resident, Household.door, Household.number)
        .join(Household, Household.id == Resident.household_id)
        .where(
            Resident.village == village,
            Resident.left_on.is_(None),
            Household.departed_on.is_(None),
        )
    ):
        found[bare(resident.name)].append(Neighbour(resident, folded(door), number))
    return found


def bare(name: str) -> str:
    """A name as names are compared."""
    return folded(name).replace(" ", "")


def columns_of(rows: Sequence[Row]) -> tuple[int, dict[str, int]]:
    """Where the lines begin, and which column is which; no columns without headings."""
    for at, row in enumerate(rows[:HEAD_WITHIN]):
        heads = {heading(cell): place for place, cell in reversed(list(enumerate(row)))}
        found = {
            kind: heads[name]
            for kind, names in headings_in(HEADINGS).items()
            if kind != SUM
            for name in reversed(names)
            if name in heads
        }
        if "name" in found:
            return at + 1, found
    return 0, {}


def line_of(
    row: Row,
    columns: dict[str, int],
    people: dict[str, list[Neighbour]],
    *,
    of_people: bool,
    amount_fen: int | None,
) -> ListLine | None:
    """One row as a line; None for an empty one, and for a sum."""
    cells = parts_of(row, columns) if columns else guessed_parts(row, people)
    if not cells.get("name") or any(heading(cell) in headings_in(HEADINGS)[SUM] for cell in row):
        return None
    known = people.get(bare(cells["name"]), [])
    door = cells.get("door", "")
    if door:
        known = [each for each in known if door in (each.door, str(each.number))]
    if not known:
        raise ProblemOfLine(_("nobody of that name lives here"))
    homes = {each.resident.household_id for each in known}
    if len(known if of_people else homes) > 1:
        raise ProblemOfLine(_("several have this name: write the door beside it"))
    amount = amount_of(cells.get("amount", ""), amount_fen)
    resident = known[0].resident
    payee: dict[str, Any] = (
        {"resident_id": resident.id} if of_people else {"household_id": resident.household_id}
    )
    return ListLine(PayeeChoice(**payee), amount, cells.get("reason") or None)


def parts_of(row: Row, columns: dict[str, int]) -> dict[str, str]:
    """A row's cells by the columns' headings."""
    return {kind: folded(row[place]) for kind, place in columns.items() if place < len(row)}


def guessed_parts(row: Row, people: dict[str, list[Neighbour]]) -> dict[str, str]:
    """A row's cells by what stands in them.

    Which of several people of a name is told by a cell that is the door of one.
    """
    texts = [folded(cell) for cell in row]
    named = next((at for at, text in enumerate(texts) if bare(text) in people), None)
    if named is None:
        named = next((at for at, text in enumerate(texts) if text and not is_amount(text)), None)
    if named is None:
        return {}
    known = people.get(bare(texts[named]), [])
    doors = {door for each in known for door in (each.door, str(each.number))}
    after = [text for text in texts[named + 1 :] if text]
    parts = {"name": texts[named]}
    if len(known) > 1:
        parts["door"] = next((text for text in (*texts[:named], *after) if text in doors), "")
    after = [text for text in after if text != parts.get("door")]
    parts["amount"] = next((text for text in after if is_amount(text)), "")
    parts["reason"] = next((text for text in after if not is_amount(text)), "")
    return parts


def is_amount(text: str) -> bool:
    """Whether a cell is an amount."""
    try:
        return bool(text) and fen_of(text) > 0
    except ValueError:
        return False


def amount_of(text: str, amount_fen: int | None) -> int:
    """A line's own amount, else that of all."""
    if not text:
        if amount_fen is None:
            raise ProblemOfLine(_("no amount"))
        return amount_fen
    try:
        found = fen_of(text)
    except ValueError:
        found = 0
    if found <= 0:
        raise ProblemOfLine(_("this is no amount"))
    return found
