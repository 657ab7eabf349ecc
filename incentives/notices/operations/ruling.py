"""Ruling on an objection, and what follows from it."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import CursorResult, update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.awards.models import NOTE_LENGTH
from incentives.awards.operations import Act, claim_as_objected
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.notices.models import (
    Notice,
    NoticeKind,
    Objection,
)
from incentives.notices.operations import cleared, disputes
from incentives.notices.operations.hands import refuse_hand
from incentives.notices.operations.objecting import refuse_no_reason
from incentives.notices.publishers import PUBLISHERS
from incentives.notices.queries import (
    find_objection,
    listed,
    open_objections_to,
    standing_award,
    still_missing,
)
from incentives.notices.states import TRANSITIONS, Action


def rule_on_objection(
    *,
    village: str,
    objection_id: UUID,
    upheld: bool,
    reason: str,
    shop_at_fault: bool | None = None,
    quantity: int | None = None,
    actor: Actor,
    now: datetime,
) -> Objection:
    """Decide an objection, with a reason.

    Upheld, an award is rejected, or reversed if it was posted; a redemption's points come back as
    far as they didn't meanwhile, from the shop where it is at fault, and so do points that were
    cleared; a missing award is claimed for whoever objected and goes to review, as often as was
    said, or by `quantity` less often, but for what was registered meanwhile. Not upheld, what was
    held back goes on, and posts at once if its notice has closed.
    Refuses no reason, who entered or decided what it is about, their own household and their own
    objection, and the township where somebody of the village may rule.
    """
    require(actor, "objection.rule", village)
    refuse_no_reason(reason)
    ledger.hold([village])
    objection = find_objection(village, objection_id)
    db.session.refresh(objection)
    refuse_hand(objection, actor)
    refuse_bad_ruling(objection, upheld, shop_at_fault)
    refuse_bad_quantity(objection, quantity)
    close_objection(objection, upheld, reason, shop_at_fault, actor=actor, now=now)
    if objection.redemption_id is not None:
        if upheld:
            disputes.give_back(objection, actor=actor, now=now)
    elif objection.clearing_id is not None:
        if upheld:
            cleared.give_back(objection, actor=actor, now=now)
    elif objection.missing_resident_id is not None:
        if upheld:
            grant_missing(objection, quantity, actor=actor, now=now)
    else:
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


def refuse_bad_ruling(objection: Objection, upheld: bool, shop_at_fault: bool | None) -> None:
    """Refuse to uphold one to a redemption without saying whether the shop is at fault.

    But for one of which all came back meanwhile; and to say it of anything else.
    """
    is_said, is_sale = shop_at_fault is not None, objection.redemption_id is not None
    if (is_said and not is_sale) or (upheld and not is_said and disputes.is_out(objection)):
        detail = _("Say of a redemption, and only there, whether the shop is at fault")
        raise Invalid(errors=[FieldError("/shop_at_fault", detail)])


def refuse_bad_quantity(objection: Objection, quantity: int | None) -> None:
    """Refuse to grant more than was asked for, and to say how often of what isn't missing."""
    if quantity is not None and not 1 <= quantity <= (objection.missing_quantity or 0):
        detail = _("At least once, and no more often than was asked for")
        raise Invalid(errors=[FieldError("/quantity", detail)])


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
    before, status = TRANSITIONS[Action.UPHOLD if upheld else Action.OVERRULE]
    ruled = db.session.execute(
        update(Objection)
        .where(Objection.id == objection.id, Objection.status.in_(before))
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


def grant_missing(
    objection: Objection, quantity: int | None, *, actor: Actor, now: datetime
) -> None:
    """Claim the missing award for whoever objected; others than who ruled review it.

    What was registered meanwhile isn't given a second time: only how much oftener it was done.
    Refuses where its cap is used, or it was too long ago when it was objected to: then the
    objection can't be upheld so often, or at all.
    """
    right = quantity or cast("int", objection.missing_quantity)
    left = still_missing(right, standing_award(objection, village_day(now)))
    if left == 0:
        return
    award = claim_as_objected(
        village=objection.village,
        resident_id=cast("UUID", objection.missing_resident_id),
        act=Act(
            rule_item=cast("str", objection.missing_rule_item),
            occurred_on=cast("date", objection.missing_occurred_on),
            note=objection.reason[:NOTE_LENGTH],
        ),
        quantity=left,
        claimant=objection.made_by,
        on_behalf_of=objection.on_behalf_of,
        objected_on=village_day(objection.made_at),
        actor=actor,
        now=now,
    )
    objection.granted_award_id = award.id
    db.session.flush()
