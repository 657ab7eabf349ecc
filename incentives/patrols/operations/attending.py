"""Who attended a walk that has ended, and the awards proposed for it.

On the log, by a sign-in at a place, or, after the end, by the desk with a reason; each once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import refuse_own_household
from incentives.access.permissions import require
from incentives.awards.operations import Act
from incentives.awards.unasked import Unawarded, propose_unasked
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolAttendance, PatrolScan, PatrolStatus
from incentives.patrols.models.walks import REASON_LENGTH
from incentives.patrols.pace import CLOCK_ERROR
from incentives.patrols.queries import (
    find_patrol,
    find_route,
    strays,
    walk_instead,
    walkers_on,
    who_may_have_come,
)
from incentives.register.models import Household, Resident
from incentives.register.queries import residents_by_id
from incentives.texts import check_line

MEMBER_RULE, LEADER_RULE = "PA01", "PA04"


def signed_in(patrol: Patrol, ended: datetime) -> dict[UUID, UUID | None]:
    """Who was signed in at a place of a walk that then ends; with whoever entered them, where
    neither their own phone nor the leader's signed them in."""
    chosen = select(PatrolScan).where(
        PatrolScan.patrol_id == patrol.id,
        # A time by a clock that was wrong says nothing.
        PatrolScan.clock | (PatrolScan.scanned_at <= ended + CLOCK_ERROR),
    )
    walking = {each.id for each in walkers_on(patrol)}
    scans = [
        *(each for each in strays(patrol, ended) if each.resident_id in walking),
        *db.session.scalars(chosen),
    ]
    # The last of somebody's is what counts: a phone's, else what was entered first.
    scans.sort(key=lambda each: each.received_at, reverse=True)
    scans.sort(key=lambda each: not each.at_desk)
    leading = leaders_people(patrol)
    entered = {each.resident_id: each.signed_by for each in scans}
    by_phone = {
        each.resident_id
        for each in scans
        if not each.at_desk and (not each.for_another or each.signed_by in leading)
    }
    return {each: None if each in by_phone else signer for each, signer in entered.items()}


def leaders_people(patrol: Patrol) -> set[UUID | None]:
    """Who the leader is in records: by their own card, or by their household's."""
    leader = db.session.get_one(Resident, patrol.leader_id)
    return {leader.id, db.session.get_one(Household, leader.household_id).head_id}


