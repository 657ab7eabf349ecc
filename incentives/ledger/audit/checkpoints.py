"""The signed roots of a village, against the tree of its leaves."""

from collections.abc import Iterator

from incentives.extensions import db
from incentives.keys import key
from incentives.ledger import merkle, notes
from incentives.ledger.audit.findings import Finding, rows
from incentives.ledger.models import Checkpoint, Leaf, LogHead


def audit_checkpoints(village: str) -> Iterator[Finding]:
    """Whether each checkpoint is signed and is of this log."""
    head = db.session.get_one(LogHead, village)
    public = notes.private_key(key("log")).public_key()
    roots = {0: merkle.EMPTY_ROOT}
    frontier = b""
    ordered = sorted(rows(Leaf, village), key=lambda leaf: int(leaf.seq))
    for seq, leaf in enumerate(ordered):
        frontier, _hashes = merkle.append_leaf(seq, frontier, merkle.leaf_hash(leaf.body))
        roots[seq + 1] = merkle.root_of(frontier)
    for checkpoint in rows(Checkpoint, village):
        place = str(checkpoint.size)
        try:
            root = notes.read_checkpoint(checkpoint.note, public)
        except ValueError as error:
            yield Finding(village, "checkpoint", place, "note", "a signed note", str(error))
            continue
        if root.origin != head.origin or roots.get(root.size) != root.root:
            wanted = notes.Root(head.origin, root.size, roots.get(root.size, b""))
            yield Finding(village, "checkpoint", place, "note", str(wanted), str(root))
        for name in ("origin", "size"):
            signed, found = getattr(root, name), getattr(checkpoint, name)
            if signed != found:
                yield Finding(village, "checkpoint", place, name, str(signed), str(found))
