"""Signing people in at a place: by their phones, by the leader, at the desk from the paper log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.database import new_id
from incentives.errors import FieldError, Invalid, NotPermitted, OwnHousehold, Refusal
from incentives.extensions import db
from incentives.patrols import pace
from incentives.patrols.models import Patrol, PatrolScan, PatrolStatus
from incentives.patrols.operations.attending import attend_late
from incentives.patrols.pace import CLOCK_ERROR, SENT_LATER
from incentives.patrols.people import (
    gave_lead_away,
    is_cadre,
    leads,
    own_people,
    refuse_strangers,
)
from incentives.patrols.queries import (
    find_patrol,
    gave_away,
    stand_ins,
    walk_instead,
    waypoint_of_code,
    who_may_have_come,
)
from incentives.register.models import Resident
from incentives.register.queries import had_joined, residents_by_id


@dataclass(frozen=True)
class Signed:
    """Who was signed in, and why others of the same scan weren't."""

    scans: list[PatrolScan]
    refused: dict[UUID, Refusal]


def record_scans(
    *,
    village: str,
    patrol_id: UUID,
    waypoint_code: str,
    resident_ids: Sequence[UUID],
    scanned_at: datetime,
    clock_off_seconds: int = 0,
    queued: bool = False,
    at_desk: bool = False,
    actor: Actor,
    now: datetime,
) -> Signed:
    """Sign people in at a place: oneself; others by the leader or a cadre, and recorded so.

    `scanned_at` is put right already by `clock_off_seconds`, how far the phone's clock was off by
    what it last heard; `queued` says that it was kept in the phone first, `at_desk` that a cadre
    types it from the log on paper. The same person at the same place within 10 minutes counts once:
    the scan that is there is given again. What comes later, after the end, too fast, off the route
    or with a wrong clock is recorded and flagged; whoever was there before the end attends a closed
    walk by it. Of a walk that was called off and begun again it is of the one that stands, and
    after the end of one of the next that the team was on by then.

    Refuses strangers and a sign that isn't good; and by name who doesn't walk with the team, whom
    the actor doesn't sign for, who gave the shift away, and a cadre's own household where the cadre
    didn't walk. One name that is refused keeps no other back, but at the desk, where the form is
    there to be mended.
    """
    require(actor, "patrol.plan" if at_desk else "patrol.walk", village, own=not at_desk)
    # Two phones may sign the same person in at once, and the leader close: one after the other.
    ledger.hold([village])
    patrol = find_patrol(village, patrol_id)
    if not at_desk:
        patrol = walk_of_scan(patrol, resident_ids, scanned_at, actor)
    people = who_may_have_come(patrol, scanned_at)
    givers = gave_away(patrol.shift_id, patrol.started_at)
    refuse_strangers(actor, village, [*people, *givers])
    waypoint = waypoint_of_code(village, waypoint_code, scanned_at)
    wanted = list(dict.fromkeys(resident_ids))
    own = {each.id for each in own_people(actor, people)}
    vouches = walks(patrol, own, wanted, scanned_at, actor=actor, at_desk=at_desk)
    refused = refused_names(patrol, people, wanted, own, vouches=vouches, actor=actor)
    signing = [each for each in wanted if each not in refused]
    if not signing or (at_desk and refused):
        raise next(iter(refused.values()), not_walking())
    wrong_clock = abs(clock_off_seconds) > CLOCK_ERROR.total_seconds()
    counted = pace.counted_already(patrol.id, waypoint.id, signing, scanned_at)
    before = pace.scans_of(patrol.id, signing)
    least = pace.least_minutes(patrol.route_id)
    scans = []
    for resident_id in signing:
        scan = counted.get(resident_id)
        if scan is None:
            others = before.get(resident_id, [])
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
                at_desk=at_desk,
                offline=queued or now - scanned_at > SENT_LATER,
                late=patrol.status is not PatrolStatus.WALKING,
                pace=pace.is_implausible(others, waypoint.id, scanned_at, least),
                clock=wrong_clock or pace.is_impossible(patrol, scanned_at, now),
                off_route=patrol.route_id is not None and waypoint.id not in least,
            )
            db.session.add(scan)
        scans.append(scan)
    db.session.flush()
    if patrol.status is PatrolStatus.CLOSED:
        attend_by(patrol, scans, actor=actor, now=now)
    return Signed(scans, refused)


