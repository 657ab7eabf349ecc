"""Objecting: to a line, an award, a redemption, a clearing, or an award that is missing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import refuse_own_entry, refuse_own_household
from incentives.access.permissions import require
from incentives.awards.operations import refuse_too_late
from incentives.awards.queries import get_award, rules_in_force
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import Duplicate, FieldError, Invalid, NotFound, NotPermitted
from incentives.extensions import db
from incentives.notices.models import (
    SUBJECTS,
    NoticeKind,
    NoticeLine,
    Objection,
    ObjectionStatus,
)
from incentives.notices.operations import cleared, disputes
from incentives.notices.operations.hands import hands_of
from incentives.notices.operations.said import refuse_said_already
from incentives.notices.publishers import PUBLISHERS
from incentives.notices.queries import (
    find_notice,
    line_of_award,
    listed,
    standing_award,
    subject_of,
)
from incentives.register.models import Resident
from incentives.register.queries import get_resident
from incentives.texts import is_blank

RULING_DAYS = 10
STANDS_ALREADY = _("These points stand for that day already: they can't be granted a second time")


@dataclass(frozen=True)
class Missing:
    """An award that somebody says should be there, and how often the act was done."""

    resident_id: UUID
    rule_item: str
    occurred_on: date
    quantity: int = 1


@dataclass(frozen=True)
class About:
    """What an objection is to: one of a notice's line, an award, a redemption and so on."""

    notice: int | None = None
    line: int | None = None
    award: UUID | None = None
    redemption: UUID | None = None
    clearing: UUID | None = None
    missing: Missing | None = None


def make_objection(
    *,
    village: str,
    about: About,
    reason: str,
    on_behalf_of: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Objection:
    """Say no to something, with a reason; a ruling is due within 10 days.

    A resident may object to what stands in public and to their own household's; staff write down
    what a resident brings on paper (`on_behalf_of`), never for their own household, nor about its
    points or payments, nor about what they entered themselves. What a notice lists is held back.
    Refuses where it is too late, no reason, what stands already, and what the same household said
    already: while it waits for a ruling, and where it was found not right, until something new
    was decided.
    """
    own = on_behalf_of is None
    require(actor, "objection.make", village, own=own)
    refuse_no_reason(reason)
    ledger.hold([village])
    household_id = actor.household_id if own else asker(village, on_behalf_of, actor).household_id
    today = village_day(now)
    objection = Objection(
        id=new_id(),
        village=village,
        reason=reason,
        made_by=actor.person,
        made_at=now,
        on_behalf_of=on_behalf_of,
        household_id=household_id,
        due_on=today + timedelta(days=RULING_DAYS),
        status=ObjectionStatus.OPEN,
    )
    name_subject(objection, about, now=now)
    if not own:
        refuse_own_matter(objection, actor)
    refuse_said_already(objection)
    if not own:
        refuse_own_entry(actor, *hands_of(objection).entered)
    db.session.add(objection)
    db.session.flush()
    audit.record(actor, audit.Tag.OBJECTION_MADE, village=village, subject=objection.id, now=now)
    return objection


def refuse_no_reason(reason: str) -> None:
    """Refuse an objection or a ruling with nothing behind it."""
    if is_blank(reason):
        raise Invalid(errors=[FieldError("/reason", _("Say why"))])


def refuse_own_matter(objection: Objection, actor: Actor) -> None:
    """Refuse to write down for others what is said of one's own household: who objects is kept."""
    found = listed(objection)
    if found is not None:
        kind, record = found
        homes = PUBLISHERS[kind].households([record])
        refuse_own_household(actor, homes.get(record, frozenset()))


def asker(village: str, resident_id: UUID | None, actor: Actor) -> Resident:
    """The resident for whom staff object; refuses one of the staff's own household."""
    try:
        resident = get_resident(village, cast("UUID", resident_id))
    except NotFound as missing:
        detail = _("Nobody here has this id")
        raise Invalid(errors=[FieldError("/on_behalf_of", detail)]) from missing
    refuse_own_household(actor, [resident.household_id])
    return resident


def name_subject(objection: Objection, about: About, *, now: datetime) -> None:
    """Write down what the objection is to, and hold that back where it can be."""
    village = objection.village
    if about.missing is not None:
        name_missing(objection, about.missing, village_day(now))
    elif about.redemption is not None:
        disputes.refuse_undisputable(village, about.redemption, objection, now=now)
        objection.redemption_id = about.redemption
    elif about.clearing is not None:
        cleared.refuse_unobjectionable(village, about.clearing, objection, now=now)
        objection.clearing_id = about.clearing
    elif about.award is not None:
        award = get_award(village, about.award)
        objection.award_id = award.id
        line = line_of_award(award.id)
        if line is not None:
            objection.notice_id, objection.line = line.notice_id, line.line
        PUBLISHERS[NoticeKind.AWARDS].take_objection(village, award.id, now=now)
    elif about.notice is not None and about.line is not None:
        name_line(objection, about.notice, about.line, now=now)
    else:
        raise Invalid(errors=[FieldError("/about", _("Say what the objection is to"))])


def name_line(objection: Objection, number: int, line_number: int, *, now: datetime) -> None:
    """Object to a line of a notice; refuses a line that it doesn't have."""
    notice = find_notice(objection.village, number)
    line = db.session.get(NoticeLine, (notice.id, line_number))
    if line is None:
        detail = _("This notice has no such line")
        raise Invalid(errors=[FieldError("/about/line", detail)])
    objection.notice_id, objection.line = notice.id, line.line
    subject = subject_of(line)
    setattr(objection, SUBJECTS[notice.kind], subject)
    PUBLISHERS[notice.kind].take_objection(objection.village, subject, now=now)


def name_missing(objection: Objection, missing: Missing, today: date) -> None:
    """Say which award is missing.

    Refuses people of another household, days to come or too long ago, what no rule gives points
    for, and what stands already.
    """
    try:
        resident = get_resident(objection.village, missing.resident_id)
    except NotFound as unknown:
        detail = _("Nobody here has this id")
        raise Invalid(errors=[FieldError("/about/missing/resident_id", detail)]) from unknown
    if resident.household_id != objection.household_id:
        raise NotPermitted()
    if missing.occurred_on > today:
        detail = _("This day is still to come")
        raise Invalid(errors=[FieldError("/about/missing/occurred_on", detail)])
    refuse_too_late(resident, missing.rule_item, missing.occurred_on, objected_on=today)
    _version, items = rules_in_force(objection.village, missing.occurred_on)
    if missing.rule_item not in {item.code for item in items}:
        detail = _("The rules of that day have no such item")
        raise Invalid(errors=[FieldError("/about/missing/rule_item", detail)])
    objection.missing_resident_id = missing.resident_id
    objection.missing_rule_item = missing.rule_item
    objection.missing_occurred_on = missing.occurred_on
    objection.missing_quantity = missing.quantity
    found = standing_award(objection, today)
    if found is not None:
        raise Duplicate(STANDS_ALREADY, award_id=found)
