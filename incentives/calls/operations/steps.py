"""What every act on a call is made of: the change of state, its row, the photo, who may."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, select, true, update

from incentives.access import audit
from incentives.access.actor import SYSTEM, Actor
from incentives.calls.models import Call, CallStatus, CallStep, Category, Office
from incentives.calls.queries import answers_for, limits_of, with_somebody
from incentives.calls.states import SENT_ON, TRANSITIONS, Action
from incentives.calls.words import REPORTED
from incentives.database import rows_changed
from incentives.errors import FieldError, Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.files.models import File, FileKind
from incentives.files.operations import keep_file
from incentives.register.queries import villager_named_in

TAGS = {
    REPORTED: audit.Tag.CALL_REPORTED,
    Action.PUSH: audit.Tag.CALL_PUSHED,
    Action.ACCEPT: audit.Tag.CALL_ACCEPTED,
    Action.ARRIVE: audit.Tag.CALL_ARRIVED,
    Action.RESOLVE: audit.Tag.CALL_RESOLVED,
    Action.ANSWER: audit.Tag.CALL_ANSWERED,
    Action.HAND_OVER: audit.Tag.CALL_HANDED_OVER,
    Action.MERGE: audit.Tag.CALL_MERGED,
    Action.STRIKE: audit.Tag.CALL_STRUCK,
    Action.RATE: audit.Tag.CALL_RATED,
    Action.REOPEN: audit.Tag.CALL_REOPENED,
}


def move_on(
    call: Call, action: Action, *, if_still: ColumnElement[bool] | None = None, **values: Any
) -> None:
    """Change a call's state by the table of states, and these columns with it.

    Refuses where it isn't in a state for that, is with another office, or isn't `if_still`, even if
    it was when it was read.
    """
    before, after = TRANSITIONS[action]
    change_state(call, before, after, true() if if_still is None else if_still, **values)


def send_on(call: Call, **values: Any) -> None:
    """Give a call whose office nobody answers for to another, and change these columns with it.

    Refuses as `move_on` does.
    """
    change_state(call, {call.status}, SENT_ON[call.status], true(), **values)


def change_state(
    call: Call,
    before: Collection[CallStatus],
    after: CallStatus,
    if_still: ColumnElement[bool],
    **values: Any,
) -> None:
    """Change a call that is still in one of these states, with its office, and `if_still`."""
    changed = db.session.execute(
        update(Call)
        .where(
            Call.id == call.id,
            Call.status.in_(before),
            Call.office_id.is_not_distinct_from(call.office_id),
            if_still,
        )
        .values(status=after, **values)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(call)


def note_step(
    call: Call,
    action: str,
    *,
    actor: Actor | None,
    now: datetime,
    note: str | None = None,
    photo_id: UUID | None = None,
) -> CallStep:
    """Keep what was done with a call, and leave its row in the trail."""
    count = db.session.scalar(
        select(func.count()).select_from(CallStep).where(CallStep.call_id == call.id)
    )
    step = CallStep(
        call_id=call.id,
        number=(count or 0) + 1,
        action=str(action),
        at=now,
        by=actor.person if actor else None,
        office_id=call.office_id,
        note=note,
        photo_id=photo_id,
    )
    db.session.add(step)
    db.session.flush()
    audit.record(actor, TAGS[action], village=call.village, subject=call.id, now=now)
    return step


def refuse_names(division: str, text: str, pointer: str) -> None:
    """Refuse a text that stands in public where it names a villager of that division."""
    name = villager_named_in(division, text)
    if name is not None:
        detail = _(
            "“%(name)s” is a villager's name: write the office and the matter, and name nobody",
            name=name,
        )
        raise Invalid(errors=[FieldError(pointer, detail)])


def keep_photo(village: str, content: bytes | None, actor: Actor | None, now: datetime) -> Any:
    """Keep a photo that came with a report or a step; its id. Refuses what is no picture."""
    if content is None:
        return None
    file = keep_file(village=village, content=content, actor=SYSTEM, now=now)
    refuse_no_picture(file, "/photo")
    file.uploaded_by = (actor or SYSTEM).person
    db.session.flush()
    return file.id


def refuse_no_picture(file: File, pointer: str) -> None:
    """Refuse a paper where a photo is wanted."""
    if file.kind is FileKind.PDF:
        raise Invalid(errors=[FieldError(pointer, _("This is no picture"))])


def refuse_other_office(actor: Actor, office_id: UUID | None) -> None:
    """Refuse who doesn't answer for the office."""
    if not answers_for(actor, office_id):
        raise NotPermitted(_("Another office answers for this"))


def clock_from(village: str, category: Category, now: datetime) -> dict[str, Any]:
    """By when each step is to be taken, counted from now."""
    limits = limits_of(village, category)
    return {
        "accept_by": now + timedelta(minutes=limits.accept_minutes),
        "on_site_by": now + timedelta(minutes=limits.on_site_minutes),
        "resolve_by": now + timedelta(minutes=limits.resolve_minutes),
    }


def refuse_closed(office: Office, village: str) -> None:
    """Refuse to send a call to an office that is closed, that nobody answers for, or of another
    place."""
    takes = office.closed_at is None and village.startswith(office.division)
    if not takes or not with_somebody([office]):
        detail = _("This office takes no calls from here")
        raise Invalid(errors=[FieldError("/office_id", detail)])
