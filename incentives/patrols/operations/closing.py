"""Acts that end a walk: closing with the log, which proposes the awards; cancelling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.awards.operations import Act
from incentives.awards.unasked import Unawarded, propose_unasked
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.patrols.models import (
    Patrol,
    PatrolAttendance,
    PatrolScan,
    PatrolStatus,
)
from incentives.patrols.models.walks import LOG_LENGTH, WEATHER_LENGTH
from incentives.patrols.people import leads
from incentives.patrols.queries import find_patrol, find_route, walkers
from incentives.patrols.states import TRANSITIONS, Action
from incentives.register.models import Household, Resident
from incentives.register.operations.households import check_text
from incentives.register.queries import residents_by_id

MEMBER_RULE, LEADER_RULE = "PA01", "PA04"
REASON_LENGTH = 200


@dataclass(frozen=True)
class Log:
    """What the leader says of a walk: the weather, and what was seen that needs no call."""

    weather: str
    text: str


def close_patrol(
    *,
    village: str,
    patrol_id: UUID,
    log: Log,
    attended: Sequence[UUID],
    actor: Actor,
    now: datetime,
) -> Patrol:
    """End a walk with its log, and propose one award for each who attended, and the leader's.

    By the leader, or a cadre. Attended has who is on the log and was signed in at a place, by
    themselves or by the leader; whose sign-in is still in a phone gets theirs when it comes. The
    rule items are the route's, under the rulebook of the day of the walk; a cap, or else what an
    award is refused for, is kept as the reason why somebody gets none and stops nothing. Refuses a
    patrol that has ended, nobody, and who didn't walk with the team.
    """
    require(actor, "patrol.close", village, own=True)
    # Caps are counted under the village's lock, under which scans come, too.
    ledger.hold([village])
    patrol = find_patrol(village, patrol_id)
    people = walkers(patrol.team_id, patrol.shift_id)
    if not leads(actor, village, patrol.leader_id, people):
        raise NotPermitted(_("The team's leader closes the patrol"))
    status = state_after(patrol, Action.CLOSE)
    came = list(dict.fromkeys(attended))
    refuse_absent(patrol, people, came)
    patrol.status = status
    patrol.weather = check_text(log.weather, "/log/weather", WEATHER_LENGTH)
    patrol.log = check_text(log.text, "/log/text", LOG_LENGTH)
    patrol.ended_by, patrol.ended_at = actor.person, now
    db.session.flush()
    propose_all(patrol, came, actor=actor, now=now)
    audit.record(
        actor,
        audit.Tag.PATROL_CLOSED,
        village=village,
        subject=patrol.id,
        now=now,
        details={"attended": len(came)},
    )
    return patrol


def state_after(patrol: Patrol, action: Action) -> PatrolStatus:
    """Where an action leads by the table of states; refuses where it has moved on already."""
    before, after = TRANSITIONS[action]
    if patrol.status not in before:
        raise WrongState()
    return after


def refuse_absent(patrol: Patrol, people: Sequence[Resident], came: Sequence[UUID]) -> None:
    """Refuse a walk that nobody attended, and people who neither belong there nor were scanned."""
    known = {each.id for each in people} | signed_in(patrol.id)
    if not came:
        raise Invalid(errors=[FieldError("/attended", _("Say who walked"))])
    if not set(came) <= known:
        detail = _("Not all of them walk with this team")
        raise Invalid(errors=[FieldError("/attended", detail)])


def signed_in(patrol_id: UUID) -> set[UUID]:
    """Who was signed in at a place of a walk, by themselves or for them."""
    scanned = select(PatrolScan.resident_id).where(PatrolScan.patrol_id == patrol_id)
    return set(db.session.scalars(scanned))


def propose_all(patrol: Patrol, came: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
    """Keep who attended, with the award proposed for each, or why there is none."""
    there = signed_in(patrol.id)
    rows = []
    for resident_id in came:
        row = PatrolAttendance(patrol_id=patrol.id, resident_id=resident_id, village=patrol.village)
        if resident_id not in there:
            row.unawarded = Unawarded.NOT_SIGNED_IN
            if resident_id == patrol.leader_id:
                row.leader_unawarded = Unawarded.NOT_SIGNED_IN
        rows.append(row)
    award_rows(patrol, [each for each in rows if each.resident_id in there], actor=actor, now=now)
    db.session.add_all(rows)
    db.session.flush()


def propose_late(
    patrol: Patrol, resident_ids: Sequence[UUID], *, actor: Actor, now: datetime
) -> None:
    """Propose the awards of who stands on a closed walk's log, now that their sign-in has come."""
    waiting = db.session.scalars(
        select(PatrolAttendance).where(
            PatrolAttendance.patrol_id == patrol.id,
            PatrolAttendance.resident_id.in_(resident_ids),
            PatrolAttendance.unawarded == Unawarded.NOT_SIGNED_IN,
        )
    ).all()
    award_rows(patrol, waiting, actor=actor, now=now)
    db.session.flush()


def award_rows(
    patrol: Patrol, rows: Sequence[PatrolAttendance], *, actor: Actor, now: datetime
) -> None:
    """Propose what each of these who attended has earned, by the rules of the walk's route."""
    route = None if patrol.route_id is None else find_route(patrol.village, patrol.route_id)
    member_rule = route.member_rule if route else MEMBER_RULE
    leader_rule = route.leader_rule if route else LEADER_RULE
    residents = residents_by_id([each.resident_id for each in rows])
    wanted = {each.household_id for each in residents.values()}
    households = {
        each.id: each
        for each in db.session.scalars(select(Household).where(Household.id.in_(wanted)))
    }
    for row in rows:
        resident = residents[row.resident_id]
        household = households[resident.household_id]
        # A row is written once, with both: it stays as it then is.
        rules = [member_rule, leader_rule] if row.resident_id == patrol.leader_id else [member_rule]
        awards = [
            propose(patrol, rule, household, resident, actor=actor, now=now) for rule in rules
        ]
        row.award_id, row.unawarded = awards[0]
        if len(awards) > 1:
            row.leader_award_id, row.leader_unawarded = awards[1]


def propose(
    patrol: Patrol,
    rule_item: str,
    household: Household,
    resident: Resident,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[UUID | None, Unawarded | None]:
    """Propose one award by the rules of the day of the walk: its id, or why there is none.

    Whoever closed the log proposes it, also where the sign-in comes later: they stand for it, and
    don't review it.
    """
    act = Act(rule_item=rule_item, occurred_on=village_day(patrol.started_at))
    return propose_unasked(act, household, resident, proposer=patrol.ended_by, actor=actor, now=now)


def cancel_patrol(
    *, village: str, patrol_id: UUID, reason: str, actor: Actor, now: datetime
) -> Patrol:
    """End a walk that wasn't one, with the reason; it earns nothing, and its shift can be walked.

    By the leader, or a cadre. Refuses a patrol that has ended.
    """
    require(actor, "patrol.cancel", village, own=True)
    ledger.hold([village])
    patrol = find_patrol(village, patrol_id)
    people = walkers(patrol.team_id, patrol.shift_id)
    if not leads(actor, village, patrol.leader_id, people):
        raise NotPermitted(_("The team's leader ends the patrol"))
    patrol.status = state_after(patrol, Action.CANCEL)
    patrol.reason = check_text(reason, "/reason", REASON_LENGTH)
    patrol.ended_by, patrol.ended_at = actor.person, now
    db.session.flush()
    audit.record(actor, audit.Tag.PATROL_CANCELLED, village=village, subject=patrol.id, now=now)
    return patrol
