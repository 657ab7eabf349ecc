"""Who a pasted or uploaded list of names means: exactly that person of the village, or nobody.

A door beside a name tells namesakes apart. What is unknown or means several people becomes a line
to be mended by picking, with the people that were probably meant: a homophone typed for another
letter, or one letter that is missing or wrong.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.awards.operations.proposing import LINES_AT_MOST
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.files.sheets import folded, in_every_language
from incentives.register.models import Household, Resident
from incentives.register.names import readings

SUGGESTIONS_AT_MOST = 6
# What a column of names, and one of doors, is called on the lists of a village.
HEADS = {
    "name": (_("Name"), _("Head of household")),
    "door": (_("Door"), _("Door number")),
}
SEPARATORS = re.compile(r"[,，、;；]")
# What a chat's or a paper's list has before each name: "1. ", "2、", "(3)", "4 ".
LINE_NUMBER = re.compile(r"^\s*[(（]?\d+(\s*[.．、:：)）]\s*|\s+)")
NO_NAME = re.compile(r"[\d\s./:-]*")

Row = Sequence[str]


class NameProblem(StrEnum):
    """Why a line means nobody yet."""

    UNKNOWN = "unknown"
    SEVERAL = "several"
    OTHER_DOOR = "other_door"
    MOVED_AWAY = "moved_away"
    TWICE = "twice"


@dataclass(frozen=True)
class Neighbour:
    """A person as a list names them."""

    resident_id: UUID
    name: str
    door: str
    number: int
    pinyin: str
    here: bool


@dataclass(frozen=True)
class NamedLine:
    """A line of a list: who it means, or what is wrong and who may have been meant."""

    line: int
    typed: str
    resident_id: UUID | None
    problem: NameProblem | None = None
    candidates: tuple[Neighbour, ...] = ()


class Index:
    """A village's people by name, by sound and by each name with one letter left out."""

    def __init__(self, people: Iterable[Neighbour]) -> None:
        self.by_name: dict[str, list[Neighbour]] = defaultdict(list)
        self.by_sound: dict[str, list[Neighbour]] = defaultdict(list)
        self.by_shortened: dict[str, list[Neighbour]] = defaultdict(list)
        self.doors: set[str] = set()
        for person in people:
            name = folded(person.name)
            self.by_name[name].append(person)
            self.doors |= {folded(person.door), str(person.number)}
            if not person.here:
                continue
            for sound in person.pinyin.split():
                self.by_sound[sound].append(person)
            for short in {name, *shortened(name)}:
                self.by_shortened[short].append(person)

    def probable(self, name: str) -> tuple[Neighbour, ...]:
        """Who may have been meant by a name that nobody has."""
        found = [each for sound in readings(name)[0].split() for each in self.by_sound[sound]]
        for short in (name, *shortened(name)):
            found += self.by_shortened.get(short, [])
        return tuple(dict.fromkeys(found))[:SUGGESTIONS_AT_MOST]


def shortened(name: str) -> list[str]:
    """A name with each of its letters left out in turn, where two are left."""
    if len(name) < 3:
        return []
    return [name[:place] + name[place + 1 :] for place in range(len(name))]


def index_of(village: str) -> Index:
    """Everybody who lives in the village or did, in one statement."""
    rows = db.session.execute(
        select(
            Resident.id,
            Resident.name,
            Household.door,
            Household.number,
            Resident.pinyin,
            Resident.left_on.is_(None) & Household.departed_on.is_(None),
        )
        .join(Household, Household.id == Resident.household_id)
        .where(Resident.village == village)
        .order_by(Household.number, Resident.id)
    )
    return Index(Neighbour(*row) for row in rows)


def match_text(village: str, text: str) -> list[NamedLine]:
    """Who a pasted text means: a column or a table of a spreadsheet, or names with commas.

    Refuses more than 500 names.
    """
    index = index_of(village)
    lines = [line for line in text.splitlines() if line.strip()]
    table = [line.split("\t") for line in lines]
    if all(len(row) == 1 for row in table):
        pieces = [SEPARATORS.split(LINE_NUMBER.sub("", line)) for line in lines]
        if pieces and heads_of(pieces[0]):
            table = pieces
        else:
            return match(named_pieces(pieces, index), index)
    return match_rows(table, index)


def match_table(village: str, rows: Sequence[Row], pointer: str) -> list[NamedLine]:
    """Who the rows of a sheet mean; refuses more than 500 names, and none, at its field."""
    lines = match_rows(rows, index_of(village))
    if not lines:
        raise Invalid(errors=[FieldError(pointer, _("There are no names in this file"))])
    return lines


