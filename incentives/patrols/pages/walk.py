"""On patrol: the page that is installed on a phone, and where a sign's code leads."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access.actor import Actor, current_actor, find_actor
from incentives.calls.words import CATEGORIES
from incentives.clock import VILLAGE_TIME, now
from incentives.extensions import db
from incentives.patrols import queries
from incentives.patrols.models import Patrol, PatrolStatus, Shift
from incentives.patrols.pages.shared import blueprint
from incentives.patrols.people import is_cadre, own_people, teams_for
from incentives.register.models import Resident, Team
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
    teams = teams_for(actor, village)
    shifts = queries.shifts_near([each.id for each in teams], now())
    return render(
        "patrols/walk.html",
        owner=actor.person,
        teams=teams,
        shifts=[shift_choice(each, teams, actor) for each in shifts],
        team_choices=[team_choice(each, actor) for each in teams],
        listed=listed(actor, village, teams, shifts),
        kinds=CATEGORIES,
        weathers=WEATHERS,
    )


def listed(actor: Actor, village: str, teams: list[Team], shifts: list[Shift]) -> dict[str, Any]:
    """What the page's script knows: who may walk when, signs by their hash, walks that go on."""
    codes = queries.codes_of_village(village)
    names = {each.id: each.name for each in queries.standing_waypoints(village)}
    walking = db.session.scalars(
        select(Patrol).where(
            Patrol.team_id.in_([each.id for each in teams]),
            Patrol.status == PatrolStatus.WALKING,
        )
    )
    return {
        "teams": [team_choice(each, actor) for each in teams],
        "shifts": [shift_choice(each, teams, actor) for each in shifts],
        "places": {queries.known_by(code.code): names[each] for each, code in codes.items()},
        "walking": [
            {
                "id": str(each.id),
                "team": str(each.team_id),
                "shift": str(each.shift_id) if each.shift_id else None,
                "startedAt": instant_text(each.started_at),
            }
            for each in walking
        ],
        "cadre": is_cadre(actor, village),
    }


def team_choice(team: Team, actor: Actor) -> dict[str, Any]:
    """A team to walk with, without a shift."""
    return {
        "id": str(team.id),
        "team": str(team.id),
        "name": team.name,
        "words": "",
        "people": people_of(queries.walkers(team.id, None), team.leader_id, actor),
    }


def shift_choice(shift: Shift, teams: list[Team], actor: Actor) -> dict[str, Any]:
    """A shift to walk, with whoever walks it."""
    team = next(each for each in teams if each.id == shift.team_id)
    begins, ends = (each.astimezone(VILLAGE_TIME) for each in (shift.starts_at, shift.ends_at))
    leader = queries.stand_ins(shift.id).get(team.leader_id, team.leader_id)
    return {
        "id": str(shift.id),
        "team": str(team.id),
        "name": team.name,
        "words": f"{begins:%m-%d %H:%M}–{ends:%H:%M}",
        "people": people_of(queries.walkers(team.id, shift.id), leader, actor),
    }


def people_of(walkers: list[Resident], leader_id: UUID, actor: Actor) -> list[dict[str, Any]]:
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
    teams = [] if actor is None else teams_for(actor, village)
    if actor is None or not teams:
        return ""
    coming = queries.shifts_coming([each.id for each in teams], now(), limit=3)
    views = queries.shift_views(coming, now())
    return render_template("patrols/own_section.html", shifts=views)


own_sections.append(own_section)
