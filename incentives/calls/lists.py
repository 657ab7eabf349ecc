"""The lists of calls and offices that people narrow and take along."""

from typing import Any

from flask_babel import lazy_gettext as _

from incentives.calls.queries import offices_over
from incentives.calls.words import CATEGORIES, SOURCES, STATES
from incentives.register.queries import divisions_by_code
from incentives.web.lists import Column, Filter, Kind, Listing, Look, words
from incentives.web.pages import current_village


def office_options() -> list[tuple[str, str]]:
    """The offices to which the page's village's calls go."""
    return [(str(each.id), each.name) for each in offices_over(current_village().code)]


def categories_said(row: dict[str, Any]) -> str:
    """What an office answers for, in words."""
    return ", ".join(str(CATEGORIES[each]) for each in row["categories"])


def with_places(rows: Any) -> list[dict[str, Any]]:
    """Offices with the names of where they are, in one statement."""
    found = divisions_by_code([row["division"] for row in rows])
    return [{**row, "place": found[row["division"]].name_zh} for row in rows]


PUBLIC_COLUMNS = [
    Column(_("About"), lambda each: CATEGORIES[each["category"]]),
    Column(_("Grid"), "grid"),
    Column(_("State"), lambda each: STATES[each["status"]]),
    Column(_("Office"), "office"),
    Column(_("Reported"), "reported_at", Kind.INSTANT),
    Column(_("Sent on"), "pushed_at", Kind.INSTANT),
    Column(_("Taken on"), "accepted_at", Kind.INSTANT),
    Column(_("On the spot"), "on_site_at", Kind.INSTANT),
    Column(_("Put right"), "resolved_at", Kind.INSTANT),
    Column(_("Answered"), "answered_at", Kind.INSTANT),
    Column(_("Past its time"), "overdue", Kind.YES),
]
CATEGORY = Filter("category", _("About"), Look.CHOICE, options=words(CATEGORIES))

PUBLIC_CALLS = Listing("public-calls", _("Calls"), columns=PUBLIC_COLUMNS)

WORDED_COLUMNS = [
    *PUBLIC_COLUMNS,
    Column(_("How it came"), lambda each: SOURCES[each["source"]]),
    Column(_("Place"), "place"),
    Column(_("What was reported"), "text", Kind.LONG),
    Column(_("Stars"), "rating", Kind.NUMBER),
]
CALLS = Listing(
    "calls",
    _("Calls"),
    columns=WORDED_COLUMNS,
    filters=[
        Filter("status", _("State"), Look.CHOICE, options=words(STATES)),
        CATEGORY,
        Filter("office_id", _("Office"), Look.CHOICE, options=office_options),
    ],
    named=True,
)
OFFICE_CALLS = Listing("office-calls", _("Calls"), columns=WORDED_COLUMNS, named=True)

OFFICES = Listing(
    "offices",
    _("Offices"),
    columns=[
        Column(_("Name"), "name"),
        Column(_("Where"), "place"),
        Column(_("Answers for"), categories_said, Kind.LONG),
        Column(_("Closed"), "closed_at", Kind.INSTANT),
    ],
    filters=[CATEGORY],
    rows=with_places,
)
