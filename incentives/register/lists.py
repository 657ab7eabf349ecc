"""The lists of the register that people narrow and take along: households and residents."""

from typing import Any

from flask_babel import lazy_gettext as _

from incentives.register.queries import grids_of
from incentives.web.lists import Column, Filter, Kind, Listing, Look
from incentives.web.pages import current_village

STANDING = {"false": _("live here"), "true": _("have left")}


def head_name(household: dict[str, Any]) -> str | None:
    """The head's name, unless all have left."""
    members = household["members"]
    return next((each["name"] for each in members if each["id"] == household["head_id"]), None)


def grid_options() -> list[tuple[str, str]]:
    """The grids of the page's village."""
    return [(grid.code, grid.name_zh) for grid in grids_of(current_village().code)]


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
        Filter("q", _("Name, pinyin, door or card number")),
        Filter("grid", _("Grid"), Look.CHOICE, options=grid_options),
        Filter("departed", _("Who"), Look.CHOICE, options=lambda: list(STANDING.items())),
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
        Filter("q", _("Name, pinyin or door")),
        Filter("grid", _("Grid"), Look.CHOICE, options=grid_options),
    ],
    named=True,
)

DIVISIONS = Listing(
    "divisions",
    _("Divisions"),
    columns=[
        Column(_("Code"), "code"),
        Column(_("Name"), "name_zh"),
        Column(_("English name"), "name_en"),
        Column(_("Level"), lambda each: each.level.value),
        Column(_("Part of"), "parent"),
        Column(_("Served since"), "opened_at", Kind.INSTANT),
    ],
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
    named=True,
)
