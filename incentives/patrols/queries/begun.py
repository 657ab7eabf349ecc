"""Which walk it is that a phone tells of: several phones of a team tell of one, in any order."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, PatrolStatus, Shift
from incentives.patrols.pace import (
    AROUND_SHIFT,
    CLOCK_ERROR,
    LATECOMER,
    ONCE_WITHIN,
    ONE_WALK,
)

STANDS = Patrol.status != PatrolStatus.CANCELLED


def walk_begun(
    team_id: UUID,
    shift: Shift | None,
    started: datetime,
    ended: datetime | None = None,
    left: Collection[UUID] = (),
) -> Patrol | None:
    """The walk of the team that another phone has begun, and that went on when this one set off.

    The shift's own comes first, whatever the clocks; then whichever set off the nearest. One that
    goes on for another shift is another walk: it may be forgotten, or its end wait in a phone. One
    without a shift is the shift's if it began around its time or within an hour; so is, the other
    way round, the shift's where this one has none. One that this phone has left is another walk,
    and so is one that began after the end of this, where that is known.
    """
    alone, near = Patrol.shift_id.is_(None), set_off_near(started)
    other = went_on(started) & Patrol.id.not_in(left)
    if ended is not None:
        other &= Patrol.started_at <= max(ended, started) + CLOCK_ERROR
    same: ColumnElement[bool]
    if shift is None:
        within = Patrol.started_at.between(started - ONE_WALK, started + LATECOMER)
        same = other & or_(alone & within, is_around(started), near)
    else:
        first, last = shift.starts_at - AROUND_SHIFT, shift.ends_at + AROUND_SHIFT
        within = Patrol.started_at.between(first, last)
        same = or_(Patrol.shift_id == shift.id, other & alone & or_(within, near))
    found = db.session.scalars(
        select(Patrol)
        .outerjoin(Shift, Shift.id == Patrol.shift_id)
        .where(Patrol.team_id == team_id, STANDS, same)
        .order_by(Patrol.started_at.desc())
    )

    def distance(patrol: Patrol) -> tuple[bool, bool, timedelta]:
        others = shift is not None and patrol.shift_id != shift.id
        was_on = patrol.ended_at is not None and patrol.started_at <= started
        return others, not was_on, abs(patrol.started_at - started)

    return min(found, key=distance, default=None)


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
    begun again and went on then, for its shift or another; where it had ended by then, the next
    that the team was on."""
    if patrol.status is not PatrolStatus.CANCELLED and not had_ended(patrol, at):
        return patrol
    next_one = [
        Patrol.team_id == patrol.team_id,
        Patrol.id != patrol.id,
        STANDS,
        Patrol.started_at.between(at - ONE_WALK, at + ONCE_WITHIN),
        went_on(at - CLOCK_ERROR),
    ]
    again = select(Patrol).where(*next_one).order_by(Patrol.started_at.desc())
    return db.session.scalar(again.limit(1)) or patrol


def strays(patrol: Patrol, ended: datetime) -> list[PatrolScan]:
    """The sign-ins from the time of a walk that then ended, but sent to one of the team that had
    ended before, or was called off: by phones that hadn't heard of it."""
    found = db.session.execute(
        select(PatrolScan, Patrol)
        .join(Patrol, Patrol.id == PatrolScan.patrol_id)
        .where(
            Patrol.team_id == patrol.team_id,
            Patrol.id != patrol.id,
            Patrol.status != PatrolStatus.WALKING,
            PatrolScan.scanned_at.between(patrol.started_at - ONCE_WITHIN, ended + CLOCK_ERROR),
            ~PatrolScan.clock,
            ~PatrolScan.at_desk,
        )
    )
    return [
        scan
        for scan, sent_to in found
        if sent_to.status is PatrolStatus.CANCELLED or had_ended(sent_to, scan.scanned_at)
    ]


def had_ended(patrol: Patrol, by: datetime) -> bool:
    """Whether a walk had ended by then, whatever the clocks."""
    return patrol.ended_at is not None and patrol.ended_at + CLOCK_ERROR < by
