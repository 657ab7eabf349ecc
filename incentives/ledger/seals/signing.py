"""Signing: what a checkpoint covers is first kept in the seals, then the checkpoint, then shown."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from incentives.database import columns
from incentives.extensions import add_unless_there, db
from incentives.keys import key
from incentives.ledger import merkle, notes, proofs
from incentives.ledger.models import Checkpoint, Event, Leaf, LogHead, Transfer
from incentives.ledger.seals import files
from incentives.ledger.seals.files import CHECKPOINTS, EVENTS
from incentives.ledger.seals.reading import (
    LogInconsistent,
    Sealed,
    checkpoints_from_behind,
    last_sealed,
)
from incentives.ledger.seals.standing import refuse_inconsistent

STEP = 1000


def seal_all(*, now: datetime) -> int:
    """Sign every village's log that has grown since its last checkpoint; how many were signed.

    Commits each by itself. Once all others are signed, raises `LogInconsistent` for logs that
    aren't the sealed ones, else the OSError of a folder that takes nothing (a full disk): what
    it had begun to write is gone on from the next time.
    """
    villages = list(db.session.scalars(select(LogHead.village).order_by(LogHead.village)))
    db.session.rollback()
    signed, refused, failed = 0, [], []
    for village in villages:
        try:
            signed += seal_village(village, now=now)
        except LogInconsistent as inconsistent:
            refused.append(str(inconsistent))
        except OSError as error:
            failed.append(error)
    if refused:
        raise LogInconsistent("; ".join(refused))
    if failed:
        raise failed[0]
    return signed


def seal_village(village: str, *, now: datetime) -> bool:
    """Sign a village's log if it has grown, or was never signed; whether a signature was made.

    A checkpoint that the folder has and the database lost is put back.
    """
    folder = files.folder_of(village)
    files.make_folder(folder)
    with files.locked(folder):
        # What was read before the lock may be older than what another signer sealed meanwhile.
        db.session.rollback()
        last = last_sealed(folder)
        head = db.session.get_one(LogHead, village, populate_existing=True)
        found = notes.Root(head.origin, head.size, merkle.root_of(head.frontier))
        refuse_inconsistent(village, last, found)
        if proofs.root_at(village, found.size) != found.root:
            raise LogInconsistent(f"{village}: the log head is not of the events' tree")
        if last is not None and last.root.size == found.size:
            note = last.note
        else:
            covered = append_events(folder, village, last, found.size)
            note = notes.sign_checkpoint(found, notes.private_key(key("log")))
            files.cut_torn_line(folder / CHECKPOINTS)
            files.append(folder / CHECKPOINTS, [json.dumps({"note": note, "bytes": covered})])
        # A log's times may be ahead of a clock that was set back; what signs it is never before it.
        publish(village, found, note, max(now, head.at))
    return last is None or last.note != note


def publish(village: str, root: notes.Root, note: str, now: datetime) -> None:
    """Put a sealed checkpoint into the database, unless it is there."""
    db.session.rollback()
    db.session.connection(execution_options={"write": True})
    keep_checkpoint(village, root, note, now)
    db.session.commit()


def keep_checkpoint(village: str, root: notes.Root, note: str, now: datetime) -> None:
    """Add a checkpoint's row in this transaction, unless it is there."""
    add_unless_there(
        Checkpoint, origin=root.origin, size=root.size, village=village, at=now, note=note
    )


def put_back_checkpoints(village: str, *, now: datetime) -> int:
    """Put back the sealed checkpoints that the database lost; how many they were.

    In the caller's writing transaction. It looks back, from the newest, until it has them all.
    """
    rows = select(Checkpoint.origin, Checkpoint.size).where(Checkpoint.village == village)
    head = db.session.get_one(LogHead, village, populate_existing=True)
    folder = files.folder_of(village)
    kept = {(row.origin, row.size) for row in db.session.execute(rows)}
    # A folder that was begun anew has none of the log's earlier names, an older copy none of the
    # newest.
    last = last_sealed(folder)
    reach = last.root.size if last else -1
    named = sum(origin == head.origin and size <= reach for origin, size in kept)
    lost = sum(1 for _line in files.whole_lines(folder / CHECKPOINTS)) - named
    put_back = 0
    for sealed in checkpoints_from_behind(folder):
        if put_back >= lost:
            break
        if (sealed.root.origin, sealed.root.size) not in kept:
            keep_checkpoint(village, sealed.root, sealed.note, max(now, head.at))
            put_back += 1
    return put_back


def append_events(folder: Path, village: str, last: Sealed | None, size: int) -> int:
    """Append the events since the last checkpoint; how many bytes of events there are then.

    Whole lines beyond the last checkpoint were written by a signer that was cut off: they must be
    this log's.
    """
    path = folder / EVENTS
    covered, first = (last.events_bytes, last.root.size) if last else (0, 0)
    files.cut_torn_line(path)
    for line in files.whole_lines(path, covered):
        if first >= size or leaf_in(line) != leaf_text(village, first):
            raise LogInconsistent(f"{village}: event {first} is not the one that was written down")
        first += 1
    for start in range(first, size, STEP):
        files.append(path, event_lines(village, start, min(start + STEP, size)))
    return files.size_of(path)


def leaf_in(line: bytes) -> object:
    """The leaf in a sealed line; None for one that can't be read."""
    try:
        return json.loads(line)["leaf"]
    except (ValueError, KeyError, TypeError):
        return None


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
        transfers.setdefault(transfer.seq, []).append(columns(transfer))
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
                "event": columns(event),
                "transfers": transfers.get(event.seq, []),
            },
            ensure_ascii=False,
            default=str,
        )
        for event, body in found
    ]
