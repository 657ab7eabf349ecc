"""The village assembly's adoption of a draft, and its minutes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import exists, select

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.awards.models import AwardEvidence, Rulebook
from incentives.awards.operations.rulebooks import change_rulebook, find_for, refuse_bad_items
from incentives.awards.queries import has_adopted, items_of
from incentives.awards.states import RulebookAction
from incentives.awards.template import as_draft, refuse_what_is_ruled_out
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.files.queries import brought_file
from incentives.register.assembly import vote_errors

AHEAD_AT_MOST = timedelta(days=366)


@dataclass(frozen=True)
class Adoption:
    """The assembly's vote: its day, who was there, how they voted, from when the rules hold."""

    held_on: date
    present: int
    in_favour: int
    against: int
    effective_on: date
    minutes: UUID | None = None


def adopt_rulebook(
    *,
    village: str,
    number: int,
    adoption: Adoption,
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> Rulebook:
    """Enter that the village assembly adopted a draft; it holds from the day it names.

    Refuses a version that is no draft, one that was changed since `revision` (None: whichever), a
    day of the assembly still to come, votes that don't add up or are no majority of those present,
    rules that hold from before the assembly, from a day more than a year away or, where others
    held, from a day gone by, and items that points may not be given for.
    """
    rulebook = find_for(RulebookAction.ADOPT, village, number, revision, actor)
    refuse_bad_adoption(adoption, village_day(now), first=not has_adopted(village))
    if adoption.minutes is not None:
        refuse_bad_minutes(village, adoption.minutes, actor, field="/minutes")
    items = [as_draft(item) for item in items_of([rulebook.id])[rulebook.id]]
    refuse_bad_items(items)
    refuse_what_is_ruled_out(items)
    change_rulebook(
        rulebook,
        RulebookAction.ADOPT,
        held_on=adoption.held_on,
        present=adoption.present,
        in_favour=adoption.in_favour,
        against=adoption.against,
        effective_on=adoption.effective_on,
        minutes_id=adoption.minutes,
        adopted_by=actor.person,
        adopted_at=now,
    )
    audit.record(
        actor,
        audit.Tag.RULEBOOK_ADOPTED,
        village=village,
        subject=rulebook.id,
        now=now,
        details={"number": number, "effective_on": adoption.effective_on.isoformat()},
    )
    return rulebook


def refuse_bad_adoption(adoption: Adoption, today: date, *, first: bool) -> None:
    """Refuse a vote that can't have been, or that didn't carry the rules.

    A village's first rules may hold since their assembly, as no others did on those days.
    """
    errors = vote_errors(
        adoption.held_on, adoption.present, adoption.in_favour, adoption.against, today
    )
    if adoption.effective_on < adoption.held_on:
        detail = _("The rules can't hold from before the assembly")
        errors.append(FieldError("/effective_on", detail))
    elif adoption.effective_on < today and not first:
        detail = _("Days gone by keep the rules that held then: choose today or a later day")
        errors.append(FieldError("/effective_on", detail))
    elif adoption.effective_on > today + AHEAD_AT_MOST:
        errors.append(FieldError("/effective_on", _("This day is more than a year away")))
    if errors:
        raise Invalid(errors=errors)


def keep_minutes(
    *, village: str, number: int, minutes: UUID, actor: Actor, now: datetime
) -> Rulebook:
    """Put the assembly's minutes to an adopted version that has none yet; they stay for ever.

    Refuses a version that isn't adopted, one that has its minutes, a file that the actor didn't
    bring, and one that shows an act: such files are deleted in time.
    """
    rulebook = find_for(RulebookAction.KEEP_MINUTES, village, number, None, actor)
    if rulebook.minutes_id is not None:
        raise WrongState(_("The minutes are kept already, and stay as they are"))
    refuse_bad_minutes(village, minutes, actor, field="/file")
    change_rulebook(rulebook, RulebookAction.KEEP_MINUTES, minutes_id=minutes)
    audit.record(
        actor,
        audit.Tag.MINUTES_KEPT,
        village=village,
        subject=rulebook.id,
        now=now,
        details={"number": number, "file": str(minutes)},
    )
    return rulebook


def refuse_bad_minutes(village: str, file_id: UUID, actor: Actor, *, field: str) -> None:
    """Refuse a file that the actor didn't bring, or that is an award's evidence."""
    file = brought_file([village], file_id, actor, field)
    if db.session.scalar(select(exists().where(AwardEvidence.file_id == file.id))):
        detail = _("This file shows an act: bring the minutes as a file of their own")
        raise Invalid(errors=[FieldError(field, detail)])
