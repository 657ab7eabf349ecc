"""What an office does with its calls: take one on, go there, put it right, answer, hand it over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.calls.models import NOTE_LENGTH, Call
from incentives.calls.operations.awarding import propose_by_itself, withdraw_untrue
from incentives.calls.operations.steps import (
    keep_photo,
    move_on,
    note_step,
    refuse_closed,
    refuse_other_office,
)
from incentives.calls.queries import find_call, find_office
from incentives.calls.states import OFFICE_STEPS, Action
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.texts import check_text, optional_text

# What its caller is told in words: how it was put right, the answer, why another office has it.
WITH_WORDS = (Action.RESOLVE, Action.ANSWER, Action.HAND_OVER)


def step_call(
    *,
    village: str,
    call_id: UUID,
    step: Action,
    actor: Actor,
    now: datetime,
    note: str | None = None,
    photo: bytes | None = None,
    office_id: UUID | None = None,
    unfounded: bool = False,
) -> Call:
    """Take an office's step, with a note for the caller and a photo.

    Who goes at once (`arrive`) has accepted. `hand_over` wants the other office; the clock goes on.
    `resolve` says that it was as reported, and proposes the points of who reported it by card; with
    `unfounded`, that it wasn't, and withdraws what was proposed before it was sent back.

    Refuses another office's people, a step that the state doesn't take, and no note where its
    caller is owed words: how it was put right, the answer, why it was handed over.
    """
    require(actor, "call.step", village)
    if step not in OFFICE_STEPS:
        raise Invalid(errors=[FieldError("/step", _("This is no step of an office"))])
    call = find_call(village, call_id)
    if call.office_id is None:
        raise WrongState()
    refuse_other_office(actor, call.office_id)
    refuse_misplaced(step, office_id, unfounded)
    words = check_text if step in WITH_WORDS else optional_text
    note = words(note, "/note", NOTE_LENGTH)
    photo_id = keep_photo(village, photo, actor, now)
    if step is Action.RESOLVE:
        # Caps are counted under the village's lock; it comes before the call's.
        ledger.hold([village])
    move_on(call, step, **columns_of(call, step, office_id, now, verified=not unfounded))
    if step is Action.RESOLVE:
        settle_points = propose_by_itself if call.verified else withdraw_untrue
        settle_points(call, actor=actor, now=now)
    note_step(call, step, actor=actor, now=now, note=note, photo_id=photo_id)
    db.session.flush()
    return call


def refuse_misplaced(step: Action, office_id: UUID | None, unfounded: bool) -> None:
    """Refuse what goes with another step, and a hand-over to nobody."""
    if (office_id is not None) is not (step is Action.HAND_OVER):
        detail = _("Choose the office that it is handed to, there only")
        raise Invalid(errors=[FieldError("/office_id", detail)])
    if unfounded and step is not Action.RESOLVE:
        detail = _("Say so with the step that ends it, there only")
        raise Invalid(errors=[FieldError("/unfounded", detail)])


def columns_of(
    call: Call, step: Action, office_id: UUID | None, now: datetime, *, verified: bool
) -> dict[str, Any]:
    """What a step writes beside the state; putting right a second time says anew if it was so."""
    if step is Action.ACCEPT:
        return {"accepted_at": now}
    if step is Action.ARRIVE:
        return {"accepted_at": func.coalesce(Call.accepted_at, now), "on_site_at": now}
    if step is Action.RESOLVE:
        return {"resolved_at": now, "verified": verified, "unawarded": None}
    if step is Action.ANSWER:
        return {"answered_at": now}
    other = find_office(office_id) if office_id else None
    if other is None or other.id == call.office_id:
        raise Invalid(errors=[FieldError("/office_id", _("Choose another office"))])
    refuse_closed(other, call.village)
    return {"office_id": other.id, "accepted_at": None, "on_site_at": None}
