"""Mending a line of a draft: its figure, whose it is, or away with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import FieldError, Invalid, NotFound
from incentives.extensions import db
from incentives.openings.matching import index_of
from incentives.openings.models import Opening, OpeningLine, Part
from incentives.openings.operations.steps import hold_opening, move_on, record
from incentives.openings.states import Action

FIELDS: dict[Part, tuple[str, ...]] = {
    Part.POINTS: ("household_id", "points"),
    Part.FUND: ("cash_fen", "bank_fen"),
    Part.STOCK: ("good_id", "quantity", "unit_cost_fen"),
}
# Under which cells a column's problems are kept: mending the column settles them.
CELLS: dict[str, tuple[str, ...]] = {
    "household_id": ("household_id", "door", "head"),
    "good_id": ("good_id", "sku", "barcode", "name"),
    "cash_fen": ("cash_fen", "place"),
    "bank_fen": ("bank_fen", "place"),
}


def mend_line(
    *,
    village: str,
    opening_id: UUID,
    line_id: UUID,
    changes: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> OpeningLine:
    """Change what a line of a draft says: whose it is, or its figures.

    Refuses fields of another part, households and goods that the village doesn't have, and a draft
    that was submitted. Whoever mends a line has entered it, and checks nothing of it.
    """
    require(actor, "opening.enter", village)
    opening = hold_opening(village, opening_id)
    line = find_line(opening, line_id)
    refuse_strange(opening, line, changes)
    move_on(opening, Action.EDIT)
    for name, value in changes.items():
        setattr(line, name, value)
    settled = {cell for name in changes for cell in CELLS.get(name, (name,))}
    line.problems = [each for each in line.problems or () if each["field"] not in settled] or None
    line.entered_by = actor.person
    db.session.flush()
    details = {"line": line.line, "changed": sorted(changes)}
    record(opening, audit.Tag.OPENING_EDITED, actor=actor, now=now, details=details)
    return line


def drop_line(
    *, village: str, opening_id: UUID, line_id: UUID, actor: Actor, now: datetime
) -> Opening:
    """Take a line out of a draft; refuses a draft that was submitted."""
    require(actor, "opening.enter", village)
    opening = hold_opening(village, opening_id)
    line = find_line(opening, line_id)
    move_on(opening, Action.EDIT)
    details = {"line": line.line, "dropped": True}
    db.session.delete(line)
    db.session.flush()
    record(opening, audit.Tag.OPENING_EDITED, actor=actor, now=now, details=details)
    return opening


def find_line(opening: Opening, line_id: UUID) -> OpeningLine:
    """A line of that opening; refuses what isn't there."""
    line = db.session.get(OpeningLine, line_id, populate_existing=True)
    if line is None or line.opening_id != opening.id:
        raise NotFound()
    return line


def refuse_strange(opening: Opening, line: OpeningLine, changes: Mapping[str, Any]) -> None:
    """Refuse fields that a line of this part doesn't have, and who and what isn't the village's."""
    index = index_of(opening.village)
    known = {each for found in index.households.values() for each in found}
    errors = [
        FieldError(f"/{name}", _("This line has no such field"))
        for name in changes
        if name not in FIELDS[line.part]
    ]
    if changes.get("household_id", next(iter(known), None)) not in {*known, None}:
        errors.append(FieldError("/household_id", _("The village has no such household")))
    if "good_id" in changes and changes["good_id"] not in index.costs:
        errors.append(FieldError("/good_id", _("The village's shop has no such good")))
    if errors:
        raise Invalid(errors=errors)
