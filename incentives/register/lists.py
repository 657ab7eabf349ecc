"""The lists of the register that people narrow and take along: households and residents."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from incentives.access.actor import current_actor, find_actor
from incentives.access.permissions import may
from incentives.register.answers import named, villages_of
from incentives.register.models import Division, HouseholdLook, Level
from incentives.register.queries import divisions_by_code, grids_of
from incentives.web.lists import (
    Column,
    Filter,
    Kind,
    Listing,
    choice,
    days,
    hidden,
    is_there,
    search,
)
from incentives.web.pages import current_village

STANDING = {"false": _("live here"), "true": _("have left")}


def head_name(household: dict[str, Any]) -> str | None:
    """The head's name, unless all have left."""
    members = household["members"]
    return next((each["name"] for each in members if each["id"] == household["head_id"]), None)


def grid_options() -> list[tuple[str, str]]:
    """The grids of the page's village."""
    return [(grid.code, grid.name_zh) for grid in grids_of(current_village().code)]


def a_division(**given: Any) -> fields.String:
    """The code of a division."""
    return fields.String(validate=validate.Regexp(r"^[0-9]{6}([0-9]{3}){0,3}\Z"), **given)


def grid_filter(of: Any = None) -> Filter:
    """Of one grid of the page's village."""
    return choice("grid", _("Grid"), grid_options, of, a_division)


GRID = grid_filter()
VILLAGE_NAME = Column(_("Village"), "village_name")


def village_options() -> list[tuple[str, str]]:
    """The villages that the reader covers."""
    return [(each.code, each.name) for each in villages_of(current_actor())]


def in_village(of: Any = None) -> Filter:
    """Of one village, in a list of several villages' matters."""
    return choice("division", _("Village"), village_options, of, a_division)


def village_names(codes: Collection[str]) -> dict[str, str]:
    """The names of villages in the reader's language, in one statement."""
    found = divisions_by_code(sorted(set(codes)))
    return {code: named(division).name for code, division in found.items()}


def with_village_names(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items with the names of their villages beside them."""
    names = village_names([each["village"] for each in items])
    return [{**each, "village_name": names[each["village"]]} for each in items]


LEVELS = {
    Level.COUNTY: _("County"),
    Level.TOWNSHIP: _("Township"),
    Level.VILLAGE: _("Village"),
    Level.GRID: _("Grid"),
}

HOUSEHOLDS = Listing(
    "households",
    _("Households"),
    columns=[
        Column(_("Number"), "number", Kind.NUMBER),
        Column(_("Head of the household"), head_name),
        Column(_("Door"), "door"),
        Column(_("Grid"), "grid"),
        Column(_("People"), lambda each: len(each["members"]), Kind.NUMBER),
        Column(_("Points"), "balance", Kind.NUMBER),
        Column(_("Can be spent"), "spendable", Kind.NUMBER),
        Column(_("Still owed"), "debt", Kind.NUMBER),
        Column(_("Left on"), "departed_on", Kind.DAY),
    ],
    filters=[
        search(_("Name, pinyin, door or card number")),
        GRID,
        choice("departed", _("Who"), STANDING),
    ],
    named=True,
)

RESIDENTS = Listing(
    "residents",
    _("Residents"),
    columns=[
        Column(_("Name"), "name"),
        Column(_("Door"), "door"),
        Column(_("Under 18"), "minor", Kind.YES),
        Column(_("Phone"), lambda each: each.get("phone")),
        Column(_("Year of birth"), lambda each: each.get("birth_year"), Kind.NUMBER),
    ],
    filters=[
        search(_("Name, pinyin or door")),
        GRID,
    ],
    named=True,
    url=lambda each: url_for("register_pages.household", household_id=each["household_id"]),
)


def rename_url(division: Any) -> str | None:
    """Where whoever may gives a division another name."""
    actor = find_actor()
    if actor is None or not may(actor, "division.rename", division.code):
        return None
    return url_for("register_pages.rename_division", code=division.code)


DIVISIONS = Listing(
    "divisions",
    _("Divisions"),
    columns=[
        Column(_("Code"), "code"),
        Column(_("Name"), "name_zh"),
        Column(_("English name"), "name_en"),
        Column(_("Level"), lambda each: LEVELS[each.level]),
        Column(_("Part of"), "parent"),
        Column(_("Served since"), "opened_at", Kind.INSTANT),
    ],
    filters=[
        search(_("Name or code"), Division.name_zh, Division.name_en, Division.code),
        choice("level", _("Level"), LEVELS, Division.level),
        hidden("parent", _("Part of one division"), Division.parent, a_division),
        is_there("opened", _("Served"), Division.opened_at),
    ],
    url=rename_url,
)

STATEMENT = Listing(
    "statement",
    _("Points statement"),
    columns=[
        Column(_("Voucher"), "voucher", Kind.NUMBER),
        Column(_("On"), "occurred_on", Kind.DAY),
        Column(_("At"), "at", Kind.INSTANT),
        Column(_("What for"), "title", Kind.LONG),
        Column(_("Who decided"), "note", Kind.LONG),
        Column(_("Points"), "points", Kind.NUMBER),
        Column(_("Left then"), "balance_after", Kind.NUMBER),
        Column(_("Of what is still owed"), "of_debt", Kind.YES),
    ],
    filters=[*days(first=_("Entered from"), last=_("Entered until"))],
    named=True,
)

LOOKS = Listing(
    "looks",
    _("Who looked at this household"),
    columns=[
        Column(_("On"), "looked_on", Kind.DAY),
        Column(_("Who"), "name"),
        Column(_("Reason"), lambda each: each["reason"] or _("in daily work"), Kind.LONG),
    ],
    filters=[
        search(_("Reason"), HouseholdLook.reason),
        *days(HouseholdLook.looked_on),
    ],
    named=True,
)
