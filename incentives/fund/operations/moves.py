"""Moves of the fund's money: cash to the bank and back, and differences that were found.

None leaves the fund by one person's word: what is missing of the cash is posted once two people
stand by the count (counting.py); what a bank takes is a disbursement.
"""

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.database import new_id
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.fund.models import REASON_LENGTH, MoneyMove, Place
from incentives.fund.operations.months import refuse_closed
from incentives.fund.operations.steps import check_amount, check_day
from incentives.texts import optional_text


def move_money(
    *,
    village: str,
    from_place: Place,
    to_place: Place,
    amount_fen: int,
    moved_on: date,
    note: str | None = None,
    actor: Actor,
    now: datetime,
) -> MoneyMove:
    """Bring cash to the bank or fetch it, or enter money that was found beyond the book.

    What was found, from `difference`, needs a note. Refuses money that is missing: two people count
    the cash, and what the bank took is applied for; more than cash or bank holds; and a day of a
    closed month.
    """
    require(actor, "money.move", village)
    check_amount(amount_fen)
    check_day(moved_on, "/moved_on", now)
    note = optional_text(note, "/note", REASON_LENGTH)
    if from_place is to_place:
        raise Invalid(errors=[FieldError("/to", _("Choose two different places"))])
    if to_place is Place.DIFFERENCE:
        detail = _(
            "Missing cash is counted by two people; what the bank took is applied for as a fee"
        )
        raise Invalid(errors=[FieldError("/to", detail)])
    if from_place is Place.DIFFERENCE and note is None:
        raise Invalid(errors=[FieldError("/note", _("Say how the difference was found"))])
    ledger.hold([village])
    refuse_closed(village, moved_on, "/moved_on")
    return post_move(
        village=village,
        from_place=from_place,
        to_place=to_place,
        amount_fen=amount_fen,
        moved_on=moved_on,
        note=note,
        entered_by=actor.person,
        actor=actor,
        now=now,
    )


def post_move(
    *,
    village: str,
    from_place: Place,
    to_place: Place,
    amount_fen: int,
    moved_on: date,
    note: str | None,
    entered_by: UUID,
    actor: Actor,
    now: datetime,
) -> MoneyMove:
    """Post a move that was checked, under the lock; `actor` is who decided on it last."""
    source = "income.difference" if from_place is Place.DIFFERENCE else from_place.value
    target = "spending.difference" if to_place is Place.DIFFERENCE else to_place.value
    move_id = new_id()
    confirmed_by = None if entered_by == actor.person else actor.person
    event = ledger.post(
        [
            ledger.Draft(
                village=village,
                kind=ledger.Kind.MONEY_MOVE,
                occurred_on=moved_on,
                legs=[ledger.move(source, target, amount_fen)],
                record=move_id,
                approver=confirmed_by,
            )
        ],
        actor=entered_by,
        now=now,
    )[0]
    moved = MoneyMove(
        id=move_id,
        village=village,
        from_place=from_place,
        to_place=to_place,
        amount_fen=amount_fen,
        moved_on=moved_on,
        note=note,
        event_id=event.id,
        entered_by=entered_by,
        entered_at=now,
        confirmed_by=confirmed_by,
    )
    db.session.add(moved)
    db.session.flush()
    audit.record(actor, audit.Tag.MONEY_MOVED, village=village, subject=moved.id, now=now)
    return moved