def walk_of_scan(
    patrol: Patrol, resident_ids: Sequence[UUID], at: datetime, actor: Actor
) -> Patrol:
    """The walk that a sign-in of that time is of, where all of it are on that one."""
    other = walk_instead(patrol, at)
    people = who_may_have_come(other, at)
    on_it = {each.id for each in people}.issuperset(resident_ids)
    walks_it = is_cadre(actor, patrol.village) or bool(own_people(actor, people))
    if walks_it and (on_it or patrol.status is PatrolStatus.CANCELLED):
        return other
    return patrol


def attend_by(patrol: Patrol, scans: Sequence[PatrolScan], *, actor: Actor, now: datetime) -> None:
    """Let those attend a closed walk who were signed in on it before its end, as it now shows.

    Whoever closed the log stands for their awards; for those whom another signs in now, and for
    what is entered at the desk, that one.
    """
    ended, closer = patrol.ended_at or now, patrol.ended_by or actor.person
    proposers = {
        each.resident_id: actor.person if each.for_another or each.at_desk else closer
        for each in scans
        if each.patrol_id == patrol.id and each.scanned_at <= ended + CLOCK_ERROR
    }
    attend_late(patrol, proposers, actor=actor, now=now)


def refused_names(
    patrol: Patrol,
    people: Sequence[Resident],
    resident_ids: Sequence[UUID],
    own: set[UUID],
    *,
    vouches: bool,
    actor: Actor,
) -> dict[UUID, Refusal]:
    """Why the actor doesn't sign in some of these: who doesn't walk with the team, others where the
    actor doesn't lead, and where they don't vouch for those at home, their own household."""
    homes = {each.id: each.household_id for each in people}
    may_for_others = leads(actor, patrol) or gave_lead_away(actor, patrol)
    instead = stand_ins(patrol.shift_id, patrol.started_at)
    refused: dict[UUID, Refusal] = {}
    for each in resident_ids:
        if each not in homes:
            refused[each] = given_away(each, instead[each]) if each in instead else not_walking()
        elif each not in own and not may_for_others:
            refused[each] = NotPermitted(_("Only the leader signs for others"))
        elif not vouches and homes[each] == actor.household_id:
            detail = _("You didn't walk with them: somebody else must sign in you and yours")
            refused[each] = OwnHousehold(detail)
    return refused


def whom_desk_signs(
    patrol: Patrol, people: Sequence[Resident], actor: Actor, now: datetime
) -> list[Resident]:
    """Those of these people whom the actor may enter at the desk from the log on paper."""
    own = {each.id for each in own_people(actor, people)}
    ids = [each.id for each in people]
    vouches = walks(patrol, own, ids, now, actor=actor, at_desk=True)
    refused = refused_names(patrol, people, ids, own, vouches=vouches, actor=actor)
    return [each for each in people if each.id not in refused]


def why(refusal: Refusal) -> str:
    """A refusal of one name in a sentence."""
    return str(refusal.errors[0].detail if refusal.errors else refusal.detail)


def not_walking() -> Invalid:
    """That a person doesn't walk with the team."""
    detail = _("This person doesn't walk with this team")
    return Invalid(errors=[FieldError("/resident_ids", detail)])


def given_away(resident_id: UUID, stand_in_id: UUID) -> Invalid:
    """That a person doesn't walk this shift, as another does for them."""
    names = {each.id: each.name for each in residents_by_id([resident_id, stand_in_id]).values()}
    detail = _(
        "%(name)s gave this shift to %(other)s", name=names[resident_id], other=names[stand_in_id]
    )
    return Invalid(errors=[FieldError("/resident_ids", detail)])


def walks(
    patrol: Patrol,
    own: set[UUID],
    resident_ids: Sequence[UUID],
    at: datetime,
    *,
    actor: Actor,
    at_desk: bool,
) -> bool:
    """Whether the actor walks there, and so vouches for themself and those at home.

    Who is no cadre does, or gave it away with the signal lost. A cadre may put people into a
    team, and enter what they please at the desk: they walk if they were in the team by then and
    sign themself in, too, or did; at the desk, if a phone signed them in while the walk went on.
    """
    if not is_cadre(actor, patrol.village):
        return True
    chosen = select(PatrolScan.resident_id).where(
        PatrolScan.patrol_id == patrol.id, PatrolScan.resident_id.in_(own), ~PatrolScan.at_desk
    )
    if at_desk:
        return db.session.scalar(chosen.where(~PatrolScan.late).limit(1)) is not None
    joined = had_joined(patrol.team_id, own, max(at, patrol.started_at) + CLOCK_ERROR)
    joined |= own.intersection(stand_ins(patrol.shift_id).values())
    return not joined.isdisjoint([*resident_ids, *db.session.scalars(chosen)])
