"""What a village's seals hold: its events line by line, its checkpoints, the newest of both."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from incentives.clock import microseconds
from incentives.keys import key
from incentives.ledger import notes
from incentives.ledger.kinds import Kind, Unit
from incentives.ledger.leaves import LeafContent, Move, write_leaf
from incentives.ledger.models import Event, Transfer
from incentives.ledger.seals.files import (
    CHECKPOINTS,
    EVENTS,
    lines_from_behind,
    size_of,
    whole_lines,
)


class LogInconsistent(RuntimeError):
    """The database holds another log than the one that was sealed: nothing is signed."""


class SealsDamaged(LogInconsistent):
    """The seals themselves can't be read, or don't fit together."""


@dataclass(frozen=True)
class Sealed:
    """The newest checkpoint of a village's folder: note, content, and how many bytes it covers."""

    note: str
    root: notes.Root
    events_bytes: int


@dataclass(frozen=True)
class SealedEvent:
    """One sealed event: its leaf, and its rows by their columns."""

    leaf: bytes
    event: dict[str, Any]
    transfers: list[dict[str, Any]]

    @property
    def seq(self) -> int:
        """The event's place in the log."""
        return int(self.event["seq"])


def last_sealed(folder: Path) -> Sealed | None:
    """The newest checkpoint in a folder; `SealsDamaged` for one that isn't what was written."""
    line = next(lines_from_behind(folder / CHECKPOINTS), None)
    if line is None:
        return None
    last = read_sealed(line)
    if size_of(folder / EVENTS) < last.events_bytes:
        raise SealsDamaged(
            f"{folder.name}: {EVENTS} is shorter than {CHECKPOINTS} says it was when signed"
        )
    return last


def checkpoints_from_behind(folder: Path) -> Iterator[Sealed]:
    """All checkpoints of a folder, the newest first."""
    return (read_sealed(line) for line in lines_from_behind(folder / CHECKPOINTS))


def read_sealed(line: bytes) -> Sealed:
    """A line of the checkpoints."""
    try:
        kept = json.loads(line)
        public = notes.private_key(key("log")).public_key()
        root = notes.read_checkpoint(kept["note"], public)
        return Sealed(kept["note"], root, int(kept["bytes"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SealsDamaged(f"a line of {CHECKPOINTS} can't be read: {error}") from error


def sealed_size(folder: Path, last: Sealed | None) -> int:
    """How many events the seals hold: those signed, and whole lines that were to be signed."""
    start, count = (last.events_bytes, last.root.size) if last else (0, 0)
    return count + sum(1 for _line in whole_lines(folder / EVENTS, start))


def sealed_events(folder: Path) -> Iterator[SealedEvent]:
    """The sealed events in their order, each read strictly.

    `SealsDamaged` for a line that can't be read, or whose rows say something else than its leaf.
    """
    for seq, line in enumerate(whole_lines(folder / EVENTS)):
        try:
            found = read_event(line)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SealsDamaged(f"{folder.name}: event {seq} can't be read: {error}") from error
        if found.seq != seq:
            raise SealsDamaged(f"{folder.name}: event {found.seq} stands where {seq} should")
        yield found


def read_event(line: bytes) -> SealedEvent:
    """A line of the events; ValueError where rows and leaf say different things."""
    kept = json.loads(line)
    event = {
        **row_from(kept["event"], Event),
        "id": UUID(kept["event"]["id"]),
        "at": datetime.fromisoformat(kept["event"]["at"]),
        "kind": Kind(kept["event"]["kind"]),
        "occurred_on": date.fromisoformat(kept["event"]["occurred_on"]),
        "reverses": optional_id(kept["event"]["reverses"]),
        "record": optional_id(kept["event"]["record"]),
    }
    transfers = [
        {**row_from(each, Transfer), "unit": Unit(each["unit"])} for each in kept["transfers"]
    ]
    leaf = str(kept["leaf"]).encode()
    origin = leaf.decode().split("\n")[1].removeprefix("origin ")
    if write_leaf(content_of(origin, event, transfers)) != leaf:
        raise ValueError("its rows say something else than its leaf")
    return SealedEvent(leaf, event, transfers)


def row_from(kept: dict[str, Any], table: type[Event | Transfer]) -> dict[str, Any]:
    """The columns of a table out of a sealed row; KeyError where one is missing."""
    return {column.key: kept[column.key] for column in table.__table__.columns}


def optional_id(text: str | None) -> UUID | None:
    """An id, where there is one."""
    return None if text is None else UUID(text)


def content_of(origin: str, event: dict[str, Any], transfers: list[dict[str, Any]]) -> LeafContent:
    """What the leaf of these rows says."""
    return LeafContent(
        origin=origin,
        seq=event["seq"],
        event=event["id"],
        at=microseconds(event["at"]),
        kind=event["kind"],
        occurred=event["occurred_on"],
        actor=event["actor"],
        approver=event["approver"],
        reverses=event["reverses"],
        detail=event["detail"],
        salt=event["salt"],
        moves=tuple(
            Move(each["from_code"], each["to_code"], each["unit"], each["amount"])
            for each in transfers
        ),
    )
