"""Verifying: a village's log against every checkpoint there is, and against its sealed events.

The audit recomputes the books from their rows; this holds the log against what was signed: the
database's checkpoints, those of the seals, and one that somebody kept on paper. And it holds the
rows against the sealed ones, of which no leaf has the record.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from incentives.extensions import db
from incentives.keys import key
from incentives.ledger import merkle, notes
from incentives.ledger.audit import Finding
from incentives.ledger.codes import read_paper
from incentives.ledger.leaves import read_leaf
from incentives.ledger.models import Checkpoint, Leaf, LogHead
from incentives.ledger.origins import first_origin
from incentives.ledger.seals.comparing import compare_with_seals
from incentives.ledger.seals.files import CHECKPOINTS, folder_of, locked, whole_lines
from incentives.ledger.seals.reading import SealsDamaged, read_sealed
from incentives.ledger.seals.standing import lasting_troubles

STEP = 1000
PAPER = "paper"
ADVICE = "compare it with the paper letter by letter, or scan its code"


@dataclass(frozen=True)
class Kept:
    """A checkpoint to hold a log against: from where, of what size, with which root.

    `origin` is None where only size and root were typed; `signed` says whether this log's key
    signed it, None where that can't be told.
    """

    village: str
    place: str
    size: int
    root: bytes
    origin: str | None
    signed: bool | None


def read_kept(
    note: str | None, village: str | None, size: int | None, root: str | None
) -> list[Kept]:
    """The checkpoint that was given, as a note or as size and root; ValueError for what is none."""
    if (size is None) != (root is None):
        raise ValueError("a typed checkpoint has a size and a root")
    kept = []
    if note is not None:
        kept.append(read_kept_note(note))
    if size is not None and root is not None:
        kept.append(Kept(one_village(village), PAPER, size, read_root(root), None, None))
    if village is not None and any(each.village != village for each in kept):
        raise ValueError("the checkpoint is of another village")
    return kept


def read_kept_note(text: str) -> Kept:
    """A checkpoint typed or scanned; ValueError for one that can't be read as it stands."""
    try:
        note = read_paper(text)
        notes.read_signatures(note)
        return read_note(note)
    except ValueError as error:
        raise ValueError(f"{error}; {ADVICE}") from error


def read_note(note: str) -> Kept:
    """A checkpoint's text; ValueError for what is none, or of no village here."""
    public = notes.private_key(key("log")).public_key()
    lines = note.split("\n")
    try:
        found, signed = notes.read_checkpoint(note, public), True
    except notes.NotSigned:
        found, signed = notes.Root(lines[0], int(lines[1]), read_root(lines[2])), False
    for village in db.session.scalars(select(LogHead.village)):
        first = first_origin(village)
        if found.origin == first or found.origin.startswith(f"{first}/"):
            return Kept(village, PAPER, found.size, found.root, found.origin, signed)
    raise ValueError(f"no log here has the name {found.origin}")


def read_root(text: str) -> bytes:
    """A root of 32 bytes in base64; ValueError for anything else."""
    try:
        root = base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise ValueError("the root isn't base64") from error
    if len(root) != merkle.HASH_BYTES:
        raise ValueError("a root has 32 bytes")
    return root


def one_village(village: str | None) -> str:
    """The village that is meant; ValueError where that can't be told."""
    if village is not None:
        return village
    villages = db.session.scalars(select(LogHead.village)).all()
    if len(villages) != 1:
        raise ValueError("say of which village the checkpoint is, with --village")
    return villages[0]


def villages_to_verify(village: str | None, kept: Sequence[Kept]) -> list[str]:
    """The villages asked for: one, that of the checkpoint, or all; ValueError for none."""
    wanted = village or (kept[0].village if kept else None)
    chosen = select(LogHead.village).order_by(LogHead.village)
    if wanted is not None:
        chosen = chosen.where(LogHead.village == wanted)
    villages = list(db.session.scalars(chosen))
    if not villages:
        raise ValueError("no such village has books here")
    return villages


def verify(village: str, kept: Iterable[Kept]) -> tuple[list[Finding], int]:
    """What doesn't hold of a village's log, and against how many checkpoints it was held."""
    seals, findings = [], []
    try:
        seals = list(of_seals(village))
    except SealsDamaged as damaged:
        findings.append(Finding(village, CHECKPOINTS, "", "line", "a checkpoint", str(damaged)))
    db.session.rollback()
    stored = of_database(village, findings)
    findings += lost_checkpoints(village, seals, stored)
    checkpoints = [*stored, *seals, *kept]
    findings += hold_against(village, checkpoints)
    findings += compare_with_seals(village)
    if not findings:
        findings += compare_standing(village)
    return findings, len(checkpoints)


