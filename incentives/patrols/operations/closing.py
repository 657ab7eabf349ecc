"""Acts that end a walk: closing with the log, and cancelling."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import FieldError, Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, PatrolStatus
from incentives.patrols.models.walks import LOG_LENGTH, REASON_LENGTH, WEATHER_LENGTH
from incentives.patrols.operations.attending import attend, pass_on, signed_in
from incentives.patrols.pace import CLOCK_ERROR, SENT_LATER
from incentives.patrols.people import may_end
from incentives.patrols.queries import find_patrol, who_may_have_come
from incentives.patrols.states import TRANSITIONS, Action
from incentives.patrols.words import one_line
from incentives.texts import check_line


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
    ended_at: datetime | None = None,
    queued: bool = False,
    actor: Actor,
    now: datetime,
) -> Patrol:
    """End a walk with its log, and propose one award for each who attended, and the leader's.

    By the leader, or a cadre; or by whoever began it on a phone that hadn't heard of who stands in
    for them as the leader. Attended has who is on the log, and whoever was signed in at a place,
    by themselves or by the leader; whose sign-in is still in a phone gets theirs when it comes. The
    rule items are the route's, under the rulebook of the day of the walk; a cap, or else what an
    award is refused for, is kept as the reason why somebody gets none and stops nothing.

    `ended_at` comes from a phone that had no signal then, and `queued` says so; sent again, it is
    the same closing. Who is named and doesn't walk with the team is left out: no log is lost for a
    name. Refuses a patrol that has ended, one that nobody was on, and the end of a walk before it.
    """
    require(actor, "patrol.close", village, own=True)
    # Caps are counted under the village's lock, under which scans come, too.
    ledger.hold([village])
    patrol = find_patrol(village, patrol_id)
    if not may_end(actor, patrol):
        raise NotPermitted(_("The team's leader closes the patrol"))
    if queued and is_same(patrol, log, ended_at, actor):
        return patrol
    status = state_after(patrol, Action.CLOSE)
    refuse_earlier(patrol, ended_at, actor)
    ended = end_of(patrol, ended_at, now, by=actor if queued else None)
    there = signed_in(patrol, ended)
    came = who_came(patrol, attended, there)
    patrol.status = status
    patrol.weather = check_line(log.weather, "/log/weather", WEATHER_LENGTH)
    patrol.log = check_line(one_line(log.text), "/log/text", LOG_LENGTH)
    patrol.ended_by, patrol.ended_at = actor.person, ended
    patrol.end_received_at = now
    patrol.end_offline = queued or now - ended > SENT_LATER
    db.session.flush()
    attend(patrol, came, there, actor=actor, now=now)
    pass_on(patrol, actor=actor, now=now)
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


def is_same(patrol: Patrol, log: Log, ended_at: datetime | None, actor: Actor) -> bool:
    """Whether this is the closing that has come already: its answer was lost on the way."""
    if patrol.end_received_at is None:
        return False
    closed = (patrol.status, patrol.ended_by, patrol.weather, patrol.log, patrol.ended_at)
    ended = end_of(patrol, ended_at, patrol.end_received_at, by=actor)
    words = (log.weather.strip(), one_line(log.text))
    return closed == (PatrolStatus.CLOSED, actor.person, *words, ended)


def refuse_earlier(patrol: Patrol, ended_at: datetime | None, actor: Actor) -> None:
    """Refuse an end from before the walk began, by who didn't begin it: their phone was late with a
    walk of its own, and others are on this one."""
    began = patrol.started_at - CLOCK_ERROR
    if ended_at is not None and ended_at < began and patrol.begun_by != actor.person:
        raise WrongState(_("This walk began after yours had ended"))


def end_of(
    patrol: Patrol, ended_at: datetime | None, now: datetime, by: Actor | None = None
) -> datetime:
    """When a walk ended by the phone that ended it: after its last sign-in, and not to come; where
    the end was kept in a phone, after the last that was made by this one.

    A sign-in by a clock that was wrong says nothing of it, nor one that came later.
    """
    chosen = select(func.max(PatrolScan.scanned_at)).where(
        PatrolScan.patrol_id == patrol.id, ~PatrolScan.clock, ~PatrolScan.late
    )
    if by is not None:
        # The others may have gone on, or walk anew by now.
        chosen = chosen.where(PatrolScan.signed_by == by.person)
    last = db.session.scalar(chosen)
    return min(max(ended_at or now, patrol.started_at, last or patrol.started_at), now)


def who_came(patrol: Patrol, attended: Sequence[UUID], there: Collection[UUID]) -> list[UUID]:
    """Who was on a walk: of those named whoever belongs there, and whoever was signed in.

    Refuses a walk that nobody was on.
    """
    known = {each.id for each in who_may_have_come(patrol)}
    named = [each for each in attended if each in known]
    if not named and not there:
        detail = _("Nobody of them walks with this team") if attended else _("Say who walked")
        raise Invalid(errors=[FieldError("/attended", detail)])
    return list(dict.fromkeys([*named, *sorted(there)]))


def cancel_patrol(
    *,
    village: str,
    patrol_id: UUID,
    reason: str,
    ended_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> Patrol:
    """End a walk that wasn't one, with the reason; it earns nothing, and its shift can be walked.

    By whoever may close it; `ended_at` comes from a phone that had no signal then. Refuses a patrol
    that has ended, and one that began after that.
    """
    require(actor, "patrol.cancel", village, own=True)
    ledger.hold([village])
    patrol = find_patrol(village, patrol_id)
    if not may_end(actor, patrol):
        raise NotPermitted(_("The team's leader ends the patrol"))
    status = state_after(patrol, Action.CANCEL)
    refuse_earlier(patrol, ended_at, actor)
    ended = end_of(patrol, ended_at, now, by=actor if ended_at else None)
    patrol.status = status
    patrol.reason = check_line(reason, "/reason", REASON_LENGTH)
    patrol.ended_by, patrol.ended_at, patrol.end_received_at = actor.person, ended, now
    patrol.end_offline = now - ended > SENT_LATER
    db.session.flush()
    pass_on(patrol, actor=actor, now=now)
    audit.record(actor, audit.Tag.PATROL_CANCELLED, village=village, subject=patrol.id, now=now)
    return patrol
