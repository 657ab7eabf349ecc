"""Teams, waypoints with their signs, and routes by HTTP."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.cards.qr import qr_svg
from incentives.clock import now
from incentives.database import columns
from incentives.errors import NotFound
from incentives.patrols import operations, queries, schemas, signs
from incentives.patrols.api.shared import VILLAGE, blueprint
from incentives.patrols.lists import ROUTES, TEAMS, WAYPOINTS
from incentives.patrols.models import Route, RouteStop, Waypoint
from incentives.patrols.operations import Stop
from incentives.register import operations as register
from incentives.register.models import Team
from incentives.register.queries.households import all_teams
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

ONE_TEAM = f"{VILLAGE}/teams/<uuid:team_id>"
ONE_WAYPOINT = f"{VILLAGE}/waypoints/<uuid:waypoint_id>"
ONE_ROUTE = f"{VILLAGE}/routes/<uuid:route_id>"


def team_outputs(teams: Sequence[Team]) -> list[dict[str, Any]]:
    """Teams with their members."""
    members = queries.members_of_teams([each.id for each in teams])
    return [
        {**columns(each), "disbanded_on": each.disbanded_on, "members": members[each.id]}
        for each in teams
    ]


def team_output(team: Team) -> dict[str, Any]:
    """A team with its members."""
    return team_outputs([team])[0]


@blueprint.route(f"{VILLAGE}/teams")
@reads(schemas.TeamPage, query=TEAMS.query, permission="patrol.read")
def get_teams(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's teams with their members; those disbanded, too."""
    found = page(TEAMS.narrow(all_teams(village), query), [Team.id.desc()], query)
    return {**found, "items": team_outputs(found["items"])}


