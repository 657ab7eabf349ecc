"""Acts on objections: make one, rule on it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import CursorResult, select, update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import (
    household_ids_of,
    refuse_own_entry,
    refuse_own_household,
    refuse_same_person,
)
from incentives.access.permissions import require
from incentives.awards.models import Award, AwardReview
from incentives.awards.queries import get_award
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import FieldError, Invalid, NotFound, WrongState
from incentives.extensions import db
from incentives.notices.models import (
    SUBJECTS,
    Notice,
    NoticeKind,
    NoticeLine,
    Objection,
    ObjectionStatus,
)
from incentives.notices.operations import disputes
from incentives.notices.publishers import PUBLISHERS, Hands
from incentives.notices.queries import (
    find_notice,
    find_objection,
    line_of_award,
    listed,
    open_objections_to,
    subject_of,
)
from incentives.register.models import Resident
from incentives.register.queries import get_resident

RULING_DAYS = 10


@dataclass(frozen=True)
class Missing:
    """An award that somebody says should be there."""

    resident_id: UUID
    rule_item: str
    occurred_on: date


@dataclass(frozen=True)
class About:
    """What an objection is to: one of a notice's line, an award, a redemption, a missing award."""

    notice: int | None = None
    line: int | None = None
    award: UUID | None = None
    redemption: UUID | None = None
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

    A resident may object to what stands in public and to their own household's; staff only for a
    resident (`on_behalf_of`), never of their own household. What a notice lists is held back.
    Refuses where it is too late.
    """
    own = on_behalf_of is None
    require(actor, "objection.make", village, own=True)
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
    db.session.add(objection)
    db.session.flush()
    audit.record(actor, audit.Tag.OBJECTION_MADE, village=village, subject=objection.id, now=now)
    return objection


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
    """Say which award is missing; refuses people of elsewhere and days to come."""
    try:
        get_resident(objection.village, missing.resident_id)
    except NotFound as unknown:
        detail = _("Nobody here has this id")
        raise Invalid(errors=[FieldError("/about/missing/resident_id", detail)]) from unknown
    if missing.occurred_on > today:
        detail = _("This day is still to come")
        raise Invalid(errors=[FieldError("/about/missing/occurred_on", detail)])
    objection.missing_resident_id = missing.resident_id
    objection.missing_rule_item = missing.rule_item
    objection.missing_occurred_on = missing.occurred_on


def rule_on_objection(
    *,
    village: str,
    objection_id: UUID,
    upheld: bool,
    reason: str,
    shop_at_fault: bool | None = None,
    actor: Actor,
    now: datetime,
) -> Objection:
    """Decide an objection, with a reason.

    Upheld, an award is rejected, or reversed if it was posted; a redemption's points come back,
    from the shop where it is at fault. Not upheld, what was held back goes on, and posts at once
    if its notice has closed. Refuses who entered or decided what it is about, their own household
    and their own objection.
    """
    require(actor, "objection.rule", village)
    ledger.hold([village])
    objection = find_objection(village, objection_id)
    db.session.refresh(objection)
    refuse_hand(objection, actor)
    refuse_bad_ruling(objection, shop_at_fault)
    close_objection(objection, upheld, reason, shop_at_fault, actor=actor, now=now)
    if objection.redemption_id is not None:
        if upheld:
            disputes.give_back(objection, actor=actor, now=now)
    elif objection.missing_resident_id is None:
        carry_out(objection, upheld, reason, actor=actor, now=now)
    audit.record(
        actor,
        audit.Tag.OBJECTION_RULED,
        village=village,
        subject=objection.id,
        now=now,
        details={"upheld": upheld},
    )
    db.session.flush()
    return objection


def refuse_bad_ruling(objection: Objection, shop_at_fault: bool | None) -> None:
    """Refuse a ruling on a redemption that doesn't say whether the shop is at fault."""
    if (objection.redemption_id is None) != (shop_at_fault is None):
        detail = _("Say of a redemption, and only there, whether the shop is at fault")
        raise Invalid(errors=[FieldError("/shop_at_fault", detail)])


def refuse_hand(objection: Objection, actor: Actor) -> None:
    """Refuse who has a hand in the matter (the separate duties 1 and 3)."""
    hands = hands_of(objection)
    refuse_own_entry(actor, objection.made_by, *hands.entered)
    refuse_own_household(actor, [objection.household_id, *hands.households])
    refuse_same_person(actor, *hands.decided)


def hands_of(objection: Objection) -> Hands:
    """Who may not rule on it, beside its maker."""
    found = listed(objection)
    if found is not None:
        kind, record = found
        return PUBLISHERS[kind].hands(objection.village, record)
    if objection.redemption_id is not None:
        return disputes.hands_of(objection)
    homes = household_ids_of(objection.missing_resident_id)
    decided = deciders_on(objection.missing_resident_id, objection.missing_occurred_on)
    return Hands(households=homes, entered=frozenset(), decided=decided)


def deciders_on(resident_id: UUID | None, occurred_on: date | None) -> frozenset[UUID]:
    """Who decided on what was registered or claimed for a person and day: no is a decision too."""
    reviewers = (
        select(AwardReview.reviewer)
        .join(Award, Award.id == AwardReview.award_id)
        .where(Award.resident_id == resident_id, Award.occurred_on == occurred_on)
    )
    return frozenset(db.session.scalars(reviewers))


def close_objection(
    objection: Objection,
    upheld: bool,
    reason: str,
    shop_at_fault: bool | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Write the ruling; refuses one that was ruled on."""
    status = ObjectionStatus.UPHELD if upheld else ObjectionStatus.OVERRULED
    ruled = db.session.execute(
        update(Objection)
        .where(Objection.id == objection.id, Objection.status == ObjectionStatus.OPEN)
        .values(
            status=status,
            ruling_reason=reason,
            shop_at_fault=shop_at_fault,
            ruled_by=actor.person,
            ruled_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", ruled).rowcount == 0:
        raise WrongState(_("This objection was ruled on already"))
    db.session.refresh(objection)


def carry_out(
    objection: Objection, upheld: bool, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Do what a ruling means for what a notice lists."""
    village = objection.village
    kind, record = cast("tuple[NoticeKind, UUID]", listed(objection))
    publisher = PUBLISHERS[kind]
    if upheld:
        publisher.uphold(village, record, reason=reason, actor=actor, now=now)
    elif not open_objections_to(record):
        notice = db.session.get(Notice, objection.notice_id) if objection.notice_id else None
        closed = notice is not None and notice.closed_at is not None
        publisher.dismiss(village, record, closed=closed, actor=actor, now=now)
