"""What the caller does by the secret link: say how it went, or that it isn't right yet."""

from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.calls.models import NOTE_LENGTH, Call, CallRound
from incentives.calls.operations.steps import clock_from, move_on, note_step
from incentives.calls.queries import call_by_secret, is_unattended, office_for
from incentives.calls.states import Action
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.texts import check_text, optional_text

OPEN_FOR = timedelta(days=14)
ROUND = tuple(column.key for column in CallRound.__table__.columns if column.key != "call_id")


def rate_call(*, secret: str, rating: int, word: str | None, now: datetime) -> Call:
    """Rate an answered call from 1 to 5, with a word; once an answer.

    Refuses who has no link, a call that isn't answered, a second rating, and later than 14 days
    after the answer.
    """
    call = call_by_secret(secret)
    if not 1 <= rating <= 5:
        raise Invalid(errors=[FieldError("/rating", _("Choose 1 to 5"))])
    word = optional_text(word, "/word", NOTE_LENGTH)
    if call.rating is not None:
        raise WrongState(_("This was rated already"))
    if call.answered_at is not None and not is_open(call, now):
        raise WrongState(_("The answer could be rated for 14 days: they are over"))
    move_on(call, Action.RATE, if_still=Call.rating.is_(None), rating=rating, rating_word=word)
    note_step(call, Action.RATE, actor=None, now=now)
    return call


def reopen_call(*, secret: str, reason: str, now: datetime) -> Call:
    """Send an answered call to its office again, as it isn't right; the clock begins anew.

    Where nobody answers for that any more it goes to the one that answers for its category; where
    there is none, it waits for a cadre who sends it on. The first round is kept with its times and
    its stars. Refuses who has no link, a second time, and later than 14 days after the answer.
    """
    call = call_by_secret(secret)
    reason = check_text(reason, "/reason", NOTE_LENGTH)
    # A rating that comes at the same time is kept with the round, or refused.
    db.session.refresh(call, with_for_update=True)
    if not may_reopen(call, now):
        raise WrongState(_("This can't be opened again: please report it anew"))
    db.session.add(CallRound(call_id=call.id, **{name: getattr(call, name) for name in ROUND}))
    db.session.flush()
    move_on(
        call,
        Action.REOPEN,
        if_still=Call.reopened_at.is_(None),
        reopened_at=now,
        office_id=office_again(call),
        pushed_at=now,
        accepted_at=None,
        on_site_at=None,
        resolved_at=None,
        answered_at=None,
        verified=None,
        rating=None,
        rating_word=None,
        **clock_from(call.village, call.category, now),
    )
    note_step(call, Action.REOPEN, actor=None, now=now, note=reason)
    return call


def office_again(call: Call) -> UUID | None:
    """Whose a call is that its caller sends back: its own office's, as long as it has somebody."""
    if not is_unattended(call):
        return call.office_id
    other = office_for(call.village, call.category)
    return other.id if other else call.office_id


def open_until(call: Call) -> datetime | None:
    """Until when its caller may rate the answer and send it back; None before there is one."""
    return call.answered_at + OPEN_FOR if call.answered_at else None


def is_open(call: Call, now: datetime) -> bool:
    """Whether its caller may still say something to the answer: within 14 days of it."""
    until = open_until(call)
    return until is not None and now <= until


def may_rate(call: Call, now: datetime) -> bool:
    """Whether its caller may still rate the answer."""
    return call.rating is None and is_open(call, now)


def may_reopen(call: Call, now: datetime) -> bool:
    """Whether its caller may still send it back: once."""
    return call.reopened_at is None and is_open(call, now)
