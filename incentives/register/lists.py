"""The lists of the register that people narrow and take along: households and residents."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from incentives.access.actor import find_actor
from incentives.access.permissions import may
from incentives.register.models import Division, HouseholdLook, Level
from incentives.register.queries import grids_of
from incentives.web.lists import (
    Column,
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


GRID = choice("grid", _("Grid"), grid_options, field=a_division)
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
    _("Statement"),
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
