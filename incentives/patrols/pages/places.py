"""Teams, places with their signs, and routes, as a cadre keeps them."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.awards.batches import Candidate, people_of
from incentives.awards.queries import rules_in_force
from incentives.awards.words import item_name
from incentives.clock import now, village_day
from incentives.errors import NoRuleInForce, NotFound
from incentives.patrols import forms, lists, operations, queries, signs
from incentives.patrols.api.places import get_routes, get_teams, get_waypoints
from incentives.patrols.models import Route, Waypoint
from incentives.patrols.operations import Stop
from incentives.patrols.operations.attending import LEADER_RULE, MEMBER_RULE
from incentives.patrols.pages.shared import blueprint
from incentives.register.models import Team
from incentives.register.operations import edit_team, make_team
from incentives.register.queries import (
    find_team,
    team_members,
    teams_of,
)
from incentives.web.lists import list_page
from incentives.web.pages import Form, current_village, page, render

MORE_STOPS = 4


@blueprint.route("/desk/patrols/teams", methods=["GET", "POST"])
@page(permission="patrol.read")
def teams() -> Any:
    """The village's teams, and a new one."""
    return team_page(None)


list_page(blueprint, "/desk/patrols/teams/all", get_teams, lists.TEAMS, back=(".teams", _("Teams")))


@blueprint.route("/desk/patrols/teams/<uuid:team_id>", methods=["GET", "POST"])
@page(permission="team.make")
def team(team_id: UUID) -> Any:
    """A team's name, leader and members."""
    return team_page(find_team(current_village().code, team_id))


def team_page(one: Team | None) -> Any:
    """The teams with a form for a new one or for one of them: all of the village are there."""
    village = current_village().code
    team_id = one.id if one else None
    form = Form(forms.TeamInput)

    def work() -> Team:
        values = {"village": village, "actor": current_actor(), "now": now(), **form.data}
        return edit_team(team_id=team_id, **values) if team_id else make_team(**values)

    answer = form.accept(work, then=lambda _team: url_for(".teams"), done=_("The team is kept"))
    if answer is not None:
        return answer
    one = find_team(village, team_id) if team_id else None
    chosen = {str(each.id) for each in team_members(one.id)} if one else set()
    if form.submitted:
        typed = form.values.get("member_ids", [])
        chosen = {typed} if isinstance(typed, str) else set(typed)
    standing = teams_of(village)
    members = queries.members_of_teams([each.id for each in standing])
    may_plan = may(current_actor(), "team.make", village)
    return render(
        "patrols/teams.html",
        one=one,
        form=form,
        people=ticked_first(people_of(village), chosen) if may_plan else [],
        chosen=chosen,
        teams=[(each, members[each.id]) for each in standing],
        may_plan=may_plan,
    )


def ticked_first(people: list[Candidate], ticked: set[str]) -> list[Candidate]:
    """The people of a village, who is ticked before the others."""
    return sorted(people, key=lambda each: str(each.resident.id) not in ticked)


@blueprint.post("/desk/patrols/teams/<uuid:team_id>/disbanding")
@page(permission="team.make")
def disband(team_id: UUID) -> Any:
    """End a team."""
    village = current_village().code
    form = Form()
    answer = form.accept(
        lambda: operations.disband_team(
            village=village, team_id=team_id, actor=current_actor(), now=now()
        ),
        then=lambda _team: url_for(".teams"),
        done=_("The team has ended"),
    )
    return answer or team_page(find_team(village, team_id))


