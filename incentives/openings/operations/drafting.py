"""Entering a paper book: from a file, whose bad lines can be mended, or line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, insert, select, text

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.database import new_id
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.openings.matching import COLUMNS, index_of, matched
from incentives.openings.models import UNFINISHED, Opening, OpeningLine, OpeningStatus, Part
from incentives.openings.operations.steps import check_day, hold_opening, move_on, record
from incentives.openings.reading import Book
from incentives.openings.states import Action
from incentives.register.queries import find_village


@dataclass(frozen=True)
class Entry:
    """One line as it is entered: points of a household, money of the fund, or a good on the shelf.

    `unit_cost_fen` None: as the good says.
    """

    part: Part
    household_id: UUID | None = None
    points: int | None = None
    cash_fen: int | None = None
    bank_fen: int | None = None
    good_id: UUID | None = None
    quantity: int | None = None
    unit_cost_fen: int | None = None


def draft_opening(
    *, village: str, occurred_on: date, entries: Sequence[Entry], actor: Actor, now: datetime
) -> Opening:
    """Enter a paper book line by line, as it stood at the end of a day.

    Refuses households and goods that the village doesn't have, and a second opening while one is
    neither posted nor ended. What stands there twice or was taken over is refused on submission.
    """
    require(actor, "opening.enter", village)
    index = index_of(village)
    known = {each for found in index.households.values() for each in found}
    errors = []
    lines = []
    for place, entry in enumerate(entries):
        line = {name: getattr(entry, name) for name in COLUMNS}
        if entry.part is Part.POINTS and entry.household_id not in known:
            detail = _("The village has no such household")
            errors.append(FieldError(f"/lines/{place}/household_id", detail))
        if entry.part is Part.STOCK and entry.good_id not in index.costs:
            detail = _("The village's shop has no such good")
            errors.append(FieldError(f"/lines/{place}/good_id", detail))
        if entry.part is Part.STOCK and entry.unit_cost_fen is None and entry.good_id is not None:
            line["unit_cost_fen"] = index.costs.get(entry.good_id)
        lines.append(line | {"part": entry.part, "row": None, "typed": None, "problems": None})
    if errors:
        raise Invalid(errors=errors)
    opening = new_opening(village, occurred_on, actor=actor, now=now)
    write_lines(opening, lines, actor)
    return opening


def draft_opening_from_book(
    *, village: str, occurred_on: date, book: Book, actor: Actor, now: datetime
) -> Opening:
    """Enter a paper book from its workbook, as it stood at the end of a day.

    A line that can't be read or matched is kept with what is wrong, to be mended. Refuses a second
    opening while one is neither posted nor ended.
    """
    require(actor, "opening.enter", village)
    opening = new_opening(village, occurred_on, actor=actor, now=now)
    write_book(opening, book, actor)
    return opening


def replace_book(
    *, village: str, opening_id: UUID, book: Book, actor: Actor, now: datetime
) -> Opening:
    """Bring the workbook again: all lines of the draft are those of the new file."""
    require(actor, "opening.enter", village)
    opening = hold_opening(village, opening_id)
    move_on(opening, Action.EDIT)
    db.session.execute(
        delete(OpeningLine)
        .where(OpeningLine.opening_id == opening.id)
        .execution_options(synchronize_session=False)
    )
    write_book(opening, book, actor)
    record(opening, audit.Tag.OPENING_EDITED, actor=actor, now=now)
    return opening


def new_opening(village: str, occurred_on: date, *, actor: Actor, now: datetime) -> Opening:
    """A new draft; refuses a day to come or long ago, and a second one at a time."""
    find_village(village)
    check_day(occurred_on, now)
    ledger.hold([village])
    unfinished = select(Opening.id).where(Opening.village == village, text(UNFINISHED))
    if db.session.scalar(unfinished) is not None:
        raise WrongState(_("A paper book is being taken over already: go on with that one"))
    opening = Opening(
        id=new_id(),
        village=village,
        status=OpeningStatus.DRAFTED,
        occurred_on=occurred_on,
        entered_by=actor.person,
        entered_at=now,
    )
    db.session.add(opening)
    db.session.flush()
    record(opening, audit.Tag.OPENING_DRAFTED, actor=actor, now=now)
    return opening


def write_book(opening: Opening, book: Book, actor: Actor) -> None:
    """A book's rows as the lines of a draft, matched with the register."""
    index = index_of(opening.village)
    write_lines(opening, [matched(row, index) for row in book.rows], actor)


def write_lines(opening: Opening, lines: Sequence[dict[str, Any]], actor: Actor) -> None:
    """Store the lines of a draft, numbered from 1."""
    db.session.execute(
        insert(OpeningLine),
        [
            {
                **line,
                "id": new_id(),
                "opening_id": opening.id,
                "village": opening.village,
                "line": number,
                "entered_by": actor.person,
            }
            for number, line in enumerate(lines, start=1)
        ],
    )
