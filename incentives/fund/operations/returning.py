"""Money back into the fund: what came back of a payment, and a payment taken back as a whole."""

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.fund.models import REASON_LENGTH, Disbursement, Method, PaymentReturn
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


def reverse_disbursement(
    *, village: str, disbursement_id: UUID, reason: str, actor: Actor, now: datetime
) -> Disbursement:
    """Take back the payment of a disbursement as a whole, in public, with a reason.

    It is an act of today, whatever month the payment was in. Refuses one of which some came back
    already, and somebody of the payee's household.
    """
    require(actor, "disbursement.reverse", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    ledger.hold([village])
    disbursement = find_for_step(village, disbursement_id)
    refuse_payee(actor, disbursement)
    refuse_wrong_state(disbursement, Action.REVERSE)
    undoing = ledger.reversal(
        village=village,
        reverses=disbursement.event_id,
        record=disbursement.id,
        reason=reason,
        occurred_on=village_day(now),
    )
    event = ledger.post([undoing], actor=actor.person, now=now)[0]
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