def of_database(village: str, findings: list[Finding]) -> list[Kept]:
    """The checkpoints in the database; those that can't be read become findings."""
    found = []
    for row in db.session.scalars(
        select(Checkpoint)
        .where(Checkpoint.village == village)
        .order_by(Checkpoint.size)
        .execution_options(populate_existing=True)
    ):
        try:
            read = read_note(row.note)
        except ValueError as error:
            place = str(row.size)
            findings.append(
                Finding(village, "checkpoint", place, "note", "a checkpoint", str(error))
            )
            continue
        for name in ("origin", "size"):
            signed, stored = getattr(read, name), getattr(row, name)
            if signed != stored:
                findings.append(
                    Finding(village, "checkpoint", str(row.size), name, str(signed), str(stored))
                )
        found.append(Kept(village, "checkpoint", read.size, read.root, read.origin, read.signed))
    return found


def of_seals(village: str) -> Iterator[Kept]:
    """The checkpoints in the seals."""
    for line in whole_lines(folder_of(village) / CHECKPOINTS):
        root = read_sealed(line).root
        yield Kept(village, CHECKPOINTS, root.size, root.root, root.origin, True)


def lost_checkpoints(
    village: str, sealed: Sequence[Kept], stored: Sequence[Kept]
) -> Iterator[Finding]:
    """The sealed checkpoints that the database hasn't; a start puts them back."""
    known = {(each.origin, each.size) for each in stored} | checkpoint_rows(village)
    missing = [each for each in sealed if (each.origin, each.size) not in known]
    if missing:
        with locked(folder_of(village)):
            pass  # a signer that has sealed one, and not stored it yet, is waited for
        db.session.rollback()
        known = checkpoint_rows(village)
    for each in missing:
        if (each.origin, each.size) not in known:
            yield Finding(
                village, "checkpoint", str(each.size), "size", "a row of checkpoint", "none"
            )


def checkpoint_rows(village: str) -> set[tuple[str | None, int]]:
    """Name and size of each checkpoint's row."""
    rows = select(Checkpoint.origin, Checkpoint.size).where(Checkpoint.village == village)
    return {(row.origin, row.size) for row in db.session.execute(rows)}


def hold_against(village: str, checkpoints: Iterable[Kept]) -> Iterator[Finding]:
    """Where the tree of the leaves isn't the one that a checkpoint signs."""
    waiting = sorted(checkpoints, key=lambda each: each.size)
    at = 0
    for size, root, origin in roots(village):
        while at < len(waiting) and waiting[at].size == size:
            yield from compare(waiting[at], root, origin)
            at += 1
    for each in waiting[at:]:
        yield from unsigned(each)
        if each.signed is False and each.place == PAPER:
            continue  # a size that was mistyped says nothing of the books
        found = f"only {size} events"
        yield Finding(village, each.place, str(each.size), "size", f"{each.size} events", found)


def unsigned(kept: Kept) -> Iterator[Finding]:
    """That another key signed a checkpoint, or that it was mistyped."""
    if kept.signed is False:
        found = f"another, or it was mistyped: {ADVICE}" if kept.place == PAPER else "another"
        place = str(kept.size)
        yield Finding(kept.village, kept.place, place, "signature", "this log's key", found)


def compare(kept: Kept, root: bytes, origin: str) -> Iterator[Finding]:
    """Where a checkpoint says something else than the tree of its size."""
    place = str(kept.size)
    yield from unsigned(kept)
    for name, signed, stored in (
        ("root", base64.b64encode(kept.root).decode(), base64.b64encode(root).decode()),
        ("origin", kept.origin, origin),
    ):
        if signed is not None and signed != stored:
            yield Finding(kept.village, kept.place, place, name, signed, stored)


def roots(village: str) -> Iterator[tuple[int, bytes, str]]:
    """Each size of a village's log, the root that it has there, and the log's name."""
    frontier, origin = b"", first_origin(village)
    yield 0, merkle.root_of(frontier), origin
    for size, body in enumerate(bodies(village)):
        frontier, _hashes = merkle.append_leaf(size, frontier, merkle.leaf_hash(body))
        origin = name_in(body, origin)
        yield size + 1, merkle.root_of(frontier), origin


def name_in(body: bytes, before: str) -> str:
    """The log's name in a leaf; the one before where the leaf can't be read."""
    try:
        return read_leaf(body).origin
    except ValueError:
        return before


def bodies(village: str) -> Iterator[bytes]:
    """The leaves of a village in their order, a window at a time: none keeps a cursor open."""
    start = 0
    while window := db.session.execute(
        select(Leaf.seq, Leaf.body)
        .where(Leaf.village == village, Leaf.seq >= start)
        .order_by(Leaf.seq)
        .limit(STEP)
    ).all():
        yield from (row.body for row in window)
        start = window[-1].seq + 1


def compare_standing(village: str) -> Iterator[Finding]:
    """Whether the log may go on from its seals at all: they may be lost."""
    for trouble in lasting_troubles({village}):
        yield Finding(village, "seals", "", "checkpoint", "the seals", trouble.sentence)
