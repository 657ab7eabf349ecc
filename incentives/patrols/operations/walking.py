"""Acts on a walk: begin it, sign in at places, say what was found."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import refuse_own_household
from incentives.access.permissions import require
from incentives.calls.models import CallSource, Category
from incentives.calls.operations import Report, report_call
from incentives.database import new_id
from incentives.errors import Duplicate, FieldError, Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.patrols import pace
from incentives.patrols.models import (
    Finding,
    Patrol,
    PatrolScan,
    PatrolStatus,
    Shift,
    Waypoint,
)
from incentives.patrols.models.walks import FINDING_LENGTH
from incentives.patrols.operations.attending import attend_late
from incentives.patrols.pace import CLOCK_ERROR, SENT_LATER
from incentives.patrols.people import leads, own_people, refuse_strangers
from incentives.patrols.queries import (
    find_patrol,
    find_route,
    find_shift,
    find_waypoint,
    stand_ins,
    walkers,
    waypoint_of_code,
)
from incentives.patrols.words import one_line
from incentives.register.models import Resident
from incentives.register.queries import find_team
from incentives.texts import check_line

ONE_WALK = timedelta(hours=12)


def start_patrol(
    *,
    village: str,
    team_id: UUID,
    shift_id: UUID | None = None,
    route_id: UUID | None = None,
    patrol_id: UUID | None = None,
    started_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> Patrol:
    """Begin a walk of a team, by one of its members, a stand-in, or a cadre.

    `patrol_id` and `started_at` come from a phone that had no signal then. One that is sent again
    is the same patrol. Refuses strangers, a cancelled shift, and a second walk of the shift, or of
    the team within 12 hours while one goes on: `patrol_id` then says which it is.
    """
    require(actor, "patrol.walk", village, own=True)
    # Two phones may begin the same walk at once: one waits for the other here.
    ledger.hold([village])
    again = None if patrol_id is None else db.session.get(Patrol, patrol_id)
    if again is not None:
        return same_patrol(again, village, team_id, actor)
    team = find_team(village, team_id)
    shift = None if shift_id is None else shift_to_walk(village, shift_id, team_id)
    people = walkers(team.id, shift_id)
    refuse_strangers(actor, village, people)
    if team.disbanded_on is not None:
        raise WrongState(_("This team was disbanded"))
    started = min(started_at or now, now)
    refuse_second(team.id, shift_id, started)
    if shift is not None:
        route_id = shift.route_id
    elif route_id is not None:
        find_route(village, route_id)
    patrol = Patrol(
        id=patrol_id or new_id(),
        village=village,
        team_id=team.id,
        shift_id=shift_id,
        route_id=route_id,
        leader_id=stand_ins(shift_id).get(team.leader_id, team.leader_id),
        status=PatrolStatus.WALKING,
        started_at=started,
        begun_by=actor.person,
        begun_at=now,
    )
    db.session.add(patrol)
    db.session.flush()
    audit.record(actor, audit.Tag.PATROL_STARTED, village=village, subject=patrol.id, now=now)
    return patrol


def same_patrol(patrol: Patrol, village: str, team_id: UUID, actor: Actor) -> Patrol:
    """The patrol that was begun under this id before; refuses where it was another."""
    if (patrol.village, patrol.team_id, patrol.begun_by) != (village, team_id, actor.person):
        raise Duplicate()
    return patrol


def shift_to_walk(village: str, shift_id: UUID, team_id: UUID) -> Shift:
    """A shift of the team that stands."""
    shift = find_shift(village, shift_id)
    if shift.team_id != team_id:
        detail = _("This shift is another team's")
        raise Invalid(errors=[FieldError("/shift_id", detail)])
    if shift.cancelled_at is not None:
        raise WrongState(_("This shift was cancelled"))
    return shift


def refuse_second(team_id: UUID, shift_id: UUID | None, started: datetime) -> None:
    """Refuse a walk that another phone has begun, and say which it is."""
    walking = (Patrol.team_id == team_id) & (Patrol.status == PatrolStatus.WALKING)
    same = walking & Patrol.started_at.between(started - ONE_WALK, started + ONE_WALK)
    if shift_id is not None:
        same |= (Patrol.shift_id == shift_id) & (Patrol.status != PatrolStatus.CANCELLED)
    other = db.session.scalar(select(Patrol.id).where(same).limit(1))
    if other is not None:
        raise Duplicate(_("This walk has begun already"), patrol_id=str(other))


def record_scans(
    *,
    village: str,
    patrol_id: UUID,
    waypoint_code: str,
    resident_ids: Sequence[UUID],
    scanned_at: datetime,
    clock_off_seconds: int = 0,
    queued: bool = False,
    actor: Actor,
    now: datetime,
) -> list[PatrolScan]:
    """Sign people in at a place: oneself; others by the leader or a cadre, and recorded so.

    `scanned_at` is put right already by `clock_off_seconds`, how far the phone's clock was off by
    what it last heard; `queued` says that it was kept in the phone first. The same person at the
    same place within 10 minutes counts once: the scan that is there is given again. What comes
    later, after the end, too fast, off the route or with a wrong clock is recorded and flagged;
    whoever was there before the end attends a closed walk by it.
    Refuses strangers, a sign that isn't good, and people who don't walk with the team.
    """
    require(actor, "patrol.walk", village, own=True)
    # Two phones may sign the same person in at once, and the leader close: one after the other.
    ledger.hold([village])
    patrol = find_patrol(village, patrol_id)
    people = walkers(patrol.team_id, patrol.shift_id)
    refuse_strangers(actor, village, people)
    refuse_for_others(patrol, people, resident_ids, actor)
    waypoint = waypoint_of_code(village, waypoint_code, scanned_at)
    wrong_clock = abs(clock_off_seconds) > CLOCK_ERROR.total_seconds()
    counted = pace.counted_already(patrol.id, waypoint.id, resident_ids, scanned_at)
    own = {each.id for each in own_people(actor, people)}
    before = pace.scans_of(patrol.id, resident_ids)
    least = pace.least_minutes(patrol.route_id)
    scans = []
    for resident_id in dict.fromkeys(resident_ids):
        others = before.get(resident_id, [])
        scan = counted.get(resident_id)
        if scan is None:
            scan = PatrolScan(
                id=new_id(),
                village=village,
                patrol_id=patrol.id,
                waypoint_id=waypoint.id,
                resident_id=resident_id,
                scanned_at=scanned_at,
                received_at=now,
                signed_by=actor.person,
                for_another=resident_id not in own,
                offline=queued or now - scanned_at > SENT_LATER,
                late=patrol.status is not PatrolStatus.WALKING,
                pace=pace.is_implausible(others, waypoint.id, scanned_at, least),
                clock=wrong_clock or is_impossible(patrol, scanned_at, now),
                off_route=patrol.route_id is not None and waypoint.id not in least,
            )
            db.session.add(scan)
        scans.append(scan)
    db.session.flush()
    if patrol.status is PatrolStatus.CLOSED:
        attend_by(patrol, scans, actor=actor, now=now)
    return scans


def attend_by(patrol: Patrol, scans: Sequence[PatrolScan], *, actor: Actor, now: datetime) -> None:
    """Let those attend a closed walk who were signed in on it before its end, as it now shows.

    Whoever closed the log stands for their awards; for those whom another signs in now, that one.
    """
    ended = patrol.ended_at or now
    for by_another, proposer in ((True, actor.person), (False, patrol.ended_by or actor.person)):
        people = [
            each.resident_id
            for each in scans
            if each.patrol_id == patrol.id
            and each.for_another == by_another
            and each.scanned_at <= ended + CLOCK_ERROR
        ]
        attend_late(patrol, people, proposer=proposer, actor=actor, now=now)


def refuse_for_others(
    patrol: Patrol, people: Sequence[Resident], resident_ids: Sequence[UUID], actor: Actor
) -> None:
    """Refuse people who don't walk with the team, a member who signs for others, and at the desk
    one's own household."""
    walking = {each.id for each in people}
    if not resident_ids or not set(resident_ids) <= walking:
        detail = _("Not all of them walk with this team")
        raise Invalid(errors=[FieldError("/resident_ids", detail)])
    own = {each.id for each in own_people(actor, people)}
    if not set(resident_ids) <= own and not leads(actor, patrol.village, patrol.leader_id, people):
        raise NotPermitted(_("Only the leader signs for others"))
    if not own:  # Who doesn't walk there can't vouch for those at home.
        refuse_own_household(
            actor, (each.household_id for each in people if each.id in resident_ids)
        )