@blueprint.route(f"{VILLAGE}/teams", methods=["POST"])
@writes(schemas.TeamOutput, status=201, body=schemas.TeamInput, permission="team.make")
def post_team(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Name a team of the village's residents; its leader is a member, too."""
    team = register.make_team(village=village, actor=current_actor(), now=now(), **body)
    return team_output(team)


@blueprint.route(ONE_TEAM, methods=["PUT"])
@writes(schemas.TeamOutput, body=schemas.TeamInput, permission="team.make")
def put_team(village: str, team_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Name a team anew and say who is in it."""
    actor = current_actor()
    team = register.edit_team(village=village, team_id=team_id, actor=actor, now=now(), **body)
    return team_output(team)


@blueprint.route(f"{ONE_TEAM}/disbanding", methods=["POST"])
@writes(schemas.TeamOutput, permission="team.make")
def post_disbanding(village: str, team_id: UUID) -> dict[str, Any]:
    """End a team, with its coming shifts; what its phones still send of its walks counts."""
    actor = current_actor()
    team = operations.disband_team(village=village, team_id=team_id, actor=actor, now=now())
    return team_output(team)


def waypoint_outputs(village: str, found: Sequence[Waypoint]) -> list[dict[str, Any]]:
    """Waypoints with what their signs say."""
    codes = queries.codes_of_village(village)
    outputs = []
    for each in found:
        code = codes[each.id].code if each.id in codes else None
        url = signs.sign_url(code) if code else None
        outputs.append({**columns(each), "code": code, "url": url})
    return outputs


@blueprint.route(f"{VILLAGE}/waypoints")
@reads(schemas.WaypointPage, query=WAYPOINTS.query, permission="patrol.plan")
def get_waypoints(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's places with the codes of their signs, newest first."""
    chosen = WAYPOINTS.narrow(queries.waypoints(village), query)
    found = page(chosen, [Waypoint.id.desc()], query)
    return {**found, "items": waypoint_outputs(village, found["items"])}


@blueprint.route(f"{VILLAGE}/waypoints", methods=["POST"])
@writes(
    schemas.WaypointOutput,
    status=201,
    body=schemas.WaypointInput,
    permission="patrol.plan",
    secret=True,
)
def post_waypoint(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Name a place where a sign is put up."""
    waypoint = operations.add_waypoint(village=village, actor=current_actor(), now=now(), **body)
    return waypoint_outputs(village, [waypoint])[0]


@blueprint.route(ONE_WAYPOINT, methods=["PATCH"])
@writes(schemas.WaypointOutput, body=schemas.WaypointInput, permission="patrol.plan")
def patch_waypoint(village: str, waypoint_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Name a place anew; its sign stays good."""
    waypoint = operations.edit_waypoint(
        village=village, waypoint_id=waypoint_id, actor=current_actor(), now=now(), **body
    )
    return waypoint_outputs(village, [waypoint])[0]


@blueprint.route(f"{ONE_WAYPOINT}/replacement", methods=["POST"])
@writes(schemas.WaypointOutput, permission="patrol.plan", secret=True)
def post_replacement(village: str, waypoint_id: UUID) -> dict[str, Any]:
    """A new code for a sign that was torn down or copied; the old one is refused from now on."""
    waypoint = operations.replace_sign(
        village=village, waypoint_id=waypoint_id, actor=current_actor(), now=now()
    )
    return waypoint_outputs(village, [waypoint])[0]


@blueprint.route(f"{ONE_WAYPOINT}/retirement", methods=["POST"])
@writes(schemas.WaypointOutput, permission="patrol.plan")
def post_retirement(village: str, waypoint_id: UUID) -> dict[str, Any]:
    """Give a place up; no route may pass it any more."""
    waypoint = operations.retire_waypoint(
        village=village, waypoint_id=waypoint_id, actor=current_actor(), now=now()
    )
    return waypoint_outputs(village, [waypoint])[0]


@blueprint.route(f"{ONE_WAYPOINT}.svg")
@reads(None, permission="patrol.plan", produces="image/svg+xml")
def get_waypoint_svg(village: str, waypoint_id: UUID) -> Response:
    """The QR code of a place's sign, as SVG."""
    waypoint = queries.find_waypoint(village, waypoint_id)
    if waypoint.retired_at is not None:
        raise NotFound()
    code = queries.code_of_waypoint(waypoint.id).code
    return Response(qr_svg(signs.sign_url(code)), mimetype="image/svg+xml")


@blueprint.route(f"{VILLAGE}/waypoints/signs.pdf")
@reads(None, query=schemas.SignQuery, permission="patrol.plan", produces="application/pdf")
def get_signs(village: str, query: dict[str, Any]) -> Response:
    """The signs of the village to print, or one: one an A4 page, or four (A6, with cut marks)."""
    return signs.signs_pdf(village, size=query["size"], waypoint_id=query["waypoint_id"])


def stop_output(stop: RouteStop, name: str) -> dict[str, Any]:
    """A place on a route with its name."""
    return {**columns(stop), "waypoint": name}


def route_outputs(found: Sequence[Route]) -> list[dict[str, Any]]:
    """Routes with their places in order."""
    stops = queries.stops_of([each.id for each in found])
    return [
        {
            **columns(each),
            "stops": [stop_output(stop, name) for stop, name in stops[each.id]],
        }
        for each in found
    ]


@blueprint.route(f"{VILLAGE}/routes")
@reads(schemas.RoutePage, query=ROUTES.query, permission="patrol.read")
def get_routes(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's routes with their places in order, newest first."""
    chosen = ROUTES.narrow(queries.routes(village), query)
    found = page(chosen, [Route.id.desc()], query)
    return {**found, "items": route_outputs(found["items"])}


def route_values(body: dict[str, Any]) -> dict[str, Any]:
    """A route's values with its stops as the operation takes them."""
    return {**body, "stops": [Stop(**each) for each in body["stops"]]}


@blueprint.route(f"{VILLAGE}/routes", methods=["POST"])
@writes(schemas.RouteOutput, status=201, body=schemas.RouteInput, permission="patrol.plan")
def post_route(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make a route of places in order."""
    values = route_values(body)
    route = operations.set_route(village=village, actor=current_actor(), now=now(), **values)
    return route_outputs([route])[0]


@blueprint.route(ONE_ROUTE, methods=["PUT"])
@writes(schemas.RouteOutput, body=schemas.RouteInput, permission="patrol.plan")
def put_route(village: str, route_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Change a route; what was walked along it stays."""
    values = route_values(body)
    route = operations.set_route(
        village=village, route_id=route_id, actor=current_actor(), now=now(), **values
    )
    return route_outputs([route])[0]


@blueprint.route(f"{ONE_ROUTE}/retirement", methods=["POST"])
@writes(schemas.RouteOutput, permission="patrol.plan")
def post_route_retirement(village: str, route_id: UUID) -> dict[str, Any]:
    """Give a route up."""
    actor = current_actor()
    route = operations.retire_route(village=village, route_id=route_id, actor=actor, now=now())
    return route_outputs([route])[0]


export_api(blueprint, f"{VILLAGE}/teams", get_teams, TEAMS)
export_api(blueprint, f"{VILLAGE}/waypoints", get_waypoints, WAYPOINTS)
export_api(blueprint, f"{VILLAGE}/routes", get_routes, ROUTES)
