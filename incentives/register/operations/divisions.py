"""Acts on divisions: load them, add one, rename one, begin to serve a village."""

import csv
from datetime import datetime
from importlib.resources import files

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import Duplicate, FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.register.models import Division, Level
from incentives.register.queries.divisions import find_division

LENGTHS = {Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12, Level.GRID: 15}
ABOVE = {Level.TOWNSHIP: Level.COUNTY, Level.VILLAGE: Level.TOWNSHIP, Level.GRID: Level.VILLAGE}


def load_divisions() -> int:
    """Copy in the county's divisions from the package's data, those missing; how many came."""
    text = files("incentives.data").joinpath("divisions.csv").read_text(encoding="utf-8")
    known = set(db.session.scalars(select(Division.code)))
    rows = [row for row in csv.DictReader(text.splitlines()) if row["code"] not in known]
    for level in Level:
        of_level = [row for row in rows if row["level"] == level]
        db.session.add_all(
            Division(
                code=row["code"], name_zh=row["name"], level=level, parent=row["parent"] or None
            )
            for row in of_level
        )
        db.session.flush()
    return len(rows)


def add_division(
    *,
    code: str,
    name_zh: str,
    level: Level,
    parent: str | None,
    actor: Actor,
    now: datetime,
    name_en: str | None = None,
) -> Division:
    """Add a division under one of the level above.

    Refuses a code that is taken, of another length than its level's (6, 9, 12 or 15 digits), or
    that doesn't extend its parent's.
    """
    require(actor, "division.add", parent or code)
    refuse_bad_code(code, level, parent)
    if db.session.get(Division, code) is not None:
        raise Duplicate(_("This code is taken"))
    division = Division(code=code, name_zh=name_zh, name_en=name_en, level=level, parent=parent)
    db.session.add(division)
    db.session.flush()
    audit.record(actor, audit.Tag.DIVISION_ADDED, village=code, subject=None, now=now)
    return division


def refuse_bad_code(code: str, level: Level, parent: str | None) -> None:
    """Refuse a code that doesn't fit its level and its parent."""
    if len(code) != LENGTHS[level] or not (code.isascii() and code.isdecimal()):
        detail = _("A code at this level has %(length)s digits", length=LENGTHS[level])
        raise Invalid(errors=[FieldError("/code", detail)])
    above = ABOVE.get(level)
    if (above is None) != (parent is None):
        raise Invalid(errors=[FieldError("/parent", _("This doesn't stand above that level"))])
    if parent is None:
        return
    if db.session.get(Division, parent) is None or find_division(parent).level != above:
        raise Invalid(errors=[FieldError("/parent", _("This doesn't stand above that level"))])
    if not code.startswith(parent):
        raise Invalid(errors=[FieldError("/code", _("The code must begin with its parent's"))])


def rename_division(
    *, code: str, name_zh: str, name_en: str | None, actor: Actor, now: datetime
) -> Division:
    """Give a division another name; its code, and all that stands under it, stays."""
    require(actor, "division.rename", code)
    division = find_division(code)
    division.name_zh = name_zh
    division.name_en = name_en
    db.session.flush()
    audit.record(actor, audit.Tag.DIVISION_RENAMED, village=code, subject=None, now=now)
    return division


def open_village(*, village: str, actor: Actor, now: datetime) -> Division:
    """Begin to serve a village: its ledger's accounts are made. Refuses one that is served."""
    require(actor, "village.open", village)
    division = find_division(village)
    if division.level is not Level.VILLAGE:
        raise Invalid(errors=[FieldError("/village", _("This is no village"))])
    if division.opened_at is not None:
        raise WrongState(_("This village is served already"))
    ledger.open_village(village)
    division.opened_at = now
    db.session.flush()
    audit.record(actor, audit.Tag.VILLAGE_OPENED, village=village, subject=None, now=now)
    return division
