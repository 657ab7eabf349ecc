"""A village's log as a file that others can check (docs/ledger.md, "Export"; docs/verify/).

One row a line, cells between tabs, the table's name first. What stands in the database is written
as it stands there, whatever it is: who checks must see what was changed behind the program's back.
What no leaf, signature or sum says anything of isn't exported. The public part has every leaf's
hash, but only the leaves that touch no household.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, type_coerce
from sqlalchemy.types import NullType

from incentives.extensions import db
from incentives.ledger import merkle
from incentives.ledger.audit.log import begin_snapshot
from incentives.ledger.leaves import is_public
from incentives.ledger.models import (
    Account,
    Checkpoint,
    Erasure,
    Event,
    EventDetail,
    Leaf,
    LogHead,
    Transfer,
)

FORMAT = "jishan-log/v1"
COLUMNS = {
    "log_head": "origin size at frontier",
    "account": "code unit kind balance version",
    "checkpoint": "origin size note",
    "event": "id seq at kind occurred_on actor approver reverses detail salt",
    "transfer": "seq line from_code to_code unit amount from_balance_after from_version"
    " to_balance_after to_version",
    "erasure": "event_id",
    "event_detail": "event_id text key",
    "leaf": "seq body hashes",
    "hash": "seq hashes",
}
NULL = "\\N"
EVENTS_A_STEP = 1000
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
Row = tuple[str, Sequence[Any]]


class Part(StrEnum):
    """How much of a log an export has."""

    ALL = "all"
    PUBLIC = "public"


def export_log(village: str, *, part: Part, details: bool = False) -> Iterator[str]:
    """The lines of an export, read in one snapshot; `details` exports their texts and keys too,
    which the public part never has.

    It begins a transaction of its own, and ends it with its last line.
    """
    details = details and part is Part.ALL
    begin_snapshot()
    try:
        yield f"{FORMAT}\nvillage\t{village}\npart\t{part}\ndetails\t{'yes' if details else 'no'}\n"
        for table, columns in COLUMNS.items():
            yield "\t".join(("columns", table, *columns.split())) + "\n"
        yield "rows\n"
        count = 0
        for table, cells in rows_of(village, part, details):
            yield "\t".join((table, *(written(cell) for cell in cells))) + "\n"
            count += 1
        yield f"end\t{count}\n"
    finally:
        db.session.rollback()


def written(cell: Any) -> str:
    """A cell as text: hex for bytes and ids, `\\N` for none, tabs and line feeds escaped."""
    if cell is None:
        return NULL
    if isinstance(cell, Verbatim):
        return cell
    if isinstance(cell, UUID):
        return cell.hex
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).hex()
    return str(cell).translate(ESCAPES)


def rows_of(village: str, part: Part, details: bool) -> Iterator[Row]:
    """All rows: the head, the accounts, the checkpoints, then what belongs to each event."""
    [head] = db.session.execute(read(LogHead).where(LogHead.village == village))
    origin, size, at, frontier = head
    yield "log_head", (origin, size, at if part is Part.ALL else None, frontier)
    if part is Part.ALL:
        moved = (Account.version != 0) | (Account.balance != 0)
        chosen = read(Account).where(Account.village == village, moved).order_by(Account.code)
        yield from (("account", row) for row in db.session.execute(chosen))
    chosen = read(Checkpoint).where(Checkpoint.village == village)
    ordered = chosen.order_by(Checkpoint.size, Checkpoint.origin)
    yield from (("checkpoint", row) for row in db.session.execute(ordered))
    for start in range(0, end_of(village), EVENTS_A_STEP):
        if part is Part.ALL:
            yield from event_rows(village, start, start + EVENTS_A_STEP, details)
        else:
            yield from public_rows(village, start, start + EVENTS_A_STEP)


def read(table: Any) -> Select[*tuple[Any, ...]]:
    """A table's exported columns as the database has them, whatever their type would refuse."""
    names = COLUMNS[table.__tablename__].split()
    return select(*(type_coerce(getattr(table, name), NullType()) for name in names))


def end_of(village: str) -> int:
    """The number behind the last one that any row has."""
    newest = [
        db.session.scalar(select(func.max(table.seq)).where(table.village == village))
        for table in (Event, Transfer, Leaf)
    ]
    return 1 + max(-1 if seq is None else int(seq) for seq in newest)


def between(table: Any, village: str, start: int, end: int) -> Any:
    """The condition for a step's rows."""
    return (table.village == village) & (table.seq >= start) & (table.seq < end)


def event_rows(village: str, start: int, end: int, details: bool) -> Iterator[Row]:
    """The rows of these places, each place's together, its leaf last."""
    kept: dict[int, list[Row]] = {}
    events = db.session.execute(read(Event).where(between(Event, village, start, end)))
    for row in events:
        kept.setdefault(row[1], []).append(("event", row))
    transfers = read(Transfer).where(between(Transfer, village, start, end))
    for row in db.session.execute(transfers.order_by(Transfer.seq, Transfer.line)):
        kept.setdefault(row[0], []).append(("transfer", row))
    for table in (Erasure, EventDetail):
        chosen = read(table).add_columns(Event.seq).join(Event, Event.id == table.event_id)
        hidden = table is EventDetail and not details
        for *cells, seq in db.session.execute(chosen.where(between(Event, village, start, end))):
            kept[seq].append((table.__tablename__, [cells[0], None, None] if hidden else cells))
    for seq, body, hashes in leaf_rows(village, start, end):
        kept.setdefault(seq, []).append(("leaf", (seq, leaf_cell(body), hashes)))
    for seq in sorted(kept):
        yield from kept[seq]


def public_rows(village: str, start: int, end: int) -> Iterator[Row]:
    """The leaves that anyone may read, and the hashes of the others."""
    for seq, body, hashes in leaf_rows(village, start, end):
        if is_public(body):
            yield "leaf", (seq, leaf_cell(body), hashes)
        else:
            yield "hash", (seq, hashes[: merkle.HASH_BYTES])


def leaf_rows(village: str, start: int, end: int) -> list[tuple[int, bytes, bytes]]:
    """Place, bytes and hashes of these leaves."""
    rows = db.session.execute(
        read(Leaf).where(between(Leaf, village, start, end)).order_by(Leaf.seq)
    )
    return [(row[0], raw(row[1]), raw(row[2])) for row in rows]


def raw(cell: Any) -> bytes:
    """A cell of bytes; SQLite also gives texts that somebody put there."""
    return cell.encode() if isinstance(cell, str) else bytes(cell)


class Verbatim(str):
    """A cell that is written as it stands."""

    __slots__ = ()


def leaf_cell(body: bytes) -> Verbatim:
    """A leaf's bytes as a cell: printable ASCII as it is, all other bytes escaped."""
    text = body.decode("latin-1").translate(ESCAPES)
    if not (text.isascii() and text.isprintable()):
        text = "".join(each if " " <= each <= "~" else f"\\x{ord(each):02x}" for each in text)
    return Verbatim(text)
