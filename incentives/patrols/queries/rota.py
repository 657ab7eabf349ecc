"""What is read of the rota: shifts, who walks them, what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolStatus, Route, Shift, ShiftSwap
from incentives.patrols.queries.crews import walkers_of
from incentives.patrols.queries.walks import named
from incentives.register.models import Resident, Team

KEPT_AHEAD = timedelta(days=28)


class Outcome(StrEnum):
    """What became of a shift, or will."""

    COMING = "coming"
    WALKING = "walking"
    WALKED = "walked"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class ShiftView:
    """A shift with the names of its team and route, who is to walk, and what became of it."""

    shift: Shift
    team: str
    route: str
    people: list[Resident]
    outcome: Outcome
    patrol_id: UUID | None


def find_shift(village: str, shift_id: UUID) -> Shift:
    """A shift of that village; refuses what isn't there."""
    shift = db.session.get(Shift, shift_id)
    if shift is None or shift.village != village:
        raise NotFound()
    return shift


def find_swap(village: str, swap_id: UUID) -> ShiftSwap:
    """Somebody's asking for a stand-in, of that village; refuses what isn't there."""
    swap = db.session.get(ShiftSwap, swap_id)
    if swap is None or swap.village != village:
        raise NotFound()
    return swap


def shifts(
    village: str,
    *,
    team_id: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Select[Shift]:
    """Shifts of a village, or of all villages whose code begins so, within days."""
    chosen = select(Shift).where(Shift.village.startswith(village, autoescape=True))
    if team_id is not None:
        chosen = chosen.where(Shift.team_id == team_id)
    if first is not None:
        chosen = chosen.where(Shift.on_day >= first)
    if last is not None:
        chosen = chosen.where(Shift.on_day <= last)
    return chosen


def shift_views(found: Sequence[Shift], now: datetime) -> list[ShiftView]:
    """Shifts with names and outcomes, in six statements."""
    crews = walkers_of(found)
    teams = named(Team, {each.team_id for each in found})
    routes = named(Route, {each.route_id for each in found})
    walked = {
        each.shift_id: each
        for each in db.session.scalars(
            select(Patrol).where(
                Patrol.shift_id.in_([each.id for each in found]),
                Patrol.status != PatrolStatus.CANCELLED,
            )
        )
    }
    return [
        ShiftView(
            shift=each,
            team=teams[each.team_id],
            route=routes[each.route_id],
            people=crews[each.id],
            outcome=outcome_of(each, walked.get(each.id), now),
            patrol_id=walked[each.id].id if each.id in walked else None,
        )
        for each in found
    ]


def outcome_of(shift: Shift, patrol: Patrol | None, now: datetime) -> Outcome:
    """What became of a shift: missed is what ended without anybody walking."""
    if patrol is not None:
        return Outcome.WALKING if patrol.status is PatrolStatus.WALKING else Outcome.WALKED
    if shift.cancelled_at is not None:
        return Outcome.CANCELLED
    return Outcome.COMING if shift.ends_at > now else Outcome.MISSED


def swaps_of(shift_ids: Sequence[UUID]) -> list[ShiftSwap]:
    """What was asked about these shifts, oldest first."""
    return list(
        db.session.scalars(
            select(ShiftSwap).where(ShiftSwap.shift_id.in_(shift_ids)).order_by(ShiftSwap.id)
        )
    )


def swaps_asked_of(resident_ids: Sequence[UUID], now: datetime) -> list[tuple[ShiftSwap, Shift]]:
    """What these people are asked and haven't answered, for shifts that haven't begun."""
    found = db.session.execute(
        select(ShiftSwap, Shift)
        .join(Shift, Shift.id == ShiftSwap.shift_id)
        .where(
            ShiftSwap.stand_in_id.in_(resident_ids),
            ShiftSwap.accepted.is_(None),
            Shift.starts_at > now,
            Shift.cancelled_at.is_(None),
        )
        .order_by(Shift.starts_at)
    )
    return [(swap, shift) for swap, shift in found]


def shifts_near(team_ids: Sequence[UUID], now: datetime) -> list[Shift]:
    """The shifts of these teams that nobody has begun, from yesterday's to those in four weeks.

    A phone without signal keeps them, and offers those whose time has come.
    """
    walked = select(Patrol.shift_id).where(
        Patrol.shift_id.is_not(None), Patrol.status != PatrolStatus.CANCELLED
    )
    return list(
        db.session.scalars(
            select(Shift)
            .where(
                Shift.team_id.in_(team_ids),
                Shift.cancelled_at.is_(None),
                Shift.id.not_in(walked),
                Shift.starts_at < now + KEPT_AHEAD,
                Shift.ends_at > now - timedelta(days=1),
            )
            .order_by(Shift.starts_at)
        )
    )


def shifts_coming(team_ids: Sequence[UUID], now: datetime, limit: int = 20) -> list[Shift]:
    """The next shifts of these teams."""
    return list(
        db.session.scalars(
            select(Shift)
            .where(Shift.team_id.in_(team_ids), Shift.cancelled_at.is_(None), Shift.ends_at > now)
            .order_by(Shift.starts_at)
            .limit(limit)
        )
    )
