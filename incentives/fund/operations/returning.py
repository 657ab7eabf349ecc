"""Money back into the fund: what came back of a payment, or didn't, and a payment taken back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import AlreadyReversed, FieldError, Invalid, NotFound
from incentives.extensions import db
from incentives.fund.models import (
    REASON_LENGTH,
    Disbursement,
    Method,
    PaymentReturn,
    ReturnReversal,
    Status,
)
from incentives.fund.operations.months import refuse_closed
from incentives.fund.operations.steps import (
    check_amount,
    check_day,
    find_for_step,
    move_on,
    record,
    refuse_payee,
    refuse_wrong_state,
)
from incentives.fund.states import Action
from incentives.texts import check_text
from incentives.web.dates import day_word


def return_payment(
    *,
    village: str,
    disbursement_id: UUID,
    amount_fen: int,
    method: Method,
    reason: str,
    returned_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> PaymentReturn:
    """Enter money of a disbursement that came back, in part or whole; it may happen again.

    Refuses more than is still out, somebody of the payee's household, a day before the payment's,
    and one of a closed month.
    """
    require(actor, "disbursement.return", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    check_amount(amount_fen)
    day = returned_on or village_day(now)
    check_day(day, "/returned_on", now)
    ledger.hold([village])
    refuse_closed(village, day, "/returned_on")
    disbursement = find_for_step(village, disbursement_id)
    refuse_payee(actor, disbursement)
    refuse_wrong_state(disbursement, Action.RETURN)
    refuse_before_payment(disbursement, day)
    out = disbursement.amount_fen - disbursement.returned_fen
    if amount_fen > out:
        detail = _("At most %(left)s yuan of it can come back", left=f"{out / 100:.2f}")
        raise Invalid(errors=[FieldError("/amount_fen", detail)])
    return_id = new_id()
    event = ledger.post(
        [
            ledger.Draft(
                village=village,
                kind=ledger.Kind.PAYMENT_RETURN,
                occurred_on=day,
                legs=[ledger.move(f"spending.{disbursement.purpose}", method.value, amount_fen)],
                record=return_id,
                detail={"purpose": disbursement.purpose},
            )
        ],
        actor=actor.person,
        now=now,
    )[0]
    returned = PaymentReturn(
        id=return_id,
        disbursement_id=disbursement.id,
        amount_fen=amount_fen,
        method=method,
        reason=reason,
        returned_on=day,
        event_id=event.id,
        entered_by=actor.person,
        entered_at=now,
    )
    db.session.add(returned)
    move_on(disbursement, Action.RETURN, returned_fen=disbursement.returned_fen + amount_fen)
    record(
        disbursement,
        audit.Tag.DISBURSEMENT_RETURNED,
        actor=actor,
        now=now,
        details={"amount_fen": amount_fen, "reason": reason},
    )
    return returned


def refuse_before_payment(disbursement: Disbursement, day: date) -> None:
    """Refuse that money came back before it was paid."""
    if disbursement.paid_on is not None and day < disbursement.paid_on:
        detail = _("It was paid on %(day)s only", day=day_word(disbursement.paid_on))
        raise Invalid(errors=[FieldError("/returned_on", detail)])


def reverse_return(
    *,
    village: str,
    disbursement_id: UUID,
    return_id: UUID,
    reason: str,
    actor: Actor,
    now: datetime,
) -> PaymentReturn:
    """Take back a return that was mistyped, in public, with a reason; the money is out again.

    It is an act of today, whatever month the return was in. Refuses one that was reversed, somebody
    of the payee's household, and what cash or bank no longer holds.
    """
    require(actor, "disbursement.reverse_return", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    ledger.hold([village])
    disbursement = find_for_step(village, disbursement_id)
    refuse_payee(actor, disbursement)
    returned = find_return(disbursement, return_id)
    event = ledger.post_reversal(
        village=village,
        reverses=returned.event_id,
        record=returned.id,
        reason=reason,
        actor=actor.person,
        now=now,
    )
    db.session.add(
        ReturnReversal(
            return_id=returned.id,
            event_id=event.id,
            reason=reason,
            reversed_by=actor.person,
            reversed_at=now,
        )
    )
    db.session.flush()
    move_on(
        disbursement,
        Action.REVERSE_RETURN,
        **without_return(disbursement, returned.amount_fen),
    )
    db.session.refresh(returned)
    record(
        disbursement,
        audit.Tag.RETURN_REVERSED,
        actor=actor,
        now=now,
        details={"amount_fen": returned.amount_fen, "reason": reason},
    )
    return returned


def find_return(disbursement: Disbursement, return_id: UUID) -> PaymentReturn:
    """A return of that disbursement that stands; refuses what is none, or was reversed."""
    returned = db.session.get(PaymentReturn, return_id, populate_existing=True)
    if returned is None or returned.disbursement_id != disbursement.id:
        refuse_wrong_state(disbursement, Action.REVERSE_RETURN)
        raise NotFound()
    if returned.reversal is not None:
        raise AlreadyReversed()
    return returned


def without_return(disbursement: Disbursement, amount_fen: int) -> dict[str, Any]:
    """What a disbursement is without one of its returns; without any, paid or received again."""
    rest = disbursement.returned_fen - amount_fen
    before = Status.PAID if disbursement.received_by is None else Status.RECEIVED
    return {"returned_fen": rest, "status": Status.RETURNED if rest else before}


def reverse_disbursement(
    *, village: str, disbursement_id: UUID, reason: str, actor: Actor, now: datetime
) -> Disbursement:
    """Take back the payment of a disbursement as a whole, in public, with a reason.

    It is an act of today, whatever month the payment was in. Refuses one of which some came back
    and stayed, and somebody of the payee's household.
    """
    require(actor, "disbursement.reverse", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    ledger.hold([village])
    disbursement = find_for_step(village, disbursement_id)
    refuse_payee(actor, disbursement)
    refuse_wrong_state(disbursement, Action.REVERSE)
    event = ledger.post_reversal(
        village=village,
        reverses=disbursement.event_id,
        record=disbursement.id,
        reason=reason,
        actor=actor.person,
        now=now,
    )
    move_on(
        disbursement,
        Action.REVERSE,
        reversed_event_id=event.id,
        ended_by=actor.person,
        ended_at=now,
        ended_reason=reason,
    )
    record(
        disbursement,
        audit.Tag.DISBURSEMENT_REVERSED,
        actor=actor,
        now=now,
        details={"reason": reason},
    )
    return disbursement
