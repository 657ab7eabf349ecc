"""Acts on the rota: shifts by weekday within a season, exceptions, and swaps with consent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import VILLAGE_TIME
from incentives.database import new_id
from incentives.errors import Duplicate, FieldError, Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolStatus, Shift, ShiftSwap
from incentives.patrols.people import is_cadre, own_people
from incentives.patrols.queries import find_route, find_shift, find_swap, walkers
from incentives.register.operations.households import check_text
from incentives.register.queries import find_team, get_resident

SEASON_AT_MOST = timedelta(days=366)
REASON_LENGTH = 200


@dataclass(frozen=True)
class Plan:
    """On which weekdays (1 Monday to 7 Sunday) a team walks a route, from when, how long, and from
    which day to which. One day alone is a season of one day."""

    team_id: UUID
    route_id: UUID
    weekdays: Collection[int]
    starts: time
    minutes: int
    first: date
    last: date

    def days(self) -> list[date]:
        """The days of the season that fall on these weekdays."""
        length = (self.last - self.first).days + 1
        days = (self.first + timedelta(days=each) for each in range(length))
        return [each for each in days if each.isoweekday() in self.weekdays]


def plan_shifts(*, village: str, plan: Plan, actor: Actor, now: datetime) -> list[Shift]:
    """Put shifts on the calendar, one for each day of the plan; those share a series.

    Refuses a season backwards, longer than a year or without such a day, a team or route that has
    ended, and a time at which the team walks already.
    """
    require(actor, "patrol.plan", village)
    team = find_team(village, plan.team_id)
    route = find_route(village, plan.route_id)
    if team.disbanded_on is not None or route.retired_at is not None:
        raise WrongState(_("This team or route has ended"))
    if not plan.first <= plan.last <= plan.first + SEASON_AT_MOST:
        detail = _("The last day comes after the first, within a year")
        raise Invalid(errors=[FieldError("/last", detail)])
    if not plan.days():
        detail = _("No such weekday is between these days")
        raise Invalid(errors=[FieldError("/weekdays", detail)])
    series = new_id()
    starts = [datetime.combine(each, plan.starts, VILLAGE_TIME) for each in plan.days()]
    taken = select(Shift.on_day).where(Shift.team_id == team.id, Shift.starts_at.in_(starts))
    already = db.session.scalar(taken.limit(1))
    if already is not None:
        detail = _("The team walks then already: %(day)s", day=already.isoformat())
        raise Duplicate(detail)
    shifts = [
        Shift(
            id=new_id(),
            village=village,
            team_id=team.id,
            route_id=route.id,
            series_id=series,
            on_day=each.date(),
            starts_at=each,
            ends_at=each + timedelta(minutes=plan.minutes),
            planned_by=actor.person,
            planned_at=now,
        )
        for each in starts
    ]
    db.session.add_all(shifts)
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.SHIFTS_PLANNED,
        village=village,
        subject=series,
        now=now,
        details={"shifts": len(shifts)},
    )
    return shifts


def cancel_shift(
    *, village: str, shift_id: UUID, reason: str, actor: Actor, now: datetime
) -> Shift:
    """Take one shift off the calendar, with the reason; the others of its series stay.

    Refuses one that was cancelled, or is being or was walked.
    """
    require(actor, "patrol.plan", village)
    shift = find_shift(village, shift_id)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    walked = select(Patrol.id).where(
        Patrol.shift_id == shift.id, Patrol.status != PatrolStatus.CANCELLED
    )
    if shift.cancelled_at is not None or db.session.scalar(walked):
        raise WrongState(_("This shift was walked or cancelled already"))
    shift.cancelled_at, shift.reason = now, reason
    db.session.flush()
    audit.record(actor, audit.Tag.SHIFT_CANCELLED, village=village, subject=shift.id, now=now)
    return shift


def ask_swap(
    *,
    village: str,
    shift_id: UUID,
    resident_id: UUID,
    stand_in_id: UUID,
    actor: Actor,
    now: datetime,
) -> ShiftSwap:
    """Ask somebody to walk a shift for a member, who asks for themselves; a cadre may for them.

    Nothing changes until the other says yes. Refuses a shift that is over or cancelled, who doesn't
    walk it, a stand-in who walks it anyway or has moved away, and a second asking while one stands.
    """
    require(actor, "patrol.walk", village, own=True)
    shift = coming(village, shift_id, now)
    people = walkers(shift.team_id, shift.id)
    if not is_cadre(actor, village) and resident_id not in {
        each.id for each in own_people(actor, people)
    }:
        raise NotPermitted()
    by_id = {each.id for each in people}
    if resident_id not in by_id:
        detail = _("This person doesn't walk this shift")
        raise Invalid(errors=[FieldError("/resident_id", detail)])
    stand_in = get_resident(village, stand_in_id)
    if stand_in.id in by_id or stand_in.left_on is not None:
        detail = _("Ask somebody who doesn't walk then anyway")
        raise Invalid(errors=[FieldError("/stand_in_id", detail)])
    standing = select(ShiftSwap.id).where(
        ShiftSwap.shift_id == shift.id,
        ShiftSwap.resident_id == resident_id,
        ShiftSwap.accepted.is_distinct_from(False),
    )
    if db.session.scalar(standing):
        raise Duplicate(_("Somebody was asked already"))
    swap = ShiftSwap(
        id=new_id(),
        village=village,
        shift_id=shift.id,
        resident_id=resident_id,
        stand_in_id=stand_in.id,
        asked_by=actor.person,
        asked_at=now,
    )
    db.session.add(swap)
    db.session.flush()
    audit.record(actor, audit.Tag.SWAP_ASKED, village=village, subject=swap.id, now=now)
    return swap


def answer_swap(
    *, village: str, swap_id: UUID, accept: bool, actor: Actor, now: datetime
) -> ShiftSwap:
    """Say yes or no to walking for another; by the one who is asked, or a cadre for them, who then
    isn't the one who typed the question.

    Refuses an answer that was given, and a shift that is over or cancelled.
    """
    require(actor, "patrol.walk", village, own=True)
    swap = find_swap(village, swap_id)
    stand_in = get_resident(village, swap.stand_in_id)
    if not own_people(actor, [stand_in]):
        if not is_cadre(actor, village):
            raise NotPermitted()
        if swap.asked_by == actor.person:
            raise NotPermitted(_("Whoever asked can't answer: the other must say yes"))
    if swap.answered_at is not None:
        raise WrongState(_("This was answered already"))
    coming(village, swap.shift_id, now)
    swap.accepted, swap.answered_by, swap.answered_at = accept, actor.person, now
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.SWAP_ANSWERED,
        village=village,
        subject=swap.id,
        now=now,
        details={"accepted": accept},
    )
    return swap


def coming(village: str, shift_id: UUID, now: datetime) -> Shift:
    """A shift that isn't over and stands; refuses another."""
    shift = find_shift(village, shift_id)
    if shift.cancelled_at is not None or shift.ends_at <= now:
        raise WrongState(_("This shift is over or was cancelled"))
    return shift
