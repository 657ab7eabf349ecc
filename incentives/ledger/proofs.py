"""Roots and proofs of a village's log, read in as many rows as the tree is high."""

from collections.abc import Sequence

from sqlalchemy import select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.ledger import merkle
from incentives.ledger.models import Leaf
from incentives.ledger.queries import head

Ranges = Sequence[tuple[int, int]]


def root_at(village: str, size: int) -> bytes:
    """The root that the log had at a size; refuses one that it never had."""
    if not 0 <= size <= head(village).size:
        raise NotFound()
    return hashes_of(village, [(0, size)])[0]


def inclusion_path(village: str, seq: int, size: int) -> list[bytes]:
    """The hashes that prove an event in the tree of a size (RFC 9162, section 2.1.3)."""
    if not 0 <= seq < size <= head(village).size:
        raise NotFound()
    return hashes_of(village, merkle.inclusion_ranges(seq, size))


def consistency_path(village: str, old: int, new: int) -> list[bytes]:
    """The hashes that prove one tree to begin with another (RFC 9162, section 2.1.4)."""
    if not 0 <= old <= new <= head(village).size:
        raise NotFound()
    return hashes_of(village, merkle.consistency_ranges(old, new))


def hashes_of(village: str, ranges: Ranges) -> list[bytes]:
    """The hash over each range of leaves, all in one statement."""
    wanted = {part for each in ranges for part in merkle.subtrees(*each)}
    rows = db.session.execute(
        select(Leaf.seq, Leaf.hashes).where(
            Leaf.village == village, Leaf.seq.in_([part.last for part in wanted])
        )
    )
    kept = {row.seq: merkle.split(row.hashes) for row in rows}
    return [merkle.range_hash(*each, lambda part: kept[part.last][part.height]) for each in ranges]
