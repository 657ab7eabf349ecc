"""What the ledger has of awards: each event's place, the points it moved, and what was owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from incentives import ledger
from incentives.books.queries import find_checkpoint, receipt_codes
from incentives.extensions import db
from incentives.ledger.models import Transfer
from incentives.register.models import Household


@dataclass(frozen=True)
class Posting:
    """An event of an award: the voucher's number, and the receipt's code that /verify checks.

    `points` is what the household's account got, negative where it was taken. `debt` is what
    filled a debt, negative where points that were spent already became one. `sealed` says that a
    signed checkpoint covers it, so that its proof can be given.
    """

    event_id: UUID
    village: str
    seq: int
    receipt: str
    points: int
    debt: int
    sealed: bool

    @property
    def voucher(self) -> int:
        """The number that people quote."""
        return self.seq + 1


def postings(household: Household, event_ids: Sequence[UUID]) -> dict[UUID, Posting]:
    """These events as the household's accounts have them, in four statements."""
    village, code = household.village, household.account_code
    events = {
        event.seq: event.id
        for event in db.session.scalars(
            select(ledger.Event).where(
                ledger.Event.village == village, ledger.Event.id.in_(event_ids)
            )
        )
    }
    receipts = receipt_codes(village, list(events))
    moved = {seq: {f"h.{code}": 0, f"debt.{code}": 0} for seq in events}
    for transfer in db.session.scalars(
        select(Transfer).where(Transfer.village == village, Transfer.seq.in_(list(events)))
    ):
        sums = moved[transfer.seq]
        if transfer.to_code in sums:
            sums[transfer.to_code] += transfer.amount
        if transfer.from_code in sums:
            sums[transfer.from_code] -= transfer.amount
    checkpoint = find_checkpoint(village) if events else None
    return {
        event_id: Posting(
            event_id=event_id,
            village=village,
            seq=seq,
            receipt=receipts[seq],
            points=moved[seq][f"h.{code}"],
            debt=moved[seq][f"debt.{code}"],
            sealed=checkpoint is not None and seq < checkpoint.size,
        )
        for seq, event_id in events.items()
    }
