"""What posting writes: the rows of events, details, transfers and leaves, and the moved heads."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from incentives.clock import microseconds
from incentives.database import new_id
from incentives.ledger import details, merkle
from incentives.ledger.drafts import Draft
from incentives.ledger.holding import Head
from incentives.ledger.kinds import Kind
from incentives.ledger.leaves import leaf_text
from incentives.ledger.models import Event
from incentives.ledger.planning import Book, Planned
from incentives.ledger.sql import (
    LOWER_ALLOWANCE,
    MOVE_HEAD,
    NEW_DETAIL,
    NEW_EVENT,
    NEW_LEAF,
    NEW_TRANSFER,
    Row,
    day_value,
    uuid_value,
)

TICK = timedelta(microseconds=1)
SALT_BYTES = 16


@dataclass(slots=True)
class Posted:
    """An event as it was posted: what its row in `event` has."""

    id: UUID
    village: str
    seq: int
    at: datetime
    kind: Kind
    occurred_on: date
    actor: str | None
    approver: str | None
    reverses: UUID | None
    record: UUID | None
    detail: str | None
    salt: str

    @property
    def voucher(self) -> int:
        """The number that people quote: the place in the village's log, from 1."""
        return self.seq + 1


@dataclass(slots=True)
class Page:
    """All that one posting writes, as rows in the order of its statements' columns."""

    events: list[Posted] = field(default_factory=list)
    details: list[tuple[UUID, str, bytes]] = field(default_factory=list)
    transfers: list[Row] = field(default_factory=list)
    leaves: list[Row] = field(default_factory=list)


def add_event(
    page: Page,
    head: Head,
    draft: Draft,
    transfers: Sequence[Planned],
    persons: Mapping[UUID, str],
    actor: UUID | None,
    now: datetime,
) -> None:
    """Add an event, its rows and its leaf, and move the village's head on."""
    at = max(now, head.at + TICK)
    entered_by = draft.entered_by or actor
    identity = new_id()
    event = Posted(
        identity,
        draft.village,
        head.size,
        at,
        Kind(draft.kind),
        draft.occurred_on,
        persons[entered_by] if entered_by else None,
        persons[draft.approver] if draft.approver else None,
        draft.reverses,
        draft.record,
        add_detail(page, identity, draft),
        secrets.token_hex(SALT_BYTES),
    )
    page.events.append(event)
    moves = [(each.source, each.target, each.unit.value, each.amount) for each in transfers]
    page.transfers += [
        (draft.village, head.size, line, *moved, *each.leaves)
        for line, (moved, each) in enumerate(zip(moves, transfers, strict=True))
    ]
    body = leaf_of(event, head.origin, moves)
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


def leaf_of(event: Posted | Event, origin: str, moves: Iterable[tuple[object, ...]]) -> bytes:
    """An event's leaf."""
    return leaf_text(
        origin,
        event.seq,
        event.id.hex,
        microseconds(event.at),
        event.kind.value,
        event.occurred_on.isoformat(),
        event.actor,
        event.approver,
        event.reverses.hex if event.reverses else None,
        event.detail,
        event.salt,
        moves,
    ).encode()


def event_row(connection: Connection, event: Posted) -> Row:
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