def is_impossible(patrol: Patrol, scanned_at: datetime, now: datetime) -> bool:
    """Whether a phone's clock is wrong: a scan to come, before the walk, or long after it began."""
    return (
        scanned_at > now + CLOCK_ERROR
        or scanned_at < patrol.started_at - pace.ONCE_WITHIN
        or scanned_at > patrol.started_at + 2 * ONE_WALK
    )


def record_finding(
    *,
    village: str,
    patrol_id: UUID,
    category: Category,
    text: str,
    place: str | None = None,
    waypoint_id: UUID | None = None,
    photo_id: UUID | None = None,
    found_at: datetime | None = None,
    finding_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Finding:
    """Say what was found; it becomes a call to the office that answers for it.

    `finding_id` and `found_at` come from a phone that had no signal then; sent again, it is the
    same finding. Refuses strangers, and what says neither where nor near which waypoint.
    """
    require(actor, "patrol.walk", village, own=True)
    # Sent twice at once, it is still one finding, and one call.
    ledger.hold([village])
    patrol = find_patrol(village, patrol_id)
    people = walkers(patrol.team_id, patrol.shift_id)
    refuse_strangers(actor, village, people)
    again = None if finding_id is None else db.session.get(Finding, finding_id)
    if again is not None:
        if (again.patrol_id, again.found_by) != (patrol.id, actor.person):
            raise Duplicate()
        return again
    if not place and waypoint_id is None:
        raise Invalid(errors=[FieldError("/place", _("Say where"))])
    near: Waypoint | None = None
    if waypoint_id is not None:
        near = find_waypoint(village, waypoint_id)
    report = Report(
        category=category,
        text=check_line(one_line(text), "/text", FINDING_LENGTH),
        place=place or (near.name if near else ""),
        photo_id=photo_id,
    )
    reported = report_call(
        village=village, report=report, source=CallSource.PATROL, actor=actor, now=now
    )
    finding = Finding(
        id=finding_id or new_id(),
        village=village,
        patrol_id=patrol.id,
        category=category,
        words=report.text,
        place=report.place,
        photo_id=photo_id,
        call_id=reported.call.id,
        found_at=min(found_at or now, now),
        received_at=now,
        found_by=actor.person,
    )
    db.session.add(finding)
    db.session.flush()
    return finding
