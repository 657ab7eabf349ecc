"""The database's rows and leaves against the sealed ones: the record, too, which is in no leaf."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from incentives.clock import microseconds
from incentives.extensions import db
from incentives.ledger.audit import Finding
from incentives.ledger.audit.reading import Window, plain, rows_of
from incentives.ledger.models import Event, Leaf, Transfer
from incentives.ledger.seals.files import EVENTS, folder_of
from incentives.ledger.seals.reading import SealedEvent, SealsDamaged, sealed_events

STEP = 1000
# All that the seals keep of an event and of a transfer, the number by which rows are read first.
EVENT_COLUMNS, TRANSFER_COLUMNS = (
    (table.seq, *(getattr(table, each.key) for each in table.__table__.c if each.key != "seq"))
    for table in (Event, Transfer)
)


def compare_with_seals(village: str) -> Iterator[Finding]:
    """Where the database's rows and leaves aren't the sealed ones.

    It ends the reading transaction: the books are read after their seals, as both may grow
    meanwhile.
    """
    sealed = sealed_events(folder_of(village))
    try:
        while step := list(islice(sealed, STEP)):
            db.session.rollback()
            yield from compare_step(village, step)
    except SealsDamaged as damaged:
        yield Finding(village, EVENTS, "", "line", "a sealed event", str(damaged))


def compare_step(village: str, sealed: Sequence[SealedEvent]) -> Iterator[Finding]:
    """The same of some events that follow each other."""
    window = Window(sealed[0].seq, sealed[-1].seq + 1)
    events = {row.seq: row for row in rows_of(village, EVENT_COLUMNS, window)}
    transfers = {f"{row.seq}/{row.line}": row for row in rows_of(village, TRANSFER_COLUMNS, window)}
    leaves = {row.seq: row.body for row in rows_of(village, (Leaf.seq, Leaf.body), window)}
    for each in sealed:
        if each.seq not in events and each.seq not in leaves:
            # All of it is gone, as after a restore: that is one finding.
            yield Finding(village, "event", str(each.seq), "seq", "a sealed event", "none")
            continue
        yield from compare_row(village, "event", str(each.seq), each.event, events.get(each.seq))
        for row in each.transfers:
            place = f"{each.seq}/{row['line']}"
            yield from compare_row(village, "transfer", place, row, transfers.pop(place, None))
        yield from compare_leaf(village, each.seq, each.leaf, leaves.get(each.seq))
    for place in transfers:
        yield Finding(village, "transfer", place, "line", "none", "a row of transfer")


def compare_row(
    village: str, table: str, place: str, sealed: dict[str, Any], row: Any
) -> Iterator[Finding]:
    """Where a row isn't the sealed one."""
    if row is None:
        column = "seq" if table == "event" else "line"
        yield Finding(village, table, place, column, f"a row of {table}", "none")
        return
    for column, value in sealed.items():
        expected = microseconds(value) if isinstance(value, datetime) else plain(value)
        found = plain(getattr(row, column))
        if expected != found:
            yield Finding(village, table, place, column, str(expected), str(found))


def compare_leaf(village: str, seq: int, sealed: bytes, body: Any) -> Iterator[Finding]:
    """Where a leaf isn't the sealed one."""
    if body is None:
        yield Finding(village, "leaf", str(seq), "body", "the sealed leaf", "none")
    elif sealed != body:
        found = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
        yield Finding(village, "leaf", str(seq), "body", sealed.decode(), found)
