"""What becomes of a disputed sale when the event that paid for it is put back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from incentives.extensions import db
from incentives.ledger import Kind
from incentives.ledger.replaying import Replayed, stand_in
from incentives.notices.models import Objection, ObjectionStatus
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostKind
from incentives.shop.models import RedemptionLine

UNKNOWN = "?"


def rebuild_dispute(replayed: Replayed, _now: datetime) -> Sequence[Lost] | None:
    """Rule the objection as its event shows: upheld, as the village's loss, nothing still out.

    None where the event is of no objection that is there.
    """
    event = replayed.event
    if event.kind is not Kind.LOSS or event.record is None:
        return None
    objection = db.session.get(Objection, event.record, populate_existing=True)
    if objection is None or objection.redemption_id is None:
        return None
    objection.status = ObjectionStatus.UPHELD
    objection.ruling_reason = UNKNOWN
    objection.shop_at_fault = False
    objection.ruled_by = replayed.actor or stand_in(event.village, "clock")
    objection.ruled_at = event.at
    db.session.execute(
        update(RedemptionLine)
        .where(RedemptionLine.redemption_id == objection.redemption_id)
        .values(refunded=RedemptionLine.quantity)
        .execution_options(synchronize_session=False)
    )
    db.session.flush()
    return [Lost(LostKind.FACTS, {"record": str(objection.id), "facts": ["reason"]})]
