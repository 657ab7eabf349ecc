"""Public duties by hand: enter one for an office, strike it off once done."""

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import update

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import may, require
from incentives.calls.models import NOTE_LENGTH, PLACE_LENGTH, Duty, Office
from incentives.calls.operations.steps import refuse_names, refuse_other_office
from incentives.calls.queries import find_office, with_somebody
from incentives.calls.queries.duties import find_duty
from incentives.calls.queries.offices import VILLAGE_CODE
from incentives.clock import village_day
from incentives.database import rows_changed
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.register.queries import find_division
from incentives.texts import check_text


def enter_duty(
    *, division: str, title: str, office_id: UUID, due_on: date, actor: Actor, now: datetime
) -> Duty:
    """Put what an office is to do by a day on the public ledger of a division.

    Refuses a title that names a villager of the division, a day that is over, a grid, and an office
    that is closed, that nobody answers for, or that doesn't answer for that division.
    """
    require(actor, "duty.enter", division)
    find_division(division)
    title = check_text(title, "/title", PLACE_LENGTH)
    refuse_names(division, title, "/title")
    if due_on < village_day(now):
        raise Invalid(errors=[FieldError("/due_on", _("This day is over"))])
    office = find_office(office_id)
    covers = division.startswith(office.division) and len(division) <= VILLAGE_CODE
    if office.closed_at is not None or not covers or not with_somebody([office]):
        detail = _("This office takes no duties from here")
        raise Invalid(errors=[FieldError("/office_id", detail)])
    duty = Duty(
        division=division,
        office_id=office.id,
        title=title,
        due_on=due_on,
        made_by=actor.person,
        made_at=now,
    )
    db.session.add(duty)
    db.session.flush()
    audit.record(actor, audit.Tag.DUTY_ENTERED, village=division, subject=duty.id, now=now)
    return duty


def strike_off_duty(
    *, division: str, duty_id: UUID, note: str, actor: Actor, now: datetime
) -> Duty:
    """Strike off a duty that is done, with a note that anyone reads; for good.

    Where nobody answers for its office any more, whoever may enter a duty there may strike it off.
    Refuses another office's people else, a duty that is struck off already, and a note that names a
    villager of the division.
    """
    require(actor, "duty.do", division)
    duty = find_duty(division, duty_id)
    if not stands_in(actor, duty.division, find_office(duty.office_id)):
        refuse_other_office(actor, duty.office_id)
    note = check_text(note, "/note", NOTE_LENGTH)
    refuse_names(division, note, "/note")
    changed = db.session.execute(
        update(Duty)
        .where(Duty.id == duty.id, Duty.done_at.is_(None))
        .values(done_at=now, done_by=actor.person, note=note)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(duty)
    audit.record(actor, audit.Tag.DUTY_DONE, village=division, subject=duty.id, now=now)
    return duty


def stands_in(actor: Actor, division: str, office: Office) -> bool:
    """Whether one strikes off a division's duty for an office that nobody answers for."""
    return may(actor, "duty.enter", division) and not with_somebody([office])
