"""One small file of each kind that is handed out: whatever bit of it is another, it is refused.

`JISHAN_PROVE` turns every bit over, `make test` some of them, others each time.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from uuid import UUID

from incentives.clock import now
from incentives.ledger import codes
from incentives.ledger.export import Part
from incentives.ledger.seals import seal_all
from tests import proving
from tests.ledger.books import open_books
from tests.verify import trees
from tests.verify.cases import LOG
from tests.verify.exports import ORIGIN, export_of, key_of, leaf_text, made_note

VILLAGE = "513336101209"
HOUSEHOLD = "k7q2m4xz"
LEAST = 60  # of each file
NUMBER = re.compile(rb'": ?([0-9]+)')


@dataclass(frozen=True)
class File:
    """A file, and what it is checked with: a receipt's code, two checkpoints."""

    kind: str
    data: bytes
    key: str
    given: tuple[str, ...] = ()

    def flipped(self, bit: int) -> bytes:
        """The file with one bit the other way."""
        changed = bytearray(self.data)
        changed[bit // 8] ^= 1 << bit % 8
        return bytes(changed)

    def bits(self, rng: Random) -> list[int]:
        """Which bits are turned over this time: all of them in the whole proof."""
        every = range(8 * len(self.data))
        wanted = min(len(every), proving.scaled(len(every), least=LEAST))
        return sorted(rng.sample(every, wanted))


@cache
def small_log() -> tuple[list[str], list[bytes]]:
    """Three leaves, of which a household has the first and the last; their hashes."""
    leaves = [leaf_text(seq, "award" if seq != 1 else "money_move") for seq in range(3)]
    for seq, points in ((0, 50), (2, 7)):
        move = f"move issuance h.{HOUSEHOLD} point {points}"
        leaves[seq] = leaves[seq].replace("move income.difference cash fen 1", move)
    return leaves, [trees.leaf(each.encode()) for each in leaves]


def handed_out() -> Iterator[File]:
    """What needs no books: a receipt's proof, a consistency proof, a statement."""
    leaves, hashes = small_log()
    key, event = LOG["vkey"], UUID(int=2)
    newest, older = made_note(ORIGIN, hashes), made_note(ORIGIN, hashes[:2])
    proof = {
        "format": "jishan-proof/v1",
        "village": VILLAGE,
        "event": str(event),
        "seq": 2,
        "leaf_hash": hashes[2].hex(),
        "size": 3,
        "path": [each.hex() for each in trees.path(2, hashes)],
        "checkpoint": newest,
    }
    receipt = codes.write_receipt(codes.Receipt(VILLAGE, 2, event, hashes[2]))
    yield File("proof", packed(proof), key, (receipt,))
    yield File("proof", json.dumps(proof, indent=1).encode(), key, (receipt,))
    consistency = {
        "format": "jishan-consistency/v1",
        "village": VILLAGE,
        "from": 2,
        "to": 3,
        "path": [each.hex() for each in trees.consistency(2, hashes)],
    }
    yield File("consistency", packed(consistency), key, (older, newest))
    statement = {
        "format": "jishan-statement/v1",
        "village": VILLAGE,
        "household": HOUSEHOLD,
        "balance": 57,
        "debt": 0,
        "checkpoint": newest,
        "events": [
            {
                "seq": seq,
                "leaf": leaves[seq],
                "path": [each.hex() for each in trees.path(seq, hashes)],
            }
            for seq in (0, 2)
        ],
    }
    yield File("statement", packed(statement), key)


def otherwise_written() -> Iterator[File]:
    """What some readers take for the same: numbers with a point, files packed in several parts.

    One file, one meaning: none of them can be read.
    """
    for file in handed_out():
        number = NUMBER.search(file.data)
        assert number is not None
        for written in (b"%b.0", b"%be0", b"%bE+0", b"%b0e-1", b"90071992547409930%b"):
            start, end = number.span(1)
            data = file.data[:start] + written.replace(b"%b", number[1]) + file.data[end:]
            yield replace(file, data=data)
    for file in exported():
        half, whole = len(file.data) // 2, gzip.compress(file.data)
        several = gzip.compress(file.data[:half]) + gzip.compress(file.data[half:])
        for data in (
            several,
            whole + gzip.compress(b""),
            whole + bytes(8),
            whole + b"x",
            whole[:-1],
        ):
            yield replace(file, data=data)


def packed(found: dict) -> bytes:
    """JSON as the service answers it."""
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def exported() -> Iterator[File]:
    """A village's log of four events, the last not signed yet: whole, without details, public."""
    books = open_books()
    one, _other = books.households
    books.post(books.award(one, 50, detail={"name": "扫路\t一次", "points": 50}))
    books.post(books.income(300))
    seal_all(now=now())
    books.post(books.redemption(one, 30))
    books.post(books.income(5))
    key = key_of(books)
    for part, details in ((Part.ALL, True), (Part.ALL, False), (Part.PUBLIC, False)):
        yield File("log", export_of(books, part, details=details).encode(), key)
