"""The tree of a village's leaves, against what each leaf keeps and what was signed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from incentives.extensions import db
from incentives.keys import key
from incentives.ledger import merkle, notes
from incentives.ledger.audit.findings import Finding
from incentives.ledger.audit.reading import raw
from incentives.ledger.models import Checkpoint

COLUMNS = (Checkpoint.size, Checkpoint.origin, Checkpoint.at, Checkpoint.note)


@dataclass
class Tree:
    """A village's tree while its log is walked; `at` is the newest event's time."""

    village: str
    origin: str
    at: Any = 0
    frontier: bytes = b""
    public: Ed25519PublicKey = field(
        default_factory=lambda: notes.private_key(key("log")).public_key()
    )


def read_checkpoints(village: str, start: int, end: int) -> dict[int, list[Any]]:
    """What was signed of a log of these sizes, by size."""
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(
        select(*map(raw, COLUMNS))
        .where(Checkpoint.village == village, Checkpoint.size >= start, Checkpoint.size < end)
        .order_by(Checkpoint.size)
    ):
        found.setdefault(row[0], []).append(row)
    return found


def grow(tree: Tree, seq: int, body: bytes, hashes: Any) -> Iterator[Finding]:
    """Add a leaf; whether its row keeps the hashes that it must."""
    tree.frontier, expected = merkle.append_leaf(seq, tree.frontier, merkle.leaf_hash(body))
    if hashes is not None and hashes != expected:
        found = hashes.hex() if isinstance(hashes, bytes) else str(hashes)
        yield Finding(tree.village, "leaf", str(seq), "hashes", expected.hex(), found)


def audit_checkpoint(tree: Tree, row: Any) -> Iterator[Finding]:
    """Whether a checkpoint is signed, and of the log as it was at its size."""
    village, (size, origin, at, note) = tree.village, row
    place = str(size)
    try:
        signed = notes.read_checkpoint(note, tree.public)
    except (ValueError, AttributeError, TypeError) as error:
        yield Finding(village, "checkpoint", place, "note", "a signed note", str(error))
        return
    for name, value, found in (("size", signed.size, size), ("origin", signed.origin, origin)):
        if value != found:
            yield Finding(village, "checkpoint", place, name, str(value), str(found))
    root = merkle.root_of(tree.frontier)
    if signed.size == size and (signed.root != root or signed.origin != tree.origin):
        wanted = f"{tree.origin} {root.hex()}"
        found = f"{signed.origin} {signed.root.hex()}"
        yield Finding(village, "checkpoint", place, "note", wanted, found)
    if not isinstance(at, int) or at < tree.at:
        yield Finding(village, "checkpoint", place, "at", f"at least {tree.at}", str(at))
