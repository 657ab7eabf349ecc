"""On patrol: the page that is installed on a phone, and where a sign's code leads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, current_actor, find_actor
from incentives.calls.words import CATEGORIES
from incentives.clock import now
from incentives.patrols import queries
from incentives.patrols.models import Patrol
from incentives.patrols.own import own_of
from incentives.patrols.pages.shared import blueprint
from incentives.patrols.people import is_cadre, may_end, own_people, own_shifts, teams_for
from incentives.register.models import Resident
from incentives.register.sections import own_sections
from incentives.web.apps import App, add_app
from incentives.web.pages import current_village, nav_item, page, render
from incentives.web.schemas import instant_text

PATROL = App(
    key="patrol",
    page="/patrol",
    scope="/p",
    name=_("On patrol"),
    modules=("js/patrol.js",),
    colour="#A8442A",
    also=("/p",),
    besides=("/patrol/shifts",),
    stays=True,
)
add_app(blueprint, PATROL)
nav_item(_("On patrol"), "/patrol", permission="patrol.walk", order=22)

WEATHERS = [_("sunny"), _("cloudy"), _("rain"), _("snow"), _("fog"), _("strong wind")]


@blueprint.get("/p")
@page(permission=None)
def follow_sign() -> Any:
    """Where the code on a sign leads; browsers take the fragment along."""
    return redirect(url_for(".walk"), 302)


@blueprint.get("/patrol")
@page(permission="patrol.walk", own=True)
def walk() -> Any:
    """Set off, sign in at places, say what was found, close; works without signal, too."""
    actor, village = current_actor(), current_village().code
    return render(
        "patrols/walk.html",
        owner=actor.person,
        listed=listed(actor, village),
        kinds=CATEGORIES,
        weathers=WEATHERS,
    )


def listed(actor: Actor, village: str) -> dict[str, Any]:
    """What the page's script knows: who may walk when and where, signs by their hash, and walks
    that go on."""
    at = now()
    own = own_of(actor, village, at)
    codes = queries.codes_of_village(village)
    names = {each.id: each.name for each in queries.standing_waypoints(village)}
    routes = queries.standing_routes(village)
    stops = queries.stops_of([each.id for each in routes])
    leaders = {each.id: each.leader_id for each in own.teams}
    members = queries.members_of_teams([each.id for each in own.teams])
    instead = queries.stand_ins_of([each.shift.id for each in own.shifts])
    return {
        "at": instant_text(at),
        "teams": [
            {
                "id": str(each.id),
                "name": each.name,
                "people": people_of(living_here(members[each.id]), each.leader_id, actor),
            }
            for each in own.teams
        ],
        "shifts": [shift_choice(each, leaders, instead, actor) for each in own.shifts],
        "routes": [
            {
                "id": str(each.id),
                "name": each.name,
                "stops": [
                    queries.known_by(codes[stop.waypoint_id].code) for stop, _name in stops[each.id]
                ],
            }
            for each in routes
        ],
        "places": {queries.known_by(code.code): names[each] for each, code in codes.items()},
        "walking": [walking_choice(each, actor) for each in own.walking],
        "cadre": is_cadre(actor, village),
    }


def living_here(members: Sequence[Resident]) -> list[Resident]:
    """Those who didn't move away."""
    return [each for each in members if each.left_on is None]


def shift_choice(
    view: queries.ShiftView,
    leaders: dict[UUID, UUID],
    instead: dict[UUID, dict[UUID, UUID]],
    actor: Actor,
) -> dict[str, Any]:
    """A shift to walk, with whoever walks it."""
    shift = view.shift
    leader = leaders[shift.team_id]
    return {
        "id": str(shift.id),
        "team": str(shift.team_id),
        "name": view.team,
        "route": str(shift.route_id),
        "startsAt": instant_text(shift.starts_at),
        "endsAt": instant_text(shift.ends_at),
        "people": people_of(view.people, instead[shift.id].get(leader, leader), actor),
    }


def walking_choice(patrol: Patrol, actor: Actor) -> dict[str, Any]:
    """A walk that goes on, to be joined by another phone of the team."""
    people = queries.walkers_on(patrol)
    return {
        "id": str(patrol.id),
        "team": str(patrol.team_id),
        "shift": str(patrol.shift_id) if patrol.shift_id else None,
        "route": str(patrol.route_id) if patrol.route_id else None,
        "startedAt": instant_text(patrol.started_at),
        "people": people_of(people, patrol.leader_id, actor),
        "ends": may_end(actor, patrol),
    }


def people_of(walkers: Sequence[Resident], leader_id: UUID, actor: Actor) -> list[dict[str, Any]]:
    """Who walks; whom the phone's holder is, and who leads."""
    own = {each.id for each in own_people(actor, walkers)}
    return [
        {
            "id": str(each.id),
            "name": each.name,
            "own": each.id in own,
            "leads": each.id == leader_id,
        }
        for each in walkers
    ]


def own_section(village: str, _household_id: UUID) -> str:
    """For a household of which somebody walks: the way to the page, the next shifts, askings."""
    actor = find_actor()
    teams = [] if actor is None else teams_for(actor, village, now())
    if actor is None or not teams:
        return ""
    coming = queries.shifts_coming([each.id for each in teams], now())
    views = own_shifts(actor, village, queries.shift_views(coming, now()))
    return render_template("patrols/own_section.html", shifts=views[:3])


own_sections.append(own_section)
