"""Acts on waypoints, their signs, and routes."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.database import new_id
from incentives.errors import Duplicate, FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.patrols.models import Route, RouteStop, Waypoint, WaypointCode
from incentives.patrols.models.places import PLACE_LENGTH
from incentives.patrols.queries import code_of_waypoint, find_route, find_waypoint
from incentives.register.queries import find_village
from incentives.texts import check_line

RANDOM_BYTES = 16
STOPS_AT_MOST = 60


@dataclass(frozen=True)
class Stop:
    """A waypoint on a route, and the fewest minutes that one walks there from the one before."""

    waypoint_id: UUID
    least_minutes: int = 1


def new_code() -> str:
    """A sign's code: `W1` and base32 of 16 random bytes, which nobody guesses."""
    text = base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode().rstrip("=")
    return f"W1{text}"


def add_waypoint(*, village: str, name: str, actor: Actor, now: datetime) -> Waypoint:
    """Name a place where a sign is put up, and make the code of its sign.

    Refuses a name that another place of the village has.
    """
    require(actor, "patrol.plan", village)
    find_village(village)
    name = check_line(name, "/name", PLACE_LENGTH)
    refuse_place_name(village, name)
    waypoint = Waypoint(
        id=new_id(), village=village, name=name, entered_by=actor.person, entered_at=now
    )
    db.session.add(waypoint)
    db.session.flush()
    db.session.add(WaypointCode(code=new_code(), waypoint_id=waypoint.id, number=1, made_at=now))
    db.session.flush()
    audit.record(actor, audit.Tag.WAYPOINT_ADDED, village=village, subject=waypoint.id, now=now)
    return waypoint


def refuse_place_name(village: str, name: str) -> None:
    """Refuse a name that a place of the village has or had."""
    taken = select(Waypoint.id).where(Waypoint.village == village, Waypoint.name == name)
    if db.session.scalar(taken):
        raise Duplicate(_("There is a place of that name"))


def edit_waypoint(
    *, village: str, waypoint_id: UUID, name: str, actor: Actor, now: datetime
) -> Waypoint:
    """Name a place anew; its sign stays good. Refuses a taken name, and a place given up."""
    require(actor, "patrol.plan", village)
    waypoint = standing(village, waypoint_id)
    name = check_line(name, "/name", PLACE_LENGTH)
    if name != waypoint.name:
        refuse_place_name(village, name)
    waypoint.name = name
    db.session.flush()
    audit.record(actor, audit.Tag.WAYPOINT_CHANGED, village=village, subject=waypoint.id, now=now)
    return waypoint


def replace_sign(*, village: str, waypoint_id: UUID, actor: Actor, now: datetime) -> Waypoint:
    """Make a new code for a sign that was torn down or copied; the old one is refused from now on.

    What was scanned before, and is only sent later, still counts.
    """
    require(actor, "patrol.plan", village)
    waypoint = standing(village, waypoint_id)
    old = code_of_waypoint(waypoint.id)
    old.replaced_at = now
    db.session.flush()
    db.session.add(
        WaypointCode(code=new_code(), waypoint_id=waypoint.id, number=old.number + 1, made_at=now)
    )
    db.session.flush()
    audit.record(actor, audit.Tag.WAYPOINT_REPLACED, village=village, subject=waypoint.id, now=now)
    return waypoint


def retire_waypoint(*, village: str, waypoint_id: UUID, actor: Actor, now: datetime) -> Waypoint:
    """Give a place up: its sign is refused from now on. Refuses one that a route still passes."""
    require(actor, "patrol.plan", village)
    waypoint = standing(village, waypoint_id)
    passed = (
        select(Route.name)
        .join(RouteStop, RouteStop.route_id == Route.id)
        .where(RouteStop.waypoint_id == waypoint.id, Route.retired_at.is_(None))
    )
    route = db.session.scalar(passed.limit(1))
    if route is not None:
        raise WrongState(_("The route %(route)s still passes here", route=route))
    waypoint.retired_at = now
    db.session.flush()
    audit.record(actor, audit.Tag.WAYPOINT_CHANGED, village=village, subject=waypoint.id, now=now)
    return waypoint


def standing(village: str, waypoint_id: UUID) -> Waypoint:
    """A waypoint that wasn't given up."""
    waypoint = find_waypoint(village, waypoint_id)
    if waypoint.retired_at is not None:
        raise WrongState(_("This place was given up"))
    return waypoint


def set_route(
    *,
    village: str,
    route_id: UUID | None = None,
    name: str,
    stops: Sequence[Stop],
    member_rule: str,
    leader_rule: str,
    actor: Actor,
    now: datetime,
) -> Route:
    """Make a route, or change one (`route_id`), with its waypoints in order and its rule items.

    The rule items are codes; whether the rulebook in force on the day of a walk has them shows when
    it is closed. Refuses a taken name, no stop, more than 60, and one that stands there twice.
    """
    require(actor, "patrol.plan", village)
    find_village(village)
    name = check_line(name, "/name", PLACE_LENGTH)
    refuse_stops(village, stops)
    route = Route(id=new_id(), village=village, entered_by=actor.person, entered_at=now)
    if route_id is not None:
        route = find_route(village, route_id)
        if route.retired_at is not None:
            raise WrongState(_("This route was given up"))
    same = select(Route.id).where(
        Route.village == village, Route.name == name, Route.id != route.id
    )
    if db.session.scalar(same):
        raise Duplicate(_("There is a route of that name"))
    route.name, route.member_rule, route.leader_rule = name, member_rule, leader_rule
    db.session.add(route)
    db.session.flush()
    db.session.execute(
        delete(RouteStop)
        .where(RouteStop.route_id == route.id)
        .execution_options(synchronize_session="fetch")
    )
    db.session.add_all(
        RouteStop(
            route_id=route.id,
            position=position,
            village=village,
            waypoint_id=stop.waypoint_id,
            least_minutes=stop.least_minutes,
        )
        for position, stop in enumerate(stops)
    )
    db.session.flush()
    audit.record(actor, audit.Tag.ROUTE_SET, village=village, subject=route.id, now=now)
    return route


def refuse_stops(village: str, stops: Sequence[Stop]) -> None:
    """Refuse stops that are none, too many, twice the same, or no place of the village."""
    ids = [each.waypoint_id for each in stops]
    if not 1 <= len(ids) <= STOPS_AT_MOST:
        detail = _("From 1 to %(most)s places", most=STOPS_AT_MOST)
        raise Invalid(errors=[FieldError("/stops", detail)])
    if len(set(ids)) != len(ids):
        raise Invalid(errors=[FieldError("/stops", _("A place stands here twice"))])
    found = db.session.scalars(
        select(Waypoint.id).where(
            Waypoint.village == village, Waypoint.id.in_(ids), Waypoint.retired_at.is_(None)
        )
    )
    if set(found) != set(ids):
        raise Invalid(errors=[FieldError("/stops", _("Not all of these places are here"))])


def retire_route(*, village: str, route_id: UUID, actor: Actor, now: datetime) -> Route:
    """Give a route up; what was walked along it stays. Refuses one given up already."""
    require(actor, "patrol.plan", village)
    route = find_route(village, route_id)
    if route.retired_at is not None:
        raise WrongState(_("This route was given up"))
    route.retired_at = now
    db.session.flush()
    audit.record(actor, audit.Tag.ROUTE_SET, village=village, subject=route.id, now=now)
    return route
