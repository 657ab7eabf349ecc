"""A village's rows just as the database has them, a window of events at a time.

Columns come without their types, so that what no list knows, or is no number at all, can be named
rather than stop the audit. Memory is a window's, however long the log is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import NullType

from incentives.extensions import db
from incentives.ledger.audit.findings import Finding
from incentives.ledger.models import Checkpoint, Erasure, Event, EventDetail, Leaf, Transfer

WINDOW = 2000
STRAYS_AT_MOST = 1000

EVENT_COLUMNS = (
    Event.seq,
    Event.id,
    Event.at,
    Event.kind,
    Event.occurred_on,
    Event.actor,
    Event.approver,
    Event.reverses,
    Event.detail,
    Event.salt,
)
TRANSFER_COLUMNS = (
    Transfer.seq,
    Transfer.line,
    Transfer.from_code,
    Transfer.to_code,
    Transfer.unit,
    Transfer.amount,
    Transfer.from_balance_after,
    Transfer.from_version,
    Transfer.to_balance_after,
    Transfer.to_version,
)


@dataclass
class Window:
    """The rows of the events from `start` to before `end`; an event's detail is by its id."""

    start: int
    end: int
    events: dict[int, Any] = field(default_factory=dict)
    leaves: dict[int, Any] = field(default_factory=dict)
    transfers: dict[int, list[Any]] = field(default_factory=dict)
    details: dict[Any, Any] = field(default_factory=dict)
    erased: set[Any] = field(default_factory=set)
    doubled: list[Finding] = field(default_factory=list)


def raw(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """A column as the database has it, whatever its type says."""
    return type_coerce(column, NullType()).label(column.key)


def plain(value: Any) -> Any:
    """A value as a leaf writes it: ids in hex and days by ISO 8601, on both databases."""
    if isinstance(value, UUID):
        return value.hex
    return value.isoformat() if isinstance(value, date) else value


def count_events(village: str) -> int:
    """How far a village's log goes by its events and leaves, whatever its head says."""
    return max(
        db.session.scalar(select(func.count()).where(table.village == village)) or 0
        for table in (Event, Leaf)
    )


def read_windows(village: str, size: int) -> Iterator[Window]:
    """A village's log from its first event to its last."""
    for start in range(0, size, WINDOW):
        window = Window(start, min(start + WINDOW, size))
        take_once(window, "event", window.events, rows_of(village, EVENT_COLUMNS, window))
        columns = (Leaf.seq, Leaf.body, Leaf.hashes)
        take_once(window, "leaf", window.leaves, rows_of(village, columns, window))
        for row in rows_of(village, TRANSFER_COLUMNS, window):
            window.transfers.setdefault(row[0], []).append(row)
        for row in details_of(village, EventDetail, window):
            window.details[plain(row[0])] = row
        window.erased = {plain(row[0]) for row in details_of(village, Erasure, window)}
        yield window


def take_once(window: Window, table: str, kept: dict[int, Any], found: Sequence[Any]) -> None:
    """Keep rows by their number; a second one of a number is a finding."""
    for row in found:
        if row[0] in kept:
            place = str(row[0])
            window.doubled.append(Finding("", table, place, "seq", "one row", "two rows"))
        kept[row[0]] = row


def rows_of(
    village: str, columns: Sequence[InstrumentedAttribute[Any]], window: Window
) -> Sequence[Any]:
    """A table's rows of a window; transfers by their lines."""
    seq = columns[0]
    table = seq.class_
    order = (table.seq, table.line) if table is Transfer else (table.seq,)
    return (
        db.session.connection()
        .execute(
            select(*map(raw, columns))
            .where(table.village == village, seq >= window.start, seq < window.end)
            .order_by(*order)
        )
        .all()
    )


def details_of(
    village: str, table: type[EventDetail] | type[Erasure], window: Window
) -> Sequence[Any]:
    """The details, or the erasures, of a window's events."""
    columns = [raw(table.event_id)]
    if table is EventDetail:
        columns += [raw(EventDetail.text), raw(EventDetail.key)]
    return (
        db.session.connection()
        .execute(
            select(*columns)
            .join(Event, Event.id == table.event_id)
            .where(Event.village == village, Event.seq >= window.start, Event.seq < window.end)
        )
        .all()
    )


def read_strays(village: str, size: int) -> Iterator[Finding]:
    """Rows numbered beyond the log."""
    for table in (Event, Leaf, Transfer):
        outside = or_(table.seq < 0, table.seq >= size)
        columns = [raw(table.seq), *([raw(Transfer.line)] if table is Transfer else [])]
        for row in db.session.connection().execute(
            select(*columns).where(table.village == village, outside).limit(STRAYS_AT_MOST)
        ):
            place = "/".join(map(str, row))
            expected = f"less than {size}"
            yield Finding(village, table.__tablename__, place, "seq", expected, str(row[0]))
    beyond = or_(Checkpoint.size < 0, Checkpoint.size > size)
    for (found,) in db.session.connection().execute(
        select(raw(Checkpoint.size)).where(Checkpoint.village == village, beyond)
    ):
        yield Finding(village, "checkpoint", str(found), "size", f"at most {size}", str(found))
