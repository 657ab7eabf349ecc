"""What posting writes: the rows of events, details, transfers and leaves, and the moved heads."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from incentives.clock import microseconds
from incentives.database import new_id
from incentives.ledger import details, merkle
from incentives.ledger.drafts import Draft
from incentives.ledger.holding import Head
from incentives.ledger.kinds import Kind
from incentives.ledger.leaves import LeafContent, Move, write_leaf
from incentives.ledger.models import Event
from incentives.ledger.planning import Book, Planned
from incentives.ledger.reading import Codes
from incentives.ledger.sql import (
    LOWER_ALLOWANCE,
    MOVE_HEAD,
    NEW_DETAIL,
    NEW_EVENT,
    NEW_LEAF,
    NEW_TRANSFER,
    day_value,
    uuid_value,
)

TICK = timedelta(microseconds=1)

Row = tuple[object, ...]


@dataclass
class Page:
    """All that one posting writes, as rows in the order of its statements' columns."""

    events: list[Event] = field(default_factory=list)
    details: list[tuple[UUID, str, bytes]] = field(default_factory=list)
    transfers: list[Row] = field(default_factory=list)
    leaves: list[Row] = field(default_factory=list)


def add_event(
    page: Page,
    head: Head,
    draft: Draft,
    transfers: Sequence[Planned],
    codes: Codes,
    actor: UUID | None,
    now: datetime,
) -> None:
    """Add an event, its rows and its leaf, and move the village's head on."""
    at = max(now, head.at + TICK)
    entered_by = draft.entered_by or actor
    identity = new_id()
    event = Event(
        id=identity,
        village=draft.village,
        seq=head.size,
        at=at,
        kind=Kind(draft.kind),
        occurred_on=draft.occurred_on,
        actor=codes[draft.village, entered_by] if entered_by else None,
        approver=codes[draft.village, draft.approver] if draft.approver else None,
        reverses=draft.reverses,
        record=draft.record,
        detail=add_detail(page, identity, draft),
        salt=secrets.token_hex(16),
    )
    page.events.append(event)
    page.transfers += [
        transfer_row(draft.village, head.size, line, each) for line, each in enumerate(transfers)
    ]
    body = write_leaf(leaf_of(event, head.origin, transfers))
    head.frontier, hashes = merkle.append_leaf(head.size, head.frontier, merkle.leaf_hash(body))
    page.leaves.append((draft.village, head.size, body, hashes))
    head.size += 1
    head.at = at


def add_detail(page: Page, event: UUID, draft: Draft) -> str | None:
    """Add the detail's text and key; what commits to them, or None without any."""
    if draft.detail is None:
        return None
    text, key = details.write_detail(draft.detail), details.new_key()
    page.details.append((event, text, key))
    return details.commit(text, key)


def transfer_row(village: str, seq: int, line: int, planned: Planned) -> Row:
    """A transfer as its table has it."""
    return (
        village,
        seq,
        line,
        planned.source,
        planned.target,
        planned.unit.value,
        planned.amount,
        planned.from_balance_after,
        planned.from_version,
        planned.to_balance_after,
        planned.to_version,
    )


def leaf_of(event: Event, origin: str, transfers: Iterable[Planned]) -> LeafContent:
    """What an event's leaf says."""
    return LeafContent(
        origin=origin,
        seq=event.seq,
        event=event.id,
        at=microseconds(event.at),
        kind=event.kind,
        occurred=event.occurred_on,
        actor=event.actor,
        approver=event.approver,
        reverses=event.reverses,
        detail=event.detail,
        salt=event.salt,
        moves=tuple(Move(each.source, each.target, each.unit, each.amount) for each in transfers),
    )


def event_row(connection: Connection, event: Event) -> Row:
    """An event as its table has it."""
    return (
        uuid_value(connection, event.id),
        event.village,
        event.seq,
        microseconds(event.at),
        event.kind.value,
        day_value(connection, event.occurred_on),
        event.actor,
        event.approver,
        uuid_value(connection, event.reverses),
        uuid_value(connection, event.record),
        event.detail,
        event.salt,
    )


def write(
    connection: Connection, page: Page, heads: Iterable[Head], books: Mapping[str, Book]
) -> None:
    """Store it all: events before transfers, leaves last, then heads and allowances."""
    NEW_EVENT.send(connection, [event_row(connection, each) for each in page.events])
    NEW_DETAIL.send(
        connection, [(uuid_value(connection, event), *rest) for event, *rest in page.details]
    )
    NEW_TRANSFER.send(connection, page.transfers)
    NEW_LEAF.send(connection, page.leaves)
    MOVE_HEAD.send(
        connection,
        [(each.size, microseconds(each.at), each.frontier, each.village) for each in heads],
    )
    LOWER_ALLOWANCE.send(
        connection,
        [
            (points, uuid_value(connection, lease), village, code)
            for village, book in books.items()
            for (lease, code), points in book.used_allowances.items()
        ],
    )
