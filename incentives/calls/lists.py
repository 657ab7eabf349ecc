"""The lists of calls and offices that people narrow and take along."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from incentives.calls.models import Call, Office
from incentives.calls.queries import offices_over
from incentives.calls.words import CATEGORIES, LEDGERS, NUMBERS_BY, SOURCES, STATES
from incentives.register.queries import divisions_by_code
from incentives.web.lists import (
    YES_OR_NO,
    Column,
    Kind,
    Listing,
    choice,
    days,
    hidden,
    search,
)
from incentives.web.pages import current_village


def a_division(**given: Any) -> fields.String:
    """The code of a division."""
    return fields.String(validate=validate.Length(min=6, max=12), **given)


def office_options() -> list[tuple[str, str]]:
    """The offices to which the page's village's calls go."""
    return [(str(each.id), each.name) for each in offices_over(current_village().code)]


def categories_said(row: dict[str, Any]) -> str:
    """What an office answers for, in words."""
    # What stands between the words of a row
    return gettext(", ").join(str(CATEGORIES[each]) for each in row["categories"])


def with_places(rows: Any) -> list[dict[str, Any]]:
    """Offices with the names of where they are, in one statement."""
    found = divisions_by_code([row["division"] for row in rows])
    return [{**row, "place": found[row["division"]].short_name} for row in rows]


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
STATUS = choice("status", _("State"), STATES, Call.status)
CATEGORY = choice("category", _("About"), CATEGORIES, Call.category)
REPORTED = days(Call.reported_at, _("Reported from"), _("Reported until"))

PUBLIC_CALLS = Listing(
    "public-calls",
    _("Calls"),
    columns=PUBLIC_COLUMNS,
    filters=[STATUS, CATEGORY, *REPORTED],
)

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
        search(_("Place or what was reported"), Call.place, Call.text),
        STATUS,
        CATEGORY,
        choice("office_id", _("Office"), office_options, Call.office_id),
        *REPORTED,
    ],
    named=True,
)
OFFICE_CALLS = Listing(
    "office-calls",
    _("Calls"),
    columns=WORDED_COLUMNS,
    filters=[
        search(_("Place or what was reported"), Call.place, Call.text),
        choice("open", _("Still to be done"), YES_OR_NO),
        STATUS,
        CATEGORY,
        *REPORTED,
    ],
    named=True,
)

DUTIES = Listing(
    "duties",
    _("Red and blue ledger"),
    columns=[
        Column(_("Which"), lambda each: LEDGERS[each["ledger"]]),
        Column(_("Who has to do it"), "office"),
        Column(_("What"), "title", Kind.LONG),
        Column(_("Where"), "place"),
        Column(_("Due on"), "due_on", Kind.DAY),
        Column(_("Days overdue"), "days_overdue", Kind.NUMBER),
    ],
    filters=[
        search(_("What or which office"), "title", "office"),
        choice("ledger", _("Which"), LEDGERS, "ledger"),
        hidden("office_id", _("Office"), "office_id"),
        *days("due_on", _("Due from"), _("Due until")),
    ],
    rows=with_places,
    paged=False,
)
VILLAGE_DUTIES = replace(DUTIES, name="village-duties")
DONE_DUTIES = Listing(
    "done-duties",
    _("Duties struck off"),
    columns=[
        Column(_("What"), "title", Kind.LONG),
        Column(_("Office"), "office"),
        Column(_("Where"), "place"),
        Column(_("Due on"), "due_on", Kind.DAY),
        Column(_("Done"), "done_at", Kind.INSTANT),
        Column(_("How"), "note", Kind.LONG),
    ],
    filters=[
        search(_("What or how"), "title", "note", "office"),
        *days(None, _("Done from"), _("Done until")),
    ],
    rows=with_places,
    paged=False,
)
VILLAGE_DONE_DUTIES = replace(DONE_DUTIES, name="village-done-duties")

MINUTES = [
    (f"{step}{which}_minutes", heading)
    for step, headings in (
        ("push", (_("To sending on, median"), _("To sending on, slowest"))),
        ("accept", (_("To taking on, median"), _("To taking on, slowest"))),
        ("on_site", (_("To the spot, median"), _("To the spot, slowest"))),
        ("resolve", (_("To putting right, median"), _("To putting right, slowest"))),
        ("answer", (_("To the answer, median"), _("To the answer, slowest"))),
    )
    for which, heading in zip(("", "_slowest"), headings, strict=True)
]
NUMBERS = Listing(
    "call-numbers",
    _("Calls in numbers"),
    columns=[
        Column(_("What"), lambda each: NUMBERS_BY[each["by"]]),
        Column(_("What it is called"), "name"),
        Column(_("Calls reported"), "reported", Kind.NUMBER),
        Column(_("Waiting to be looked at"), "waiting", Kind.NUMBER),
        Column(_("Calls put right"), "resolved", Kind.NUMBER),
        Column(_("Sent back by the caller"), "sent_back", Kind.NUMBER),
        Column(_("Answered in time"), "in_time", Kind.NUMBER),
        Column(_("Due by now"), "due", Kind.NUMBER),
        Column(_("Answered in time, in percent"), "in_time_percent", Kind.NUMBER),
        *(Column(heading, name, Kind.NUMBER) for name, heading in MINUTES),
        Column(_("Rated"), "rated", Kind.NUMBER),
        Column(_("Stars, mean"), "stars"),
    ],
    filters=[*days()],
    paged=False,
)

OFFICES = Listing(
    "offices",
    _("Offices"),
    columns=[
        Column(_("Name of the office"), "name"),
        Column(_("Where"), "place"),
        Column(_("Answers for"), categories_said, Kind.LONG),
        Column(_("Closed"), "closed_at", Kind.INSTANT),
    ],
    filters=[
        search(_("Name of the office"), Office.name),
        choice("category", _("About"), CATEGORIES),
        hidden("division", _("Where"), field=a_division),
    ],
    rows=with_places,
)
