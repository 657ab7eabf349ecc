"""What a reversal mirrors: the events that drafts name, with all that they moved."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select, tuple_

from incentives.errors import NotFound
from incentives.ledger.drafts import Draft
from incentives.ledger.models import Event, Transfer
from incentives.ledger.planning import Mirrored


def read_mirrored(connection: Connection, drafts: Sequence[Draft]) -> dict[UUID, Mirrored]:
    """The events that drafts reverse, with what they moved."""
    wanted = [draft.reverses for draft in drafts if draft.reverses]
    if not wanted:
        return {}
    if len(set(wanted)) < len(wanted):
        raise ValueError("an event is reversed once")
    events = connection.execute(
        select(Event.id, Event.village, Event.seq, Event.kind).where(Event.id.in_(wanted))
    ).all()
    if len(events) < len(wanted):
        raise NotFound()
    done = set(connection.scalars(select(Event.reverses).where(Event.reverses.in_(wanted))))
    places = [(each.village, each.seq) for each in events]
    moved: dict[tuple[str, int], list[tuple[str, str, int]]] = {place: [] for place in places}
    for row in connection.execute(
        select(
            Transfer.village,
            Transfer.seq,
            Transfer.from_code,
            Transfer.to_code,
            Transfer.amount,
        )
        .where(tuple_(Transfer.village, Transfer.seq).in_(places))
        .order_by(Transfer.village, Transfer.seq, Transfer.line)
    ):
        moved[row.village, row.seq].append((row.from_code, row.to_code, row.amount))
    return {
        each.id: Mirrored(each.village, each.kind, moved[each.village, each.seq], each.id in done)
        for each in events
    }
