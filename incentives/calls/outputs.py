"""Calls, steps and offices as the API gives them and pages show them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.calls.models import Call, CallRound, Duty, Office
from incentives.calls.operations import may_rate, may_reopen, open_until
from incentives.calls.queries import (
    CallView,
    answers_for,
    categories_of,
    last_of,
    offices_by_id,
    view_of,
)
from incentives.clock import now
from incentives.database import columns
from incentives.extensions import db
from incentives.register.queries import divisions_by_code


def call_rows(found: Sequence[Call]) -> list[dict[str, Any]]:
    """Calls with the names of their office and grid, in two statements."""
    named = offices_by_id(each.office_id for each in found)
    grids = divisions_by_code([each.grid for each in found if each.grid])
    at = now()
    return [
        {
            **columns(each),
            "office": named[each.office_id].name if each.office_id else None,
            "grid": grids[each.grid].name_zh if each.grid else None,
            "due_at": each.due_at,
            "overdue": each.due_at is not None and each.due_at < at,
        }
        for each in found
    ]


def step_rows(view: CallView) -> list[dict[str, Any]]:
    """A call's steps with the names of who took them and of the offices."""
    names = person_names(step.by for step in view.steps)
    return [
        {
            **columns(step),
            "by": names.get(step.by) if step.by else None,
            "office": view.offices[step.office_id].name if step.office_id else None,
        }
        for step in view.steps
    ]


def whole_call(call: Call, actor: Actor) -> dict[str, Any]:
    """A call with its steps, for those who may read it; its caller's phone for who may ring."""
    rings = may(actor, "call.sort", call.village) or answers_for(actor, call.office_id)
    before = db.session.get(CallRound, call.id)
    row = {
        **call_rows([call])[0],
        "steps": step_rows(view_of(call)),
        "first_rating": before and before.rating,
        "first_rating_word": before and before.rating_word,
    }
    return row if rings else {**row, "phone": None}


def followed_call(call: Call, at: datetime) -> dict[str, Any]:
    """A call for whoever has its link: what they reported, how far it is, what the office answered.

    Of one that it was merged into, only times and offices, in place of its own since the report:
    what is written there is for another.
    """
    last, own = last_of(call), step_rows(view_of(call))
    merged = last.id != call.id
    steps = own
    if merged:
        others = [own[0], *step_rows(view_of(last))[1:]]
        steps = [{**each, "note": None, "photo_id": None} for each in others]
        steps.sort(key=lambda each: each["at"])
    return {
        **call_rows([last])[0],
        "text": call.text,
        "place": call.place,
        "reported_at": call.reported_at,
        "photo_id": own[0]["photo_id"],
        "merged": merged,
        "rating": None if merged else call.rating,
        "may_rate": not merged and may_rate(call, at),
        "may_reopen": not merged and may_reopen(call, at),
        "open_until": None if merged else open_until(call),
        "steps": steps,
    }


def office_rows(found: Sequence[Office]) -> list[dict[str, Any]]:
    """Offices with what they answer for."""
    held = categories_of(found)
    return [{**columns(each), "categories": held[each.id]} for each in found]


def duty_rows(found: Sequence[Duty]) -> list[dict[str, Any]]:
    """Duties that were entered by hand with their offices' names."""
    named = offices_by_id(each.office_id for each in found)
    return [{**columns(each), "office": named[each.office_id].name} for each in found]
