"""Seals: what was signed is first kept outside the database, in a folder beside it.

`JISHAN_SEALS/<installation>/<village>/` holds `events.jsonl` (one event a line: its leaf and its
rows) and `checkpoints.jsonl` (each checkpoint, and how many bytes of events it covers). Both are
only ever appended to and synced, under a file lock, so that two signers at once do no harm. The
signer never signs what is inconsistent with them.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from incentives.extensions import db
from incentives.installation import get_installation
from incentives.keys import key
from incentives.ledger import merkle, notes, proofs
from incentives.ledger.models import Checkpoint, Event, Leaf, LogHead, Transfer

EVENTS = "events.jsonl"
CHECKPOINTS = "checkpoints.jsonl"
STEP = 1000


class LogInconsistent(RuntimeError):
    """The database holds another log than the one that was sealed: nothing is signed."""


@dataclass(frozen=True)
class Sealed:
    """The newest checkpoint of a village's folder: note, content, and how many bytes it covers."""

    note: str
    root: notes.Root
    events_bytes: int


def seal_all(*, now: datetime) -> int:
    """Sign every village's log that has grown since its last checkpoint; how many were signed.

    Commits each by itself. Raises `LogInconsistent` for logs that aren't the sealed ones, once
    all others are signed.
    """
    villages = list(db.session.scalars(select(LogHead.village).order_by(LogHead.village)))
    db.session.rollback()
    signed, refused = 0, []
    for village in villages:
        try:
            signed += seal_village(village, now=now)
        except LogInconsistent as inconsistent:
            refused.append(str(inconsistent))
    if refused:
        raise LogInconsistent("; ".join(refused))
    return signed


def seal_village(village: str, *, now: datetime) -> bool:
    """Sign a village's log if it has grown, or was never signed; whether a signature was made.

    A checkpoint that the folder has and the database lost is put back.
    """
    folder = folder_of(village)
    with locked(folder):
        # What was read before the lock may be older than what another signer sealed meanwhile.
        db.session.rollback()
        last = last_sealed(folder)
        head = db.session.get_one(LogHead, village, populate_existing=True)
        found = notes.Root(head.origin, head.size, merkle.root_of(head.frontier))
        if last is not None:
            refuse_inconsistent(village, last, found)
        if proofs.root_at(village, found.size) != found.root:
            raise LogInconsistent(f"{village}: the log head is not of the events' tree")
        if last is not None and last.root.size == found.size:
            note = last.note
        else:
            covered = append_events(folder, village, last, found.size)
            note = notes.sign_checkpoint(found, notes.private_key(key("log")))
            cut_torn_line(folder / CHECKPOINTS)
            append(folder / CHECKPOINTS, [json.dumps({"note": note, "bytes": covered})])
        # A log's times may be ahead of a clock that was set back; what signs it is never before it.
        publish(village, found, note, max(now, head.at))
    return last is None or last.note != note


def publish(village: str, root: notes.Root, note: str, now: datetime) -> None:
    """Put a sealed checkpoint into the database, unless it is there."""
    db.session.rollback()
    connection = db.session.connection(execution_options={"write": True})
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        maker(Checkpoint)
        .values(origin=root.origin, size=root.size, village=village, at=now, note=note)
        .on_conflict_do_nothing()
    )
    db.session.commit()


def refuse_inconsistent(village: str, last: Sealed, found: notes.Root) -> None:
    """Raise unless the log that the database has goes on from the one that was sealed."""
    if last.root.origin != found.origin:
        raise LogInconsistent(f"{village}: the log's origin is not the sealed one")
    if last.root.size > found.size:
        raise LogInconsistent(
            f"{village}: {last.root.size} events were sealed, the database has {found.size}"
        )
    if proofs.root_at(village, last.root.size) != last.root.root:
        raise LogInconsistent(
            f"{village}: the first {last.root.size} events are not the sealed ones"
        )