def attend(
    patrol: Patrol,
    came: Sequence[UUID],
    there: Mapping[UUID, UUID | None],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep who attended, with the award proposed for each who was `there`, or why there is none.

    The actor stands for the awards; for those whom a cadre signed in or entered, that one.
    """
    rows = []
    for resident_id in came:
        row = new_row(patrol, resident_id)
        if resident_id not in there:
            row.unawarded = Unawarded.NOT_SIGNED_IN
            if resident_id == patrol.leader_id:
                row.leader_unawarded = Unawarded.NOT_SIGNED_IN
        rows.append(row)
    signed = [each for each in rows if each.resident_id in there]
    proposers = {resident_id: entered or actor.person for resident_id, entered in there.items()}
    award_rows(patrol, signed, proposers, actor=actor, now=now)
    db.session.add_all(rows)
    db.session.flush()


def new_row(
    patrol: Patrol,
    resident_id: UUID,
    *,
    added_at: datetime | None = None,
    added_by: UUID | None = None,
    reason: str | None = None,
) -> PatrolAttendance:
    """That somebody attended a walk, not yet kept; when and by whom it was added after the end."""
    return PatrolAttendance(
        patrol_id=patrol.id,
        resident_id=resident_id,
        village=patrol.village,
        added_at=added_at,
        added_by=added_by,
        reason=reason,
    )


def attend_late(
    patrol: Patrol, proposers: Mapping[UUID, UUID], *, actor: Actor, now: datetime
) -> None:
    """Propose the awards of these whose sign-in has come after the closing.

    Whom the log doesn't name is added to it; whose award was proposed or refused has that one.
    `proposers` has who stands for each, and doesn't review it.
    """
    found = kept_rows(patrol, list(proposers))
    waiting = [each for each in found.values() if each.unawarded is Unawarded.NOT_SIGNED_IN]
    added = [new_row(patrol, each, added_at=now) for each in proposers if each not in found]
    award_rows(patrol, [*waiting, *added], proposers, actor=actor, now=now)
    db.session.add_all(added)
    db.session.flush()


def pass_on(patrol: Patrol, *, actor: Actor, now: datetime) -> None:
    """Let those attend the walk that was on, closed before this one was heard to have ended, whom
    phones that hadn't heard of it signed in on this one.

    Whoever closed it stands for their awards; for those whom another signed in, that one.
    """
    chosen = select(PatrolScan).where(
        PatrolScan.patrol_id == patrol.id, ~PatrolScan.clock, ~PatrolScan.at_desk
    )
    found: dict[UUID, dict[UUID, UUID]] = {}
    for scan in db.session.scalars(chosen.order_by(PatrolScan.received_at)):
        other = walk_instead(patrol, scan.scanned_at)
        if other.status is PatrolStatus.CLOSED and other.id != patrol.id:
            closer = other.ended_by or actor.person
            proposer = scan.signed_by if scan.for_another else closer
            found.setdefault(other.id, {})[scan.resident_id] = proposer
    for other_id, proposers in found.items():
        other = db.session.get_one(Patrol, other_id)
        walking = {each.id for each in walkers_on(other)}
        theirs = {each: who for each, who in proposers.items() if each in walking}
        attend_late(other, theirs, actor=actor, now=now)


def add_attendance(
    *, village: str, patrol_id: UUID, resident_id: UUID, reason: str, actor: Actor, now: datetime
) -> Patrol:
    """Add somebody to a closed walk's log, who attended and nobody named or signed in.

    By a cadre with a reason, which stands with it and on the award; the cadre stands for the award,
    and doesn't review it. Refuses the cadre's own household, who didn't walk with the team, whoever
    has an award or was refused one, and a walk that goes on or was called off.
    """
    require(actor, "patrol.add", village)
    # Caps are counted under the village's lock, under which scans come, too.
    ledger.hold([village])
    patrol = find_patrol(village, patrol_id)
    if patrol.status is not PatrolStatus.CLOSED:
        raise WrongState(_("Only a patrol that is closed has a log to add to"))
    person = next((each for each in who_may_have_come(patrol) if each.id == resident_id), None)
    if person is None:
        detail = _("This person doesn't walk with this team")
        raise Invalid(errors=[FieldError("/resident_id", detail)])
    refuse_own_household(actor, [person.household_id])
    reason = check_line(reason, "/reason", REASON_LENGTH)
    row = kept_rows(patrol, [resident_id]).get(resident_id)
    if row is None:
        row = new_row(patrol, resident_id)
    elif row.unawarded is not Unawarded.NOT_SIGNED_IN:
        raise WrongState(_("This person stands on the log already"))
    row.added_at, row.added_by, row.reason = now, actor.person, reason
    proposers = {resident_id: actor.person}
    award_rows(patrol, [row], proposers, note=reason, actor=actor, now=now)
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.PATROL_ATTENDANCE_ADDED,
        village=village,
        subject=patrol.id,
        now=now,
        details={"resident_id": str(resident_id), "reason": reason},
    )
    return patrol


def kept_rows(patrol: Patrol, resident_ids: Sequence[UUID]) -> dict[UUID, PatrolAttendance]:
    """Those of these people who stand on a walk's log, by id."""
    rows = db.session.scalars(
        select(PatrolAttendance).where(
            PatrolAttendance.patrol_id == patrol.id,
            PatrolAttendance.resident_id.in_(resident_ids),
        )
    )
    return {each.resident_id: each for each in rows}


def award_rows(
    patrol: Patrol,
    rows: Sequence[PatrolAttendance],
    proposers: Mapping[UUID, UUID],
    *,
    note: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Propose what each of these who attended has earned, by the rules of the walk's route and of
    its day, the day on which it began."""
    route = None if patrol.route_id is None else find_route(patrol.village, patrol.route_id)
    member_rule = route.member_rule if route else MEMBER_RULE
    leader_rule = route.leader_rule if route else LEADER_RULE
    residents = residents_by_id([each.resident_id for each in rows])
    wanted = {each.household_id for each in residents.values()}
    households = {
        each.id: each
        for each in db.session.scalars(select(Household).where(Household.id.in_(wanted)))
    }
    day = village_day(patrol.started_at)
    for row in rows:
        resident = residents[row.resident_id]
        household = households[resident.household_id]
        # A row is written once, with both: it stays as it then is.
        rules = [member_rule, leader_rule] if row.resident_id == patrol.leader_id else [member_rule]
        awards = [
            propose_unasked(
                Act(rule_item=rule, occurred_on=day, note=note),
                household,
                resident,
                proposer=proposers[row.resident_id],
                actor=actor,
                now=now,
            )
            for rule in rules
        ]
        row.award_id, row.unawarded = awards[0]
        if len(awards) > 1:
            row.leader_award_id, row.leader_unawarded = awards[1]
