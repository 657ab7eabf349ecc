"""Money of a disbursement that came back, put back, and its reversal.

The event of a return doesn't say of which disbursement it is.

It is of the one that it can only be of: the village's one payment for that purpose of which as much
is still out, where no payment for the purpose lacks its record. Else it stays on the list.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from incentives.access import audit
from incentives.extensions import db
from incentives.fund.models import Disbursement, Method, PaymentReturn, ReturnReversal, Status
from incentives.fund.operations.returning import without_return
from incentives.fund.rebuilding import UNKNOWN, actor_of, change, keep_row
from incentives.ledger import Kind
from incentives.ledger.models import Event, Transfer
from incentives.ledger.replaying import Replayed
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostKind

OUT = (Status.PAID, Status.RECEIVED, Status.RETURNED)


def rebuild_return(replayed: Replayed, now: datetime) -> Sequence[Lost] | None:
    """Enter money that came back anew, without its reason; None where it may be of several."""
    event = replayed.event
    if event.record is None:
        return None
    if event.kind is Kind.REVERSAL:
        return reverse_return(replayed, now)
    if event.kind is not Kind.PAYMENT_RETURN:
        return None
    moved = replayed.transfers[0]
    row = only_payment(event, moved["from_code"], moved["amount"])
    if row is None:
        return None
    db.session.add(
        PaymentReturn(
            id=event.record,
            disbursement_id=row.id,
            amount_fen=moved["amount"],
            method=Method(moved["to_code"]),
            reason=UNKNOWN,
            returned_on=event.occurred_on,
            event_id=event.id,
            entered_by=actor_of(replayed),
            entered_at=event.at,
        )
    )
    change(row, status=Status.RETURNED, returned_fen=row.returned_fen + moved["amount"])
    keep_row(replayed, audit.Tag.DISBURSEMENT_RETURNED, now)
    return [Lost(LostKind.FACTS, {"record": str(event.record), "facts": ["reason"]})]


def reverse_return(replayed: Replayed, now: datetime) -> Sequence[Lost] | None:
    """Enter that a return was reversed, without the reason; None where the event is of none."""
    event = replayed.event
    returned = db.session.get(PaymentReturn, event.record, populate_existing=True)
    if returned is None:
        return None
    db.session.add(
        ReturnReversal(
            return_id=returned.id,
            event_id=event.id,
            reason=UNKNOWN,
            reversed_by=actor_of(replayed),
            reversed_at=event.at,
        )
    )
    db.session.flush()
    row = db.session.get_one(Disbursement, returned.disbursement_id, populate_existing=True)
    change(row, **without_return(row, returned.amount_fen))
    keep_row(replayed, audit.Tag.RETURN_REVERSED, now)
    return [Lost(LostKind.FACTS, {"record": str(event.record), "facts": ["reason"]})]


def only_payment(event: Event, account: str, amount_fen: int) -> Disbursement | None:
    """The one payment that this can have come back of, None where there may be another."""
    paid = db.session.execute(
        select(Event.record)
        .join(Transfer, (Transfer.village == Event.village) & (Transfer.seq == Event.seq))
        .where(
            Event.village == event.village,
            Event.kind == Kind.DISBURSEMENT,
            Event.seq < event.seq,
            Transfer.to_code == account,
        )
        .distinct()
    ).scalars()
    records = [each for each in paid if each is not None]
    rows = {
        row.id: row
        for row in db.session.scalars(
            select(Disbursement)
            .where(Disbursement.id.in_(records))
            .execution_options(populate_existing=True)
        )
    }
    if set(rows) != set(records):
        return None
    out = [
        row
        for row in rows.values()
        if row.status in OUT and row.amount_fen - row.returned_fen >= amount_fen
    ]
    return out[0] if len(out) == 1 else None
