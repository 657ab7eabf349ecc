"""What a cadre does with calls: send one on, merge doubles, strike misuse."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.calls.models import NOTE_LENGTH, Call, CallStatus, Category
from incentives.calls.operations.following import is_open
from incentives.calls.operations.steps import (
    clock_from,
    move_on,
    note_step,
    refuse_closed,
    send_on,
)
from incentives.calls.queries import find_call, find_office, is_unattended, office_for
from incentives.calls.states import SENT_ON, Action
from incentives.errors import FieldError, Invalid, NotFound
from incentives.extensions import db
from incentives.texts import check_text


def push_call(
    *,
    village: str,
    call_id: UUID,
    actor: Actor,
    now: datetime,
    office_id: UUID | None = None,
    category: Category | None = None,
) -> Call:
    """Send a report to an office, under a better category if need be; its clock begins.

    Without an office it goes to the one that answers for the category; refuses where there is
    none, a closed one and one of another place. An office's call is sent on only where nobody
    answers for the office any more; what is put right keeps its times, and waits for the answer.
    """
    require(actor, "call.sort", village)
    call = find_call(village, call_id)
    category = category or call.category
    office = find_office(office_id) if office_id else office_for(village, category)
    if office is None:
        detail = _("No office answers for this: choose one")
        raise Invalid(errors=[FieldError("/office_id", detail)])
    refuse_closed(office, village)
    values: dict[str, Any] = {"office_id": office.id, "category": category}
    if call.status is not CallStatus.RESOLVED:
        values |= {"pushed_at": now, "accepted_at": None, "on_site_at": None}
        values |= clock_from(village, category, now)
    if call.status in SENT_ON and is_unattended(call):
        send_on(call, **values)
    else:
        move_on(call, Action.PUSH, **values)
    note_step(call, Action.PUSH, actor=actor, now=now)
    return call


def merge_call(*, village: str, call_id: UUID, into: UUID, actor: Actor, now: datetime) -> Call:
    """End a call that was reported before; its caller follows the other one from then on.

    Refuses one that is put right already, and to merge it into itself, into a call that is merged
    or struck, or into one answered so long ago that its own caller can't send it back any more.
    """
    require(actor, "call.sort", village)
    call = find_call(village, call_id)
    try:
        other = find_call(village, into)
    except NotFound:
        raise Invalid(errors=[FieldError("/into", _("There is no such call here"))]) from None
    # Both rows change only under their lock, so that no two calls are merged into each other.
    ids = sorted([call.id, other.id])
    db.session.scalars(
        select(Call)
        .where(Call.id.in_(ids))
        .order_by(Call.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if other.id == call.id or other.status in (CallStatus.MERGED, CallStatus.STRUCK):
        raise Invalid(errors=[FieldError("/into", _("It can't go on there"))])
    if other.answered_at is not None and not is_open(other, now):
        detail = _("That one was answered over 14 days ago: this is a new one")
        raise Invalid(errors=[FieldError("/into", detail)])
    move_on(call, Action.MERGE, merged_into=other.id)
    note_step(call, Action.MERGE, actor=actor, now=now)
    return call


def strike_call(*, village: str, call_id: UUID, reason: str, actor: Actor, now: datetime) -> Call:
    """Answer what is no call (misuse, or nothing an office can do) with a reason to its caller.

    Refuses one that an office has taken on.
    """
    require(actor, "call.sort", village)
    reason = check_text(reason, "/reason", NOTE_LENGTH)
    call = find_call(village, call_id)
    move_on(call, Action.STRIKE, struck_reason=reason)
    note_step(call, Action.STRIKE, actor=actor, now=now, note=reason)
    return call
