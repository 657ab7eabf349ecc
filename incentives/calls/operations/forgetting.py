"""What is forgotten of calls: phones once nothing can come back, words and photos later."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select, update

from incentives.access.actor import SYSTEM
from incentives.calls.models import Call, CallRound, CallStatus, CallStep
from incentives.calls.operations.following import OPEN_FOR
from incentives.calls.states import Action
from incentives.database import rows_changed
from incentives.extensions import db
from incentives.files.models import File
from incentives.files.operations import erase_file, why_kept
from incentives.web.transaction import transaction

WORDS_FOR = timedelta(days=90)
ENDED = (CallStatus.ANSWERED, CallStatus.MERGED, CallStatus.STRUCK)
AT_ONCE = 100


def ended_at() -> ScalarSelect[datetime]:
    """When a call that is over was answered, merged or struck: its last such step."""
    last = select(func.max(CallStep.at)).where(
        CallStep.call_id == Call.id,
        CallStep.action.in_([Action.ANSWER, Action.MERGE, Action.STRIKE]),
    )
    return last.correlate(Call).scalar_subquery()


def forget_phones(*, now: datetime) -> int:
    """Erase the phones of calls that are over and can't be opened again; how many."""
    changed = db.session.execute(
        update(Call)
        .where(Call.phone.is_not(None), Call.status.in_(ENDED), ended_at() < now - OPEN_FOR)
        .values(phone=None)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(changed)


def forget_words(*, now: datetime) -> int:
    """Erase what callers and offices wrote, and their photos, 90 days after a call was over.

    Times, category, grid, office and rating stay. How many calls were, at most 100 at once.
    """
    found = db.session.scalars(
        select(Call)
        .where(Call.erased_at.is_(None), Call.status.in_(ENDED), ended_at() < now - WORDS_FOR)
        .order_by(Call.id)
        .limit(AT_ONCE)
    ).all()
    for call in found:
        call.text = call.place = call.phone = call.rating_word = call.struck_reason = None
        call.erased_at = now
        before = db.session.get(CallRound, call.id)
        if before is not None:
            before.rating_word = None
        steps = db.session.scalars(select(CallStep).where(CallStep.call_id == call.id)).all()
        for step in steps:
            step.note = None
            if step.photo_id is not None:
                forget_photo(step.photo_id, now=now)
                step.photo_id = None
    db.session.flush()
    return len(found)


def forget_photo(file_id: UUID, *, now: datetime) -> None:
    """Erase a call's photo; what another record keeps stays with that."""
    file = db.session.get_one(File, file_id)
    if why_kept(file, now) is None:
        erase_file(village=file.village, file_id=file.id, actor=SYSTEM, now=now)


def forget_calls(*, now: datetime) -> int:
    """Erase phones, words and photos that are due, some calls a transaction; how many calls."""
    transaction(lambda: forget_phones(now=now))
    total = 0
    while done := transaction(lambda: forget_words(now=now)):
        total += done
    return total
