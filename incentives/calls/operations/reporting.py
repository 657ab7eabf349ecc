"""Reporting a call: by anyone, by card, by a cadre, from the paper box, from a patrol."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.calls.models import Call, CallSource, CallStatus, Category
from incentives.calls.operations.steps import (
    clock_from,
    keep_photo,
    move_on,
    note_step,
    refuse_no_picture,
)
from incentives.calls.queries import digest_of, office_for
from incentives.calls.states import Action
from incentives.calls.words import REPORTED
from incentives.errors import FieldError, Invalid, NotSignedIn, TooManyRequests
from incentives.extensions import db
from incentives.files.queries import brought_file, is_carried
from incentives.register.queries import find_household, find_village, grids_of, members_of
from incentives.texts import is_blank

SECRET_BYTES = 24
# More reports of nobody known in an hour than a village has time to look at are a flood.
HELD_AT_MOST = 30
HELD_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Report:
    """What is reported: about what, in the caller's words, where; how to ask back.

    `photo` is what comes with the report, `photo_id` a file that the actor brought before it.
    `resident_id` is who of the household reports, by its card.
    """

    category: Category
    text: str
    place: str
    grid: str | None = None
    phone: str | None = None
    photo: bytes | None = None
    photo_id: UUID | None = None
    resident_id: UUID | None = None


@dataclass(frozen=True)
class Reported:
    """A call, and the secret of its caller's link: shown once, only its hash is kept."""

    call: Call
    secret: str


def report_call(
    *, village: str, report: Report, source: CallSource, actor: Actor | None, now: datetime
) -> Reported:
    """Report what an office is to see to; who is known to the village reaches it at once.

    What nobody signed (`actor` None) waits for a cadre's look. Refuses a source other than the
    page to those who aren't staff, a report without words and without a photo, one of the page
    that doesn't say where, a grid of another village, a photo that isn't the actor's to show, and
    more than 30 unsigned reports an hour that nobody has looked at.
    """
    find_village(village)
    if actor is None:
        refuse_flood(village, source, now)
    else:
        require(actor, "call.report", village, own=source in (CallSource.PAGE, CallSource.PATROL))
    refuse_empty(report, source)
    if report.grid is not None and report.grid not in {each.code for each in grids_of(village)}:
        raise Invalid(errors=[FieldError("/grid", _("This grid isn't of the village"))])
    if report.photo_id is None:
        photo_id = keep_photo(village, report.photo, actor, now)
    else:
        photo_id = brought_photo(village, report.photo_id, actor)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    resident_id = caller_of(village, report, actor if source is CallSource.PAGE else None)
    call = Call(
        village=village,
        grid=report.grid,
        category=report.category,
        source=source,
        status=CallStatus.REPORTED,
        text=report.text,
        place=report.place or None,
        phone=report.phone,
        secret_digest=digest_of(secret),
        reported_by=actor.person if actor else None,
        resident_id=resident_id,
        reported_at=now,
    )
    db.session.add(call)
    db.session.flush()
    note_step(call, REPORTED, actor=actor, now=now, photo_id=photo_id)
    if actor is not None:
        push_if_routed(call, actor=actor, now=now)
    return Reported(call, secret)


def brought_photo(village: str, file_id: UUID, actor: Actor | None) -> UUID:
    """The id of a photo that the actor brought for the report: the office, too, sees it then.

    Refuses what somebody else brought, what shows something else already, and what is no picture.
    """
    file = brought_file([village], file_id, actor, "/photo_id")
    if is_carried(file):
        detail = _("This file shows something else already: bring the photo anew")
        raise Invalid(errors=[FieldError("/photo_id", detail)])
    refuse_no_picture(file, "/photo_id")
    return file.id


def caller_of(village: str, report: Report, actor: Actor | None) -> UUID | None:
    """Who reports, of the household that is signed in: who is named, whose card it is, or its head.

    Refuses to name anybody else.
    """
    known, head = set[UUID](), None
    if actor is not None and actor.household_id is not None:
        known = {each.id for each in members_of([actor.household_id])[actor.household_id]}
        head = find_household(village, actor.household_id).head_id
    if report.resident_id is not None and report.resident_id not in known:
        detail = _("This is nobody of your household")
        raise Invalid(errors=[FieldError("/resident_id", detail)])
    return report.resident_id or (actor.resident_id if actor else None) or head


def refuse_empty(report: Report, source: CallSource) -> None:
    """Refuse what says nothing; a cadre's photo alone says enough, as they can be asked."""
    if is_blank(report.text) and report.photo is None and report.photo_id is None:
        detail = _("Write what is the matter, or take a photo")
        raise Invalid(errors=[FieldError("/text", detail)])
    if source is CallSource.PAGE and is_blank(report.place) and report.grid is None:
        raise Invalid(errors=[FieldError("/place", _("Say where it is"))])


def refuse_flood(village: str, source: CallSource, now: datetime) -> None:
    """Refuse another unsigned report where too many wait already, or from elsewhere."""
    if source is not CallSource.PAGE:
        raise NotSignedIn()
    waiting = db.session.scalar(
        select(func.count())
        .select_from(Call)
        .where(
            Call.village == village,
            Call.status == CallStatus.REPORTED,
            Call.reported_by.is_(None),
            Call.reported_at > now - HELD_FOR,
        )
    )
    if (waiting or 0) >= HELD_AT_MOST:
        detail = _("Very much was reported just now: please ring the village committee")
        raise TooManyRequests(detail, headers={"Retry-After": str(int(HELD_FOR.total_seconds()))})


def push_if_routed(call: Call, *, actor: Actor, now: datetime) -> None:
    """Send a call to the office that answers for its category, where there is one."""
    office = office_for(call.village, call.category)
    if office is None:
        return
    clock = clock_from(call.village, call.category, now)
    move_on(call, Action.PUSH, office_id=office.id, pushed_at=now, **clock)
    note_step(call, Action.PUSH, actor=actor, now=now)
