"""What becomes of a disputed sale or clearing when the event that gave back for it is put back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from incentives.extensions import db
from incentives.ledger import Kind
from incentives.ledger.replaying import Replayed, stand_in
from incentives.notices.models import Objection, ObjectionStatus
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostKind
from incentives.shop.models import Redemption, Refund, RefundCause
from incentives.shop.operations.refunds import keep_refund, split_value, take_back

UNKNOWN = "?"


def rebuild_dispute(replayed: Replayed, _now: datetime) -> Sequence[Lost] | None:
    """Rule the objection as its event shows: upheld, as the village's loss, nothing still out.

    None where the event is of no objection that is there.
    """
    event = replayed.event
    if event.kind is not Kind.LOSS or event.record is None:
        return None
    objection = db.session.get(Objection, event.record, populate_existing=True)
    if objection is None or (objection.redemption_id or objection.clearing_id) is None:
        return None
    objection.status = ObjectionStatus.UPHELD
    objection.ruling_reason = UNKNOWN
    objection.shop_at_fault = False if objection.redemption_id else None
    objection.ruled_by = replayed.actor or stand_in(event.village, "clock")
    objection.ruled_at = event.at
    db.session.flush()
    if objection.redemption_id is not None:
        refund_rest(objection.redemption_id, replayed)
    return [Lost(LostKind.FACTS, {"record": str(objection.id), "facts": ["reason"]})]


def refund_rest(redemption_id: UUID, replayed: Replayed) -> None:
    """Enter what was still out as refunded at the village's cost, as the ruling had done."""
    event = replayed.event
    redemption = db.session.get_one(Redemption, redemption_id)
    returned = take_back(redemption, None)
    value = sum(line.unit_points * quantity for line, quantity in returned)
    points, cash_fen = split_value(redemption, value)
    refund = Refund(
        redemption_id=redemption_id,
        points=points,
        cash_fen=cash_fen,
        cause=RefundCause.VILLAGE,
        reason=UNKNOWN,
        refunded_at=event.at,
        refunded_by=replayed.actor or stand_in(event.village, "clock"),
    )
    keep_refund(refund, redemption, event, returned)
