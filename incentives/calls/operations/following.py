"""What the caller does by the secret link: say how it went, or that it isn't right yet."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _

from incentives.calls.models import Call
from incentives.calls.operations.steps import check_note, clock_from, move_on, note_step
from incentives.calls.queries import call_by_secret
from incentives.calls.states import Action
from incentives.errors import FieldError, Invalid, WrongState

REOPEN_FOR = timedelta(days=14)


def rate_call(*, secret: str, rating: int, word: str | None, now: datetime) -> Call:
    """Rate an answered call from 1 to 5, with a word; once.

    Refuses who has no link, a call that isn't answered, and a second rating.
    """
    call = call_by_secret(secret)
    if not 1 <= rating <= 5:
        raise Invalid(errors=[FieldError("/rating", _("Choose 1 to 5"))])
    word = check_note(word, "/word", wanted=False)
    if call.rating is not None:
        raise WrongState(_("This was rated already"))
    move_on(call, Action.RATE, if_still=Call.rating.is_(None), rating=rating, rating_word=word)
    note_step(call, Action.RATE, actor=None, now=now)
    return call


def reopen_call(*, secret: str, reason: str, now: datetime) -> Call:
    """Send an answered call to its office again, as it isn't right; the clock begins anew.

    Refuses who has no link, a second time, and later than 14 days after the answer.
    """
    call = call_by_secret(secret)
    reason = check_note(reason, "/reason") or ""
    if not may_reopen(call, now):
        raise WrongState(_("This can't be opened again: please report it anew"))
    move_on(
        call,
        Action.REOPEN,
        if_still=Call.reopened_at.is_(None),
        reopened_at=now,
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


def may_reopen(call: Call, now: datetime) -> bool:
    """Whether its caller may still send it back: once, and within 14 days of the answer."""
    return (
        call.answered_at is not None
        and call.reopened_at is None
        and now <= call.answered_at + REOPEN_FOR
    )
