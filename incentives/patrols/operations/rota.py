"""Acts on the rota: shifts by weekday within a season, exceptions, and swaps with consent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import VILLAGE_TIME, village_day
from incentives.database import new_id
from incentives.errors import Duplicate, FieldError, Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolStatus, Shift, ShiftSwap
from incentives.patrols.people import is_cadre, own_people
from incentives.patrols.queries import find_route, find_shift, find_swap, stand_ins, walkers
from incentives.register.models import Resident
from incentives.register.queries import find_team, get_resident
from incentives.texts import check_line
from incentives.web.dates import day_word

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

    Refuses a season that is past, backwards, longer than a year or without such a day, a team or
    route that has ended, and a time at which the team walks already.
    """
    require(actor, "patrol.plan", village)
    ledger.hold([village])
    team = find_team(village, plan.team_id)
    route = find_route(village, plan.route_id)
    if team.disbanded_at is not None or route.retired_at is not None:
        raise WrongState(_("This team or route has ended"))
    refuse_season(plan, village_day(now))
    series = new_id()
    starts = [datetime.combine(each, plan.starts, VILLAGE_TIME) for each in plan.days()]
    refuse_overlap(team.id, starts, timedelta(minutes=plan.minutes))
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


def refuse_overlap(team_id: UUID, starts: Sequence[datetime], length: timedelta) -> None:
    """Refuse a time at which the team walks already, be it since the evening before."""
    planned = select(Shift).where(
        Shift.team_id == team_id,
        Shift.cancelled_at.is_(None),
        Shift.starts_at < starts[-1] + length,
        Shift.ends_at > starts[0],
    )
    for shift in db.session.scalars(planned.order_by(Shift.starts_at)):
        if any(shift.starts_at < each + length and each < shift.ends_at for each in starts):
            detail = _("The team walks then already: %(day)s", day=day_word(shift.on_day))
            raise Duplicate(detail)


def refuse_season(plan: Plan, today: date) -> None:
    """Refuse days that are past, backwards, too many, or without any of the weekdays."""
    if plan.first < today:
        raise Invalid(errors=[FieldError("/first", _("This day is past: plan from today on"))])
    if not plan.first <= plan.last <= plan.first + SEASON_AT_MOST:
        detail = _("The last day comes after the first, within a year")
        raise Invalid(errors=[FieldError("/last", detail)])
    if not plan.days():
        detail = _("No such weekday is between these days")
        raise Invalid(errors=[FieldError("/weekdays", detail)])


def cancel_shift(
    *,
    village: str,
    shift_id: UUID,
    reason: str,
    following: bool = False,
    actor: Actor,
    now: datetime,
) -> list[Shift]:
    """Take a shift off the calendar, with the reason; the others of its series stay, or those that
    follow go, too (`following`), but for what was walked. All that go, in order: it is the first.

    Refuses one that was cancelled, or is being or was walked.
    """
    require(actor, "patrol.plan", village)
    ledger.hold([village])
    shift = find_shift(village, shift_id)
    reason = check_line(reason, "/reason", REASON_LENGTH)
    same = Shift.id == shift.id
    if following:
        same |= (Shift.series_id == shift.series_id) & (Shift.starts_at > shift.starts_at)
    standing = select(Shift).where(unwalked(village), same).order_by(Shift.starts_at)
    found = list(db.session.scalars(standing))
    if shift not in found:
        raise WrongState(_("This shift was walked or cancelled already"))
    call_off(found, reason, actor=actor, now=now)
    return found


def unwalked(village: str) -> ColumnElement[bool]:
    """Whether a shift of a village stands, and nobody has begun to walk it."""
    walked = select(Patrol.shift_id).where(
        Patrol.shift_id.is_not(None), Patrol.status != PatrolStatus.CANCELLED
    )
    return and_(Shift.village == village, Shift.cancelled_at.is_(None), Shift.id.not_in(walked))


def call_off(shifts: Sequence[Shift], reason: str, *, actor: Actor, now: datetime) -> None:
    """Take these shifts of a village off the calendar, under `hold`."""
    for each in shifts:
        each.cancelled_at, each.reason = now, reason
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.SHIFT_CANCELLED,
        village=shifts[0].village,
        subject=shifts[0].id,
        now=now,
        details={"shifts": len(shifts)},
    )


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

    Nothing changes until the other says yes. Refuses a shift that has begun or was cancelled, who
    doesn't walk it, a stand-in who walks it anyway, gave it away or has moved away, a cadre who
    would stand in themself for somebody else, and a second asking while one stands.
    """
    require(actor, "patrol.walk", village, own=True)
    ledger.hold([village])
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
    refuse_stand_in(shift, stand_in, by_id)
    if own_people(actor, [stand_in]) and not own_people(
        actor, [get_resident(village, resident_id)]
    ):
        raise NotPermitted(_("Whoever asked can't answer: the other must say yes"))
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


def refuse_stand_in(shift: Shift, stand_in: Resident, walking: Collection[UUID]) -> None:
    """Refuse who walks a shift anyway, has given it away, or has moved away."""
    away = stand_in.left_on is not None or stand_in.id in stand_ins(shift.id)
    if away or stand_in.id in walking:
        detail = _("Ask somebody who doesn't walk then anyway")
        raise Invalid(errors=[FieldError("/stand_in_id", detail)])


def answer_swap(
    *, village: str, swap_id: UUID, accept: bool, actor: Actor, now: datetime
) -> ShiftSwap:
    """Say yes or no to walking for another; by the one who is asked, or a cadre for them, who then
    isn't the one who typed the question. Whoever asked takes it back by a no.

    Refuses an answer that was given, a shift that is over or cancelled, and a yes where by now the
    stand-in walks anyway, or the member doesn't.
    """
    require(actor, "patrol.walk", village, own=True)
    ledger.hold([village])
    swap = find_swap(village, swap_id)
    refuse_answer(swap, village, accept, actor)
    if swap.answered_at is not None:
        taken_back = _("This was taken back: nobody is asked any more")
        raise WrongState(taken_back if swap.taken_back else _("This was answered already"))
    shift = coming(village, swap.shift_id, now)
    if accept:
        walking = {each.id for each in walkers(shift.team_id, shift.id)}
        if swap.resident_id not in walking:
            raise WrongState(_("This person doesn't walk this shift"))
        refuse_stand_in(shift, get_resident(village, swap.stand_in_id), walking)
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


def refuse_answer(swap: ShiftSwap, village: str, accept: bool, actor: Actor) -> None:
    """Refuse who may not answer: whoever asked only takes it back."""
    if own_people(actor, [get_resident(village, swap.stand_in_id)]):
        return
    asked = swap.asked_by == actor.person or bool(
        own_people(actor, [get_resident(village, swap.resident_id)])
    )
    if asked and not accept:
        return
    if asked and is_cadre(actor, village):
        raise NotPermitted(_("Whoever asked can't answer: the other must say yes"))
    if not is_cadre(actor, village):
        raise NotPermitted()


def coming(village: str, shift_id: UUID, now: datetime) -> Shift:
    """A shift that stands and hasn't begun; refuses another.

    Who walks it is settled then: a phone that set off without signal tells of it later.
    """
    shift = find_shift(village, shift_id)
    if shift.cancelled_at is not None or shift.starts_at <= now:
        raise WrongState(_("This shift has begun or was cancelled"))
    return shift