def named_pieces(lines: list[list[str]], index: Index) -> list[tuple[str, str | None]]:
    """Names with commas between them; a door belongs to the name before it."""
    named: list[tuple[str, str | None]] = []
    for piece in (folded(each) for line in lines for each in line):
        if piece in index.doors and named and not index.by_name.get(piece):
            named[-1] = (named[-1][0], piece)
            continue
        name, _blank, door = piece.rpartition(" ")
        if piece and name and door in index.doors and piece not in index.by_name:
            named.append((name, door))
        elif piece:
            named.append((piece, None))
    return named


def heads_of(row: Row) -> dict[str, int]:
    """Which columns a first row names, if it is one of headings."""
    heads = {folded(cell).casefold(): place for place, cell in enumerate(row)}
    found = {
        kind: heads[head]
        for kind, texts in HEADS.items()
        for text in reversed(texts)
        for head in in_every_language(text)
        if head in heads
    }
    return found if "name" in found else {}


def match_rows(rows: Sequence[Row], index: Index) -> list[NamedLine]:
    """Who the rows of a table mean: columns by their headings, else by what stands in them."""
    table = [[folded(cell) for cell in row] for row in rows]
    at = next((place for place, row in enumerate(table[:10]) if heads_of(row)), None)
    if at is None:
        columns = {
            kind: place
            for kind, known in (("door", index.doors), ("name", set(index.by_name)))
            if (place := fullest(table, known)) is not None
        }
        columns.setdefault("name", 0)
    else:
        columns, table = heads_of(table[at]), table[at + 1 :]
    if columns.get("door") == columns["name"]:
        del columns["door"]
    named = []
    for row in table:
        name = cell_of(row, columns["name"])
        if not NO_NAME.fullmatch(name):
            named.append((name, cell_of(row, columns.get("door")) or None))
    return match(named, index)


def fullest(table: list[list[str]], known: set[str]) -> int | None:
    """The column that has most of what is known, but for one that numbers the lines; other numbers
    count less than words."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for place in range(max(map(len, table), default=0)):
        cells = [cell for row in table if (cell := cell_of(row, place))]
        if numbers_lines(cells):
            continue
        for cell in cells:
            if cell in known:
                counts[place][cell.isdecimal()] += 1
    return max(counts, key=lambda place: (counts[place], place), default=None)


def numbers_lines(cells: Sequence[str]) -> bool:
    """Whether a column counts its lines: numbers that rise.

    Taken for doors, they would name others; where they are doors, namesakes are asked about.
    """
    numbers = [int(cell) for cell in cells if cell.isdecimal()]
    rising = all(before < after for before, after in pairwise(numbers))
    return rising and len(numbers) > max(1, len(cells) // 2)


def cell_of(row: Row, place: int | None) -> str:
    """A cell, empty where the row has none there."""
    return row[place] if place is not None and place < len(row) else ""


def match(named: Sequence[tuple[str, str | None]], index: Index) -> list[NamedLine]:
    """Each name's person; whoever stands there twice is asked about the second time."""
    if len(named) > LINES_AT_MOST:
        detail = _("From 1 to %(most)s people", most=LINES_AT_MOST)
        raise Invalid(errors=[FieldError("/names", detail)])
    lines: list[NamedLine] = []
    seen: set[UUID] = set()
    for number, (name, door) in enumerate(named, start=1):
        line = match_one(number, name, door, index)
        if line.resident_id is not None and line.resident_id in seen:
            others = tuple(each for each in index.by_name[name] if each.resident_id not in seen)
            line = NamedLine(number, line.typed, None, NameProblem.TWICE, others)
        if line.resident_id is not None:
            seen.add(line.resident_id)
        lines.append(line)
    return lines


def match_one(number: int, name: str, door: str | None, index: Index) -> NamedLine:
    """The one person with that name, behind that door where one is given."""
    typed = f"{name} {door}" if door else name
    known = index.by_name.get(name, [])
    here = tuple(each for each in known if each.here)
    if not here:
        problem = NameProblem.MOVED_AWAY if known else NameProblem.UNKNOWN
        return NamedLine(number, typed, None, problem, index.probable(name))
    behind = tuple(
        each for each in here if door is None or door in (folded(each.door), str(each.number))
    )
    if len(behind) == 1:
        return NamedLine(number, typed, behind[0].resident_id)
    if not behind:
        return NamedLine(number, typed, None, NameProblem.OTHER_DOOR, here)
    return NamedLine(number, typed, None, NameProblem.SEVERAL, behind)
