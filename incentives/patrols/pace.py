"""How fast people walked, and by what clock: what can't be is flagged, and never refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, PatrolStatus, RouteStop

ONE_WALK = timedelta(hours=12)
SHIFT_BEFORE = timedelta(hours=12)  # from when on a shift is begun
SHIFT_AFTER = timedelta(hours=24)  # and until when after its end
AROUND_SHIFT = timedelta(hours=1)  # a walk without a shift that began then is of it
LATECOMER = timedelta(hours=3)  # how much later others set off on a walk without a shift
ONCE_WITHIN = timedelta(minutes=10)
SENT_LATER = timedelta(minutes=2)
CLOCK_ERROR = timedelta(minutes=2)
ELSEWHERE = timedelta(minutes=1)  # between two places of which the route knows nothing

Places = dict[UUID, timedelta]


def scans_of(patrol_id: UUID, resident_ids: Sequence[UUID]) -> dict[UUID, list[PatrolScan]]:
    """The scans of these people on a patrol, in the order of their times."""
    scans: dict[UUID, list[PatrolScan]] = {}
    found = db.session.scalars(
        select(PatrolScan)
        .where(PatrolScan.patrol_id == patrol_id, PatrolScan.resident_id.in_(resident_ids))
        .order_by(PatrolScan.scanned_at)
    )
    for scan in found:
        scans.setdefault(scan.resident_id, []).append(scan)
    return scans


def counted_already(
    patrol_id: UUID, waypoint_id: UUID, resident_ids: Sequence[UUID], scanned_at: datetime
) -> dict[UUID, PatrolScan]:
    """The scans of these people at this place within 10 minutes, on whichever walk that counts."""
    found = db.session.scalars(
        select(PatrolScan)
        .join(Patrol, Patrol.id == PatrolScan.patrol_id)
        .where(
            PatrolScan.waypoint_id == waypoint_id,
            PatrolScan.resident_id.in_(resident_ids),
            PatrolScan.scanned_at > scanned_at - ONCE_WITHIN,
            PatrolScan.scanned_at < scanned_at + ONCE_WITHIN,
            (Patrol.id == patrol_id) | (Patrol.status != PatrolStatus.CANCELLED),
        )
        .order_by(PatrolScan.scanned_at.desc())
    )
    return {each.resident_id: each for each in found}


def least_minutes(route_id: UUID | None) -> Places:
    """How long one walks at least from the route's beginning to each of its places."""
    if route_id is None:
        return {}
    walked = timedelta()
    places: Places = {}
    stops = db.session.scalars(
        select(RouteStop).where(RouteStop.route_id == route_id).order_by(RouteStop.position)
    )
    for stop in stops:
        if places:
            walked += timedelta(minutes=stop.least_minutes)
        places[stop.waypoint_id] = walked
    return places


def is_implausible(
    others: Sequence[PatrolScan], waypoint_id: UUID, scanned_at: datetime, places: Places
) -> bool:
    """Whether somebody was here sooner after, or before, another place than one walks."""
    for each in others:
        if each.waypoint_id == waypoint_id:
            continue
        needed = ELSEWHERE
        if waypoint_id in places and each.waypoint_id in places:
            needed = abs(places[waypoint_id] - places[each.waypoint_id])
        if abs(scanned_at - each.scanned_at) < needed:
            return True
    return False


def is_impossible(patrol: Patrol, scanned_at: datetime, now: datetime) -> bool:
    """Whether a phone's clock is wrong: a scan to come, before the walk, or long after it began."""
    return (
        scanned_at > now + CLOCK_ERROR
        or scanned_at < patrol.started_at - ONCE_WITHIN
        or scanned_at > patrol.started_at + 2 * ONE_WALK
    )
