"""Which walk it is that a phone tells of: several phones of a team tell of one, in any order."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolStatus, Shift
from incentives.patrols.pace import (
    AROUND_SHIFT,
    CLOCK_ERROR,
    LATECOMER,
    ONCE_WITHIN,
    ONE_WALK,
)

STANDS = Patrol.status != PatrolStatus.CANCELLED


def walk_begun(team_id: UUID, shift: Shift | None, started: datetime) -> Patrol | None:
    """The walk of the team that another phone has begun, and that went on when this one set off.

    The shift's own comes first. One that goes on for another shift is another walk: it may be
    forgotten, or its end wait in a phone. One without a shift is the shift's if it began around its
    time or within an hour; so is, the other way round, the shift's where this one has none.
    """
    alone, near = Patrol.shift_id.is_(None), set_off_near(started)
    same: ColumnElement[bool]
    if shift is None:
        within = Patrol.started_at.between(started - ONE_WALK, started + LATECOMER)
        same = went_on(started) & or_(alone & within, is_around(started), near)
    else:
        first, last = shift.starts_at - AROUND_SHIFT, shift.ends_at + AROUND_SHIFT
        within = Patrol.started_at.between(first, last)
        same = or_(Patrol.shift_id == shift.id, went_on(started) & alone & or_(within, near))
    own = Patrol.shift_id.is_not_distinct_from(shift.id if shift else None)
    return db.session.scalar(
        select(Patrol)
        .outerjoin(Shift, Shift.id == Patrol.shift_id)
        .where(Patrol.team_id == team_id, STANDS, same)
        .order_by(own.desc(), Patrol.started_at.desc())
        .limit(1)
    )


def went_on(at: datetime) -> ColumnElement[bool]:
    """Whether a walk hadn't ended then."""
    return Patrol.ended_at.is_(None) | (Patrol.ended_at > at)


def set_off_near(started: datetime) -> ColumnElement[bool]:
    """Whether a walk began within an hour of that time."""
    return Patrol.started_at.between(started - AROUND_SHIFT, started + AROUND_SHIFT)


def is_around(at: datetime) -> ColumnElement[bool]:
    """Whether a shift is on then, or within an hour."""
    return (Shift.starts_at <= at + AROUND_SHIFT) & (Shift.ends_at >= at - AROUND_SHIFT)


def shift_on(team_id: UUID, started: datetime, but: Shift) -> Shift | None:
    """The other shift of the team that stands, is on then and wasn't walked before."""
    chosen = select(Shift).where(
        Shift.team_id == team_id,
        Shift.id != but.id,
        Shift.cancelled_at.is_(None),
        is_around(started),
    )
    found = db.session.scalars(chosen.order_by(Shift.starts_at))
    return next((each for each in found if not was_walked(each, started)), None)


def was_walked(shift: Shift, by: datetime) -> bool:
    """Whether a shift's walk had ended by then, by the phone that ended it."""
    ended = select(Patrol.ended_at).where(Patrol.shift_id == shift.id, STANDS)
    at = db.session.scalar(ended)
    return at is not None and at + CLOCK_ERROR < by


def walk_instead(patrol: Patrol, at: datetime) -> Patrol:
    """The walk that a sign-in of that time is of: where its own was called off, the one that was
    begun again and went on then."""
    if patrol.status is not PatrolStatus.CANCELLED:
        return patrol
    again = select(Patrol).where(
        Patrol.team_id == patrol.team_id,
        Patrol.shift_id.is_not_distinct_from(patrol.shift_id),
        STANDS,
        Patrol.started_at.between(at - ONE_WALK, at + ONCE_WITHIN),
        went_on(at - CLOCK_ERROR),
    )
    return db.session.scalar(again.order_by(Patrol.started_at.desc()).limit(1)) or patrol