@blueprint.route("/desk/patrols/places", methods=["GET", "POST"])
@page(permission="patrol.plan")
def places() -> Any:
    """The places with signs, and a new one."""
    village = current_village().code
    form = Form(forms.WaypointInput)
    answer = form.accept(
        lambda: operations.add_waypoint(
            village=village, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _waypoint: url_for(".places"),
        done=_("The place is kept: print its sign and put it up"),
    )
    return answer or places_page(form, Form(values={}))


def places_page(form: Form, turning: Form) -> Any:
    """The places and routes of the village."""
    village = current_village().code
    routes = queries.standing_routes(village)
    return render(
        "patrols/places.html",
        form=form,
        turning=turning,
        waypoints=queries.standing_waypoints(village),
        codes=queries.codes_of_village(village),
        routes=routes,
        stops=queries.stops_of([each.id for each in routes]),
    )


@blueprint.post("/desk/patrols/places/<uuid:waypoint_id>/<action>")
@page(permission="patrol.plan")
def turn_place(waypoint_id: UUID, action: str) -> Any:
    """Replace a place's sign, or give the place up."""
    village = current_village().code
    acts = {
        "replacement": (
            operations.replace_sign,
            _("Print the new sign: the old one is no longer good"),
        ),
        "retirement": (operations.retire_waypoint, _("The place was given up")),
    }
    if action not in acts:
        raise NotFound()
    act, done = acts[action]
    form = Form()

    def work() -> Waypoint:
        return act(village=village, waypoint_id=waypoint_id, actor=current_actor(), now=now())

    answer = form.accept(work, then=lambda _waypoint: url_for(".places"), done=done)
    return answer or places_page(Form(values={}), form)


PLACES = (".places", _("Places and routes"))
list_page(blueprint, "/desk/patrols/places/all", get_waypoints, lists.WAYPOINTS, back=PLACES)
list_page(blueprint, "/desk/patrols/routes/all", get_routes, lists.ROUTES, back=PLACES)


@blueprint.route("/desk/patrols/places/<uuid:waypoint_id>", methods=["GET", "POST"])
@page(permission="patrol.plan")
def place(waypoint_id: UUID) -> Any:
    """A place's name."""
    village = current_village().code
    form = Form(forms.WaypointInput)
    answer = form.accept(
        lambda: operations.edit_waypoint(
            village=village,
            waypoint_id=waypoint_id,
            actor=current_actor(),
            now=now(),
            **form.data,
        ),
        then=lambda _waypoint: url_for(".places"),
        done=_("The place is kept"),
    )
    waypoint = queries.find_waypoint(village, waypoint_id)
    return answer or render("patrols/place.html", waypoint=waypoint, form=form)


@blueprint.get("/desk/patrols/signs.pdf")
@page(permission="patrol.plan")
def print_signs() -> Response:
    """The signs to print, `?size=a4` or `a6`; one with `waypoint_id`."""
    size = "a4" if request.args.get("size") == "a4" else "a6"
    one = request.args.get("waypoint_id", type=UUID)
    return signs.signs_pdf(current_village().code, size=size, waypoint_id=one)


@blueprint.route("/desk/patrols/routes/new", methods=["GET", "POST"])
@page(permission="patrol.plan")
def new_route() -> Any:
    """A new route."""
    return route_page(None)


@blueprint.route("/desk/patrols/routes/<uuid:route_id>", methods=["GET", "POST"])
@page(permission="patrol.plan")
def route(route_id: UUID) -> Any:
    """A route's places in order, and its rule items."""
    return route_page(route_id)


def route_page(route_id: UUID | None) -> Any:
    """The form of a new route, or of one."""
    village = current_village().code
    form = Form(forms.RouteForm)

    def work() -> Route:
        values = form.data
        rows = [each for each in values.pop("stops") if each["waypoint_id"] is not None]
        stops = [
            Stop(each["waypoint_id"], 1 if each["least_minutes"] is None else each["least_minutes"])
            for each in rows
        ]
        return operations.set_route(
            village=village,
            route_id=route_id,
            stops=stops,
            actor=current_actor(),
            now=now(),
            **values,
        )

    answer = form.accept(work, then=lambda _route: url_for(".places"), done=_("The route is kept"))
    if answer is not None:
        return answer
    one = queries.find_route(village, route_id) if route_id else None
    stops = queries.stops_of([one.id])[one.id] if one else []
    return render(
        "patrols/route.html",
        one=one,
        stops=stops,
        rows=range(len(stops) + MORE_STOPS),
        form=form,
        waypoints=queries.standing_waypoints(village),
        rules=rule_options(village),
        member_rule=MEMBER_RULE,
        leader_rule=LEADER_RULE,
    )


def rule_options(village: str) -> list[tuple[str, str]]:
    """The rule items in force by which a walk may be awarded; the usual ones without rules."""
    try:
        _rulebook, items = rules_in_force(village, village_day(now()))
    except NoRuleInForce:
        return [(code, code) for code in (MEMBER_RULE, LEADER_RULE)]
    return [
        (each.code, f"{each.code} {item_name(each)}")
        for each in items
        if each.category.value == "patrol"
    ]


@blueprint.post("/desk/patrols/routes/<uuid:route_id>/retirement")
@page(permission="patrol.plan")
def retire_route(route_id: UUID) -> Any:
    """Give a route up."""
    village = current_village().code
    form = Form()
    answer = form.accept(
        lambda: operations.retire_route(
            village=village, route_id=route_id, actor=current_actor(), now=now()
        ),
        then=lambda _route: url_for(".places"),
        done=_("The route was given up"),
    )
    return answer or places_page(Form(values={}), form)
