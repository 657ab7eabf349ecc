"""Exports to be checked: a village's story, its edits cell by cell, and logs made by hand."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.export import COLUMNS, Part, export_log
from incentives.ledger.kinds import Kind
from incentives.ledger.proofs import verifier_keys
from incentives.ledger.seals import seal_all
from tests.ledger.books import Books, open_books
from tests.verify import trees
from tests.verify.program import verifier

SEED = hashlib.sha256(b"points-test-log-key").digest()
ORIGIN = "jishan.test/513336101209"
# What no leaf and no signature says anything of. That a checkpoint is gone shows to who kept it.
UNSAID = {("checkpoint", "(left out)")}


def told_story() -> Books:
    """A village with an award, its reversal and debt, a sale, money, and two signatures."""
    books = open_books()
    one, other = books.households
    [award] = books.post(books.award(one, 50, detail={"name": "义务清扫村道\t一次", "points": 50}))
    books.post(books.redemption(one, 30))
    seal_all(now=now())
    books.post(books.reversal(award.id))
    books.post(books.award(other, 20))
    books.post(books.household_move(other, one, 5))
    books.post(books.income(50_000))
    books.post(books.award(one, 7, detail={"name": "再一次", "points": 7}))
    books.post(books.income(300))
    books.post(
        books.draft(
            Kind.DISBURSEMENT,
            ledger.move("cash", "spending.custom", 1_000),
            record=award.id,
            detail={"purpose": "custom", "voucher": "R-1"},
        )
    )
    seal_all(now=now())
    return books


def export_of(books: Books, part: Part = Part.ALL, *, details: bool = True) -> str:
    """The village's export as text."""
    return "".join(export_log(books.village, part=part, details=details))


def key_of(books: Books) -> str:
    """The village's public key."""
    found = "".join(f"{each}\n" for each in verifier_keys(books.village))
    db.session.rollback()
    return found


def check(text: str, key: str, path: Path, earlier: Sequence[str] = ()) -> dict[str, Any]:
    """What the stand-alone verifier says of an export: findings, or why it could not check."""
    path.write_text(text, encoding="utf-8")
    log_key = verifier.read_key(key)
    try:
        kept = [verifier.read_note(note, log_key) for note in earlier]
        findings, report = verifier.check_log(path, log_key, kept)
    except verifier.Unchecked:
        return {"unchecked": True}
    return json.loads(json.dumps({"findings": findings, "report": report}))


def edits(text: str) -> Iterator[tuple[str, str, str]]:
    """The export with one cell changed, or one row left out or doubled: table, column, text."""
    lines = text.splitlines(keepends=True)
    rows = lines.index("rows\n") + 1
    for at, line in list(enumerate(lines))[rows:-1]:
        table, *cells = line[:-1].split("\t")
        for number, column in enumerate(COLUMNS[table].split()):
            cell = cells[number]
            changed = [*cells[:number], other_than(cell), *cells[number + 1 :]]
            made = "\t".join([table, *changed]) + "\n"
            yield table, column, "".join([*lines[:at], made, *lines[at + 1 :]])
        end = f"end\t{len(lines) - rows - 2}\n"
        yield table, "(left out)", "".join([*lines[:at], *lines[at + 1 : -1], end])


def other_than(cell: str) -> str:
    """Another cell of the same look."""
    if cell == "\\N":
        return "a" * 8
    digit = cell[-1]
    if digit.isdigit():
        return cell[:-1] + str((int(digit) + 1) % 10)
    return cell[:-1] + ("b" if digit == "a" else "a")


def leaf_text(seq: int, kind: str = "money_move", opening: int = 1, **changed: str) -> str:
    """A leaf that touches no household."""
    said = {
        "origin": ORIGIN if opening == 1 else f"{ORIGIN}/{opening}",
        "seq": str(seq),
        "event": f"{seq:032x}",
        "at": str(1767225600000000 + seq),
        "kind": kind,
        "occurred": "2026-01-01",
        "actor": "-",
        "approver": "-",
        "reverses": "-",
        "detail": "-",
        "salt": "0" * 32,
    } | changed
    moves = "" if kind == "reopen" else "move income.difference cash fen 1\n"
    return "jishan-leaf/v1\n" + "".join(f"{k} {v}\n" for k, v in said.items()) + moves


def made_note(origin: str, hashes: Sequence[bytes], seed: bytes = SEED) -> str:
    """A checkpoint of these leaves, signed by the key of vectors.json or another one."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw()
    hint = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    body = f"{origin}\n{len(hashes)}\n{b64encode(trees.root(hashes)).decode()}\n"
    return f"{body}\n— {origin} {b64encode(hint + key.sign(body.encode())).decode()}\n"


def public_export(
    leaves: Sequence[str], signed: dict[int, str], origin: str, seed: bytes = SEED
) -> str:
    """A public part of these leaves, with checkpoints under these origins by size."""
    hashes = [trees.leaf(each.encode()) for each in leaves]
    lines = ["jishan-log/v1", "village\t513336101209", "part\tpublic", "details\tno"]
    lines += [f"columns\t{name}\t" + "\t".join(each.split()) for name, each in COLUMNS.items()]
    lines.append("rows")
    start = len(lines)
    lines.append(f"log_head\t{origin}\t{len(leaves)}\t\\N\t{frontier(hashes).hex()}")
    for size, name in signed.items():
        note = made_note(name, hashes[:size], seed).replace("\n", "\\n")
        lines.append(f"checkpoint\t{name}\t{size}\t{note}")
    for seq, (leaf, hashed) in enumerate(zip(leaves, hashes, strict=True)):
        kept = hashed.hex() + "".join(completed(hashes[: seq + 1]))
        lines.append(f"leaf\t{seq}\t{leaf}\t{kept}".replace("\n", "\\n"))
    return "\n".join([*lines, f"end\t{len(lines) - start}"]) + "\n"


def frontier(hashes: Sequence[bytes]) -> bytes:
    """The roots of the full subtrees that make up the tree, largest first."""
    if not hashes:
        return b""
    width = 1 << (len(hashes).bit_length() - 1)
    return trees.root(hashes[:width]) + frontier(hashes[width:])


def completed(hashes: Sequence[bytes]) -> Iterator[str]:
    """The hashes of the larger full subtrees that end with the last leaf, smallest first."""
    width = 2
    while len(hashes) % width == 0:
        yield trees.root(hashes[-width:]).hex()
        width *= 2
