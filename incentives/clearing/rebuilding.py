"""What becomes of a clearing when one of its sealed events is put back into an older database."""

from collections.abc import Sequence
from datetime import datetime

from incentives.clearing.models import Clearing
from incentives.extensions import db
from incentives.ledger import Kind
from incentives.ledger.replaying import Replayed
from incentives.recovery.hooks import Lost


def rebuild_clearing(replayed: Replayed, _now: datetime) -> Sequence[Lost] | None:
    """Count a household as cleared; None where the event is of no clearing that is there."""
    event = replayed.event
    if event.kind not in (Kind.EXPIRY, Kind.DEBT_PAYMENT) or event.record is None:
        return None
    clearing = db.session.get(Clearing, event.record, populate_existing=True)
    if clearing is None:
        return None
    if event.kind is Kind.EXPIRY:
        clearing.households += 1
        clearing.points += sum(row["amount"] for row in replayed.transfers)
    clearing.cleared_at = event.at
    db.session.flush()
    return []
