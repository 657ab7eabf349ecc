"""The lists of patrols that people narrow and take along."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from incentives.extensions import db
from incentives.patrols.models import Patrol, Route, Waypoint
from incentives.patrols.words import STATES, days_said, outcome_said
from incentives.register.models import Resident, Team
from incentives.register.queries import divisions_by_code
from incentives.register.queries.households import all_teams
from incentives.web.lists import (
    Column,
    Kind,
    Listing,
    choice,
    days,
    hidden,
    is_there,
    month,
    search,
)
from incentives.web.pages import current_village


def team_options() -> list[tuple[str, Any]]:
    """The teams of the page's village."""
    found = db.session.scalars(all_teams(current_village().code))
    return [(str(each.id), each.name) for each in found]


def names_of(people: Sequence[Resident]) -> str:
    """People's names in a row."""
    return gettext(", ").join(each.name for each in people)


def leader_of(team: dict[str, Any]) -> str:
    """Who leads a team, of its members."""
    return next((each.name for each in team["members"] if each.id == team["leader_id"]), "")


def with_villages(rows: Any) -> list[dict[str, Any]]:
    """Shifts with the names of their villages, in one statement."""
    found = divisions_by_code([row["village"] for row in rows])
    return [{**row, "village": found[row["village"]].short_name} for row in rows]


TEAM = choice("team_id", _("Team"), team_options)

PATROLS = Listing(
    "patrols",
    _("Patrols"),
    columns=[
        Column(_("Began"), "started_at", Kind.INSTANT),
        Column(_("Team"), "team"),
        Column(_("Route"), "route"),
        Column(_("Leader"), "leader"),
        Column(_("State"), lambda each: STATES[each["status"]]),
        Column(_("Who attended"), "attended", Kind.NUMBER),
        Column(_("Sign-ins"), "scans", Kind.NUMBER),
        Column(_("Findings"), "findings", Kind.NUMBER),
        Column(_("Weather"), "weather"),
        Column(_("Log"), "log", Kind.LONG),
        Column(_("Ended"), "ended_at", Kind.INSTANT),
        Column(_("Sent later"), "end_offline", Kind.YES),
    ],
    filters=[
        choice("team_id", _("Team"), team_options, Patrol.team_id),
        choice("status", _("State"), STATES, Patrol.status),
        *days(Patrol.started_at),
    ],
    named=True,
)

SHIFTS = Listing(
    "shifts",
    _("Who walks when"),
    columns=[
        Column(_("Begins"), "starts_at", Kind.INSTANT),
        Column(_("Ends"), "ends_at", Kind.INSTANT),
        Column(_("Village"), "village"),
        Column(_("Team"), "team"),
        Column(_("Route"), "route"),
        Column(_("Who walks"), lambda each: names_of(each["people"]), Kind.LONG),
        Column(_("State"), lambda each: outcome_said(each["outcome"], each["starts_at"])),
        Column(_("Reason"), "reason"),
    ],
    filters=[TEAM, *days()],
    named=True,
    rows=with_villages,
)

# Of many villages, whose teams no bar could name.
SHIFTS_BELOW = replace(
    SHIFTS, name="shifts_below", filters=[*days(), hidden("team_id", _("One team"))]
)

TEAMS = Listing(
    "teams",
    _("Teams"),
    columns=[
        Column(_("Team"), "name"),
        Column(_("Leader"), leader_of),
        Column(
            _("Members"),
            lambda each: names_of(each["members"]),
            Kind.LONG,
        ),
        Column(_("Disbanded on"), "disbanded_on", Kind.DAY),
    ],
    filters=[
        search(_("Team"), Team.name),
        is_there("disbanded", _("Disbanded"), Team.disbanded_at),
    ],
    named=True,
)

WAYPOINTS = Listing(
    "waypoints",
    _("Places with signs"),
    columns=[
        Column(_("Place"), "name"),
        Column(_("The sign says"), "url", Kind.LONG),
        Column(_("Given up"), "retired_at", Kind.INSTANT),
    ],
    filters=[
        search(_("Place"), Waypoint.name),
        is_there("retired", _("Given up"), Waypoint.retired_at),
    ],
)

ROUTES = Listing(
    "routes",
    _("Routes"),
    columns=[
        Column(_("Route"), "name"),
        Column(
            _("Places"),
            lambda each: gettext(", ").join(stop["waypoint"] for stop in each["stops"]),
            Kind.LONG,
        ),
        Column(_("Rule item of members"), "member_rule"),
        Column(_("Rule item of the leader"), "leader_rule"),
        Column(_("Given up"), "retired_at", Kind.INSTANT),
    ],
    filters=[search(_("Route"), Route.name), is_there("retired", _("Given up"), Route.retired_at)],
)

MONTH = Listing(
    "patrol-month",
    _("Who walked this month"),
    columns=[
        Column(_("Team"), "team"),
        Column(_("Name"), "resident"),
        Column(_("Patrols"), "patrols", Kind.NUMBER),
        Column(_("Led"), "led", Kind.NUMBER),
        Column(_("Days"), lambda each: days_said(each.days), Kind.LONG),
    ],
    filters=[month(), TEAM],
    named=True,
    paged=False,
)