def rolled_back() -> list[str]:
    """What keeps the villages' logs from going on from their seals, one sentence a village."""
    findings = []
    for head in db.session.scalars(select(LogHead).order_by(LogHead.village)):
        last = last_sealed(folder_of(head.village))
        if last is None:
            continue
        try:
            root = notes.Root(head.origin, head.size, merkle.root_of(head.frontier))
            refuse_inconsistent(head.village, last, root)
        except LogInconsistent as inconsistent:
            findings.append(str(inconsistent))
    return findings


def folder_of(village: str) -> Path:
    """The folder of a village's seals, made when first needed."""
    base = Path(current_app.config["JISHAN_SEALS"])
    folder = base / get_installation().id.hex / village
    make_folder(folder)
    return folder


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, and have the disk know each name: `append` syncs no more.

    Without that a power cut may take all of the seals with the folder that they are in.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other signers of this folder out."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def last_sealed(folder: Path) -> Sealed | None:
    """The newest checkpoint in a folder; a line that was cut off in writing is none."""
    path = folder / CHECKPOINTS
    if not path.exists():
        return None
    whole = [line for line in path.read_bytes().split(b"\n")[:-1] if line]
    if not whole:
        return None
    kept = json.loads(whole[-1])
    public = notes.private_key(key("log")).public_key()
    return Sealed(kept["note"], notes.read_checkpoint(kept["note"], public), kept["bytes"])


def append_events(folder: Path, village: str, last: Sealed | None, size: int) -> int:
    """Append the events since the last checkpoint; how many bytes of events there are then.

    Whole lines beyond the last checkpoint were written by a signer that was cut off: they must be
    this log's.
    """
    path = folder / EVENTS
    covered, first = (last.events_bytes, last.root.size) if last else (0, 0)
    for line in lines_beyond(path, covered):
        if first >= size or json.loads(line)["leaf"] != leaf_text(village, first):
            raise LogInconsistent(f"{village}: event {first} is not the one that was written down")
        first += 1
    for start in range(first, size, STEP):
        append(path, event_lines(village, start, min(start + STEP, size)))
    return path.stat().st_size if path.exists() else 0


def lines_beyond(path: Path, covered: int) -> list[bytes]:
    """The whole lines of a file behind its first bytes; one that was cut off is removed."""
    if not path.exists():
        return []
    cut_torn_line(path, covered)
    with path.open("rb") as file:
        file.seek(covered)
        return file.read().splitlines()


def cut_torn_line(path: Path, covered: int = 0) -> None:
    """Remove a last line that was cut off in writing: the next one would be joined to it."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        file.seek(covered)
        rest = file.read()
        whole = rest.rfind(b"\n") + 1
        if whole < len(rest):
            file.truncate(covered + whole)
            os.fsync(file.fileno())


def leaf_text(village: str, seq: int) -> str:
    """An event's leaf as the database has it."""
    return (
        db.session.execute(select(Leaf.body).where(Leaf.village == village, Leaf.seq == seq))
        .scalar_one()
        .decode()
    )


def event_lines(village: str, start: int, end: int) -> list[str]:
    """Events with their leaf and their rows, one JSON object each."""
    transfers: dict[int, list[dict[str, Any]]] = {}
    for transfer in db.session.scalars(
        select(Transfer)
        .where(Transfer.village == village, Transfer.seq >= start, Transfer.seq < end)
        .order_by(Transfer.seq, Transfer.line)
    ):
        transfers.setdefault(transfer.seq, []).append(row_of(transfer))
    found = db.session.execute(
        select(Event, Leaf.body)
        .join(Leaf, (Leaf.village == Event.village) & (Leaf.seq == Event.seq))
        .where(Event.village == village, Event.seq >= start, Event.seq < end)
        .order_by(Event.seq)
    )
    return [
        json.dumps(
            {
                "leaf": body.decode(),
                "event": row_of(event),
                "transfers": transfers.get(event.seq, []),
            },
            ensure_ascii=False,
            default=str,
        )
        for event, body in found
    ]


def row_of(row: Event | Transfer) -> dict[str, Any]:
    """A row's columns by name."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def append(path: Path, lines: list[str]) -> None:
    """Append lines and have the disk know them, and the file's name."""
    with path.open("ab") as file:
        file.write("".join(line + "\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk know what names a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
