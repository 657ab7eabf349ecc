"""Roots and proofs of a village's log, read in as many rows as the tree is high."""

from collections.abc import Sequence

from sqlalchemy import select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.keys import key
from incentives.ledger import merkle, notes
from incentives.ledger.models import Leaf
from incentives.ledger.queries import head

Ranges = Sequence[tuple[int, int]]
ROWS_A_STATEMENT = 500


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


def inclusion_paths(village: str, seqs: Sequence[int], size: int) -> list[list[bytes]]:
    """The paths of several events in the tree of one size, read together."""
    if size > head(village).size or any(not 0 <= seq < size for seq in seqs):
        raise NotFound()
    ranges = [merkle.inclusion_ranges(seq, size) for seq in seqs]
    hashes = iter(hashes_of(village, [part for each in ranges for part in each]))
    return [[next(hashes) for _part in each] for each in ranges]


def hashes_of(village: str, ranges: Ranges) -> list[bytes]:
    """The hash over each range of leaves, in one statement for every 500 rows that it needs."""
    wanted = {part for each in ranges for part in merkle.subtrees(*each)}
    lasts = sorted({part.last for part in wanted})
    kept: dict[int, list[bytes]] = {}
    for start in range(0, len(lasts), ROWS_A_STATEMENT):
        rows = db.session.execute(
            select(Leaf.seq, Leaf.hashes).where(
                Leaf.village == village, Leaf.seq.in_(lasts[start : start + ROWS_A_STATEMENT])
            )
        )
        kept |= {row.seq: merkle.split(row.hashes) for row in rows}
    return [merkle.range_hash(*each, lambda part: kept[part.last][part.height]) for each in ranges]


def verifier_keys(village: str) -> list[str]:
    """The log's public key as verifiers take it, under each origin that the log had: oldest first.

    A log that was opened anew has origins `…/2`, `…/3` behind its first.
    """
    base, slash, opening = head(village).origin.rpartition("/")
    last = int(opening) if slash and opening != village else 1
    base = base if last > 1 else head(village).origin
    public = notes.private_key(key("log")).public_key()
    origins = [base, *(f"{base}/{number}" for number in range(2, last + 1))]
    return [notes.verifier_key(origin, public) for origin in origins]
