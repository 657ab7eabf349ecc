"""What a walker needs, on the page and by HTTP: own teams, shifts, walks that go on, askings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from incentives.access.actor import Actor
from incentives.extensions import db
from incentives.patrols import queries
from incentives.patrols.models import Patrol, PatrolStatus, RouteStop, ShiftSwap
from incentives.patrols.people import (
    is_cadre,
    own_people,
    own_residents,
    own_shifts,
    own_teams,
    teams_for,
)
from incentives.register.models import Team

FORGOTTEN = timedelta(days=3)  # a walk that nobody ended by then is ended at the desk


@dataclass(frozen=True)
class Own:
    """Shifts from yesterday's to those in four weeks; a cadre's are those of all teams."""

    teams: list[Team]
    shifts: list[queries.ShiftView]
    stops: dict[UUID, list[tuple[RouteStop, str]]]
    swaps: dict[UUID, list[ShiftSwap]]
    asked: list[tuple[ShiftSwap, queries.ShiftView]]
    walking: list[Patrol]


def own_of(actor: Actor, village: str, now: datetime) -> Own:
    """What concerns the actor in a village; `asked` is what they may answer."""
    teams = teams_for(actor, village, now)
    ids = [each.id for each in teams]
    found = queries.shifts_near(ids, now)
    answerable = queries.swaps_asked_of([each.id for each in own_residents(actor)], now)
    swaps: dict[UUID, list[ShiftSwap]] = {each.id: [] for each in found}
    for swap in queries.swaps_of(list(swaps)):
        swaps[swap.shift_id].append(swap)
    if is_cadre(actor, village):
        mine = {swap.id for swap, _shift in answerable}
        answerable += [
            (swap, shift)
            for shift in found
            for swap in swaps[shift.id]
            if swap.accepted is None and swap.id not in mine and shift.starts_at > now
        ]
    shown = {each.id: each for each in [*found, *(shift for _swap, shift in answerable)]}
    views = {each.shift.id: each for each in queries.shift_views(list(shown.values()), now)}
    walking = select(Patrol).where(
        Patrol.team_id.in_(ids),
        Patrol.status == PatrolStatus.WALKING,
        Patrol.started_at > now - FORGOTTEN,
    )
    always = own_teams(actor, village)
    return Own(
        teams=teams,
        shifts=own_shifts(actor, village, [views[each.id] for each in found]),
        stops=queries.stops_of(list({each.route_id for each in found})),
        swaps=swaps,
        asked=[(swap, views[shift.id]) for swap, shift in answerable],
        walking=[
            each
            for each in db.session.scalars(walking.order_by(Patrol.started_at))
            if each.team_id in always or own_people(actor, queries.walkers_on(each))
        ],
    )
