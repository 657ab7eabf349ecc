"""Acts on a walk: begin it, say what was found."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.calls.models import PLACE_LENGTH, CallSource, Category
from incentives.calls.operations import Report, report_call
from incentives.database import new_id
from incentives.errors import Duplicate, FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.patrols.models import (
    Finding,
    Patrol,
    PatrolStatus,
    Shift,
    Waypoint,
)
from incentives.patrols.models.walks import FINDING_LENGTH
from incentives.patrols.operations.joining import begun_already, refuse_second
from incentives.patrols.pace import SHIFT_AFTER, SHIFT_BEFORE
from incentives.patrols.people import refuse_strangers
from incentives.patrols.queries import (
    find_patrol,
    find_route,
    find_shift,
    find_waypoint,
    gave_away,
    shift_on,
    stand_ins,
    walkers,
    walkers_on,
    was_walked,
)
from incentives.patrols.words import one_line
from incentives.register.queries import find_team, leader_at
from incentives.texts import check_line, optional_text


def start_patrol(
    *,
    village: str,
    team_id: UUID,
    shift_id: UUID | None = None,
    route_id: UUID | None = None,
    patrol_id: UUID | None = None,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    left: Collection[UUID] = (),
    actor: Actor,
    now: datetime,
) -> Patrol:
    """Begin a walk of a team, by one of its members, a stand-in, or a cadre.

    `patrol_id` and `started_at` come from a phone that had no signal then. One that is sent again
    is the same patrol; it is walked by the team, its leader and its members, of that time, and by
    whoever has given the shift away since. Who had given it away by then begins it, too, for the
    others, as their phone didn't hear of it. A phone that names a shift whose walk had ended by
    then begins the one that is on. Refuses strangers, a team that was disbanded by then, a shift
    that was cancelled or walked by then or isn't on, and a walk that another phone has begun, be it
    closed by now: `patrol_id` then says which it is. That is none of those that the phone has
    `left`, nor, but for the shift's, one that began after `ended_at`, where the end is known.
    """
    require(actor, "patrol.walk", village, own=True)
    # Two phones may begin the same walk at once: one waits for the other here.
    ledger.hold([village])
    again = None if patrol_id is None else db.session.get(Patrol, patrol_id)
    if again is not None:
        return same_patrol(again, village, team_id, actor)
    team = find_team(village, team_id)
    started = min(started_at or now, now)
    shift = None if shift_id is None else shift_to_walk(village, shift_id, team_id, started)
    shift_id = None if shift is None else shift.id
    people = walkers(team.id, shift_id, began=started)
    if started_at is not None:
        people += gave_away(shift_id, started)
    refuse_strangers(actor, village, people)
    if team.disbanded_at is not None and team.disbanded_at <= started:
        raise WrongState(_("This team was disbanded"))
    refuse_second(team, shift, started, ended_at, left, actor)
    leader_id = leader_at(team, started)
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
        leader_id=stand_ins(shift_id, started).get(leader_id, leader_id),
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
    """The patrol that was begun under this id before; refuses where it was another's."""
    if (patrol.village, patrol.team_id) != (village, team_id):
        raise Duplicate()
    if patrol.begun_by != actor.person:
        # A phone that died as it joined this walk sends its own start under this id.
        raise begun_already(patrol, patrol.started_at)
    return patrol


def shift_to_walk(village: str, shift_id: UUID, team_id: UUID, started: datetime) -> Shift:
    """A shift of the team that stood and could be begun at that time; where its walk had ended, the
    one that was on.

    One that was cancelled since, and not planned anew, was walked by who hadn't heard of it.
    """
    shift = find_shift(village, shift_id)
    if shift.team_id != team_id:
        detail = _("This shift is another team's")
        raise Invalid(errors=[FieldError("/shift_id", detail)])
    on = shift_on(team_id, started, shift)
    if shift.cancelled_at is not None and (on is not None or shift.cancelled_at <= started):
        raise WrongState(_("This shift was cancelled"))
    if not shift.starts_at - SHIFT_BEFORE <= started <= shift.ends_at + SHIFT_AFTER:
        raise WrongState(_("A shift is begun from 12 hours before it until 24 hours after it"))
    if not was_walked(shift, started):
        return shift
    if on is None:
        raise WrongState(_("This shift was walked or cancelled already"))
    return on


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
    givers = gave_away(patrol.shift_id, patrol.started_at)
    refuse_strangers(actor, village, [*walkers_on(patrol, found_at), *givers])
    again = None if finding_id is None else db.session.get(Finding, finding_id)
    if again is not None:
        if (again.patrol_id, again.found_by) != (patrol.id, actor.person):
            raise Duplicate()
        return again
    place = optional_text(place, "/place", PLACE_LENGTH)
    if place is None and waypoint_id is None:
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
