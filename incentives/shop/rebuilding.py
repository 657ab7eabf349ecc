"""What is lost of a sale or a refund when its sealed event is put back: its goods."""

from collections.abc import Sequence

from incentives.ledger import Kind
from incentives.ledger.replaying import Replayed
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostKind


def lose_goods(replayed: Replayed) -> Sequence[Lost]:
    """The goods that left the shelf, or came back: no event says which they were."""
    if replayed.event.kind not in (Kind.REDEMPTION, Kind.REFUND):
        return []
    return [Lost(LostKind.STOCK_MOVEMENT, {"event_kind": replayed.event.kind.value})]
