"""The tree of a village's leaves, against what each leaf keeps and what was signed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
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
    key: Ed25519PrivateKey = field(default_factory=lambda: notes.private_key(key("log")))


def read_checkpoints(village: str, start: int, end: int) -> dict[int, list[Any]]:
    """What was signed of a log of these sizes, by size."""
    found: dict[int, list[Any]] = {}
    for row in db.session.connection().execute(
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
    """Whether a checkpoint is signed, and of the log as it was at its size.

    An Ed25519 signature is always the same (RFC 8032): what was signed can be written anew.
    """
    village, (size, origin, at, note) = tree.village, row
    place = str(size)
    root = notes.Root(tree.origin, size, merkle.root_of(tree.frontier))
    if note != notes.sign_checkpoint(root, tree.key):
        yield from why_not_signed(tree, place, root, note)
    if origin != tree.origin:
        yield Finding(village, "checkpoint", place, "origin", tree.origin, str(origin))
    if not isinstance(at, int) or at < tree.at:
        yield Finding(village, "checkpoint", place, "at", f"at least {tree.at}", str(at))


def why_not_signed(tree: Tree, place: str, root: notes.Root, note: Any) -> Iterator[Finding]:
    """What is wrong with a checkpoint's note, or the row's size, if the note is of another."""
    try:
        signed = notes.read_checkpoint(note, tree.key.public_key())
    except (ValueError, AttributeError, TypeError) as error:
        yield Finding(tree.village, "checkpoint", place, "note", "a signed note", str(error))
        return
    # Where they differ in size, either may have been changed.
    columns = ("size", "note") if signed.size != root.size else ("note",)
    for column in columns:
        yield Finding(tree.village, "checkpoint", place, column, told(root), told(signed))


def told(root: notes.Root) -> str:
    """A root in one line."""
    return f"{root.origin} {root.size} {root.root.hex()}"
