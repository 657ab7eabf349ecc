"""A walk that another phone has begun already: it is joined, and learns from who joins it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access.actor import Actor
from incentives.errors import Duplicate
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolStatus, Shift
from incentives.patrols.pace import AROUND_SHIFT
from incentives.patrols.people import own_people
from incentives.patrols.queries import gave_away, stand_ins, walk_begun
from incentives.register.models import Team
from incentives.register.queries import leader_at
from incentives.web.schemas import instant_text


def refuse_second(
    team: Team,
    shift: Shift | None,
    started: datetime,
    ended: datetime | None,
    left: Collection[UUID],
    actor: Actor,
) -> None:
    """Refuse a walk that another phone has begun, and say which it is.

    One without a shift takes the one that it was of, closed or not: whoever stands in on it was
    there, too. One that goes on takes the start, too, of who set off before.
    """
    other = walk_begun(team.id, shift, started, ended, left)
    if other is None:
        return
    if shift is None or not takes(other, shift, actor):
        raise begun_already(other, other.started_at)
    ids = (other.id, team.id, shift.id)
    began = began_by(other, shift.id, started)
    refusal = begun_already(other, began)
    refusal.afterwards.append(lambda: take_shift(*ids, began))
    raise refusal


def takes(patrol: Patrol, shift: Shift, actor: Actor) -> bool:
    """Whether a walk that goes on is of this shift, or one of none is while the shift stands; by
    somebody who hadn't given the shift away before it began."""
    if own_people(actor, gave_away(shift.id, patrol.started_at)):
        return False
    if patrol.shift_id is None:
        return shift.cancelled_at is None
    return patrol.status is PatrolStatus.WALKING


def began_by(patrol: Patrol, shift_id: UUID, started: datetime) -> datetime:
    """When a walk began, as another phone set off on it then: a shift is walked once, whenever; of
    a walk without one that may be said of a short while only, and of one that has ended not."""
    if patrol.status is not PatrolStatus.WALKING:
        return patrol.started_at
    if patrol.shift_id != shift_id and patrol.started_at - started > AROUND_SHIFT:
        return patrol.started_at
    return min(patrol.started_at, started)


def take_shift(patrol_id: UUID, team_id: UUID, shift_id: UUID, began: datetime) -> None:
    """Let a walk be as if it had been begun for this shift at that time; what has ended stays else
    as it ended."""
    patrol = db.session.get_one(Patrol, patrol_id)
    # What was held before the refusal isn't any more.
    ledger.hold([patrol.village])
    db.session.refresh(patrol)
    if (patrol.shift_id, patrol.started_at) == (shift_id, began):
        return
    if patrol.status is PatrolStatus.CLOSED and patrol.shift_id is None:
        patrol.shift_id = shift_id
    elif patrol.status is PatrolStatus.WALKING:
        patrol.started_at, patrol.shift_id = began, shift_id
        patrol.route_id = db.session.get_one(Shift, shift_id).route_id
        leader_id = leader_at(db.session.get_one(Team, team_id), began)
        patrol.leader_id = stand_ins(shift_id, began).get(leader_id, leader_id)
    db.session.flush()


def begun_already(patrol: Patrol, began: datetime) -> Duplicate:
    """That another phone has begun a walk, which it is, and since when."""
    return Duplicate(
        _("This walk has begun already"),
        patrol_id=str(patrol.id),
        started_at=instant_text(began),
    )
