"""What is read of waypoints and routes."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, select

from incentives.errors import FieldError, Invalid, NotFound
from incentives.extensions import db
from incentives.patrols.models import Route, RouteStop, Waypoint, WaypointCode

KNOWN_BY = 16  # hex digits of a code's hash, by which a phone names the place without its code


def find_waypoint(village: str, waypoint_id: UUID) -> Waypoint:
    """A waypoint of that village; refuses what isn't there."""
    waypoint = db.session.get(Waypoint, waypoint_id)
    if waypoint is None or waypoint.village != village:
        raise NotFound()
    return waypoint


def find_route(village: str, route_id: UUID) -> Route:
    """A route of that village; refuses what isn't there."""
    route = db.session.get(Route, route_id)
    if route is None or route.village != village:
        raise NotFound()
    return route


def waypoints(village: str) -> Select[Waypoint]:
    """A village's waypoints; those retired too."""
    return select(Waypoint).where(Waypoint.village == village)


def standing_waypoints(village: str) -> list[Waypoint]:
    """The waypoints whose signs are up, by name."""
    chosen = waypoints(village).where(Waypoint.retired_at.is_(None)).order_by(Waypoint.name)
    return list(db.session.scalars(chosen))


def code_of_waypoint(waypoint_id: UUID) -> WaypointCode:
    """The code on the waypoint's newest sign."""
    return db.session.scalars(
        select(WaypointCode).where(
            WaypointCode.waypoint_id == waypoint_id, WaypointCode.replaced_at.is_(None)
        )
    ).one()


def codes_of_village(village: str) -> dict[UUID, WaypointCode]:
    """The good codes of a village's standing waypoints, by waypoint."""
    found = db.session.scalars(
        select(WaypointCode)
        .join(Waypoint, Waypoint.id == WaypointCode.waypoint_id)
        .where(
            Waypoint.village == village,
            Waypoint.retired_at.is_(None),
            WaypointCode.replaced_at.is_(None),
        )
    )
    return {each.waypoint_id: each for each in found}


def known_by(code: str) -> str:
    """By what a phone without signal knows the sign: it can't be made into the code."""
    return hashlib.sha256(code.encode()).hexdigest()[:KNOWN_BY]


def waypoint_of_code(village: str, text: str, scanned_at: datetime) -> Waypoint:
    """The waypoint whose sign says this, or whose QR's whole text this is.

    Refuses what is no sign of the village, and a sign that was replaced before the scan.
    """
    code = text.rsplit("#", 1)[-1].strip().upper()
    found = db.session.get(WaypointCode, code)
    waypoint = None if found is None else db.session.get(Waypoint, found.waypoint_id)
    if found is None or waypoint is None or waypoint.village != village:
        detail = _("This is no sign of a place here")
        raise Invalid(errors=[FieldError("/waypoint_code", detail)])
    ended = [each for each in (found.replaced_at, waypoint.retired_at) if each is not None]
    if ended and min(ended) <= scanned_at:
        detail = _("This sign is no longer good: tell the village that it hangs there")
        raise Invalid(errors=[FieldError("/waypoint_code", detail)])
    return waypoint


def routes(village: str) -> Select[Route]:
    """A village's routes; those retired too."""
    return select(Route).where(Route.village == village)


def standing_routes(village: str) -> list[Route]:
    """The routes that are walked, by name."""
    chosen = routes(village).where(Route.retired_at.is_(None)).order_by(Route.name)
    return list(db.session.scalars(chosen))


def stops_of(route_ids: Sequence[UUID]) -> dict[UUID, list[tuple[RouteStop, str]]]:
    """The stops of these routes in order, each with its waypoint's name."""
    stops: dict[UUID, list[tuple[RouteStop, str]]] = {each: [] for each in route_ids}
    found = db.session.execute(
        select(RouteStop, Waypoint.name)
        .join(Waypoint, Waypoint.id == RouteStop.waypoint_id)
        .where(RouteStop.route_id.in_(route_ids))
        .order_by(RouteStop.position)
    )
    for stop, name in found:
        stops[stop.route_id].append((stop, name))
    return stops
