"""Sales and refunds whose receipts a restore lost: only what the ledger moved for them is known.

They stand on the list that an administrator and a supervisor signed (docs/recovery.md). Which goods
they were nobody knows any more, so they are paid for by their points, at the village's rate of the
day, whatever the shop's agreement says.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select

from incentives.extensions import db
from incentives.ledger import Kind
from incentives.ledger.models import Event, Transfer
from incentives.recovery.models import LostItem, LostKind
from incentives.register.policy import policy_on
from incentives.shop.models import Redemption, Refund


@dataclass(frozen=True)
class LostReceipt:
    """A sale or refund without its record: points that the shop got, below zero what it gave."""

    record: UUID
    number: int
    points: int
    amount_fen: int


def lost_receipts(
    village: str, shop_number: int, from_size: int, to_size: int
) -> list[LostReceipt]:
    """The lost receipts of a shop in a part of a village's log, by number."""
    shop = f"shop.{shop_number}"
    rows = db.session.execute(
        select(Event, Transfer.to_code, Transfer.amount)
        .join(Transfer, and_(Transfer.village == Event.village, Transfer.seq == Event.seq))
        .join(LostItem, and_(LostItem.event_id == Event.id, LostItem.kind == LostKind.RECORD))
        .outerjoin(Redemption, Redemption.id == Event.record)
        .outerjoin(Refund, Refund.id == Event.record)
        .where(
            LostItem.village == village,
            Event.village == village,
            Event.seq.between(from_size, to_size - 1),
            Event.kind.in_((Kind.REDEMPTION, Kind.REFUND, Kind.LOSS)),
            or_(Transfer.from_code == shop, Transfer.to_code == shop),
            Redemption.id.is_(None),
            Refund.id.is_(None),
        )
        .order_by(Event.seq)
    )
    found: dict[UUID, tuple[Event, int]] = {}
    for event, target, amount in rows:
        points = found.get(event.id, (event, 0))[1] + (amount if target == shop else -amount)
        found[event.id] = (event, points)
    return [
        LostReceipt(
            record=event.record or event.id,
            number=event.voucher,
            points=points,
            amount_fen=points * policy_on(village, event.occurred_on).fen_per_point,
        )
        for event, points in found.values()
    ]
