"""One list of questions to both verifiers, each with the only right answer.

A case is `[what, answer, arguments]` of JSON alone, so that Python and a browser get the same.
"""

import json
import random
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.races.crowd import rounds
from tests.verify import trees

VECTORS = json.loads((Path(__file__).parents[1] / "ledger" / "vectors.json").read_text())
LOG = VECTORS["log"]
CODES = json.loads((Path(__file__).parents[1] / "ledger" / "codes.json").read_text())
Case = list[Any]
LARGEST = 64


def hexes(hashes: Sequence[bytes]) -> list[str]:
    return [each.hex() for each in hashes]


def leaves(count: int) -> list[bytes]:
    return [trees.leaf(bytes([number])) for number in range(count)]


def all_small_trees() -> Iterator[Case]:
    """Every proof of every tree up to 64 leaves; none of them for another leaf, size or root."""
    hashes = leaves(LARGEST + 1)
    for size in range(1, LARGEST + 1):
        root, other = trees.root(hashes[:size]).hex(), trees.root(hashes[1 : size + 1]).hex()
        for index in range(size):
            path = hexes(trees.path(index, hashes[:size]))
            own, wrong = hashes[index].hex(), hashes[index + 1].hex()
            yield ["inclusion", True, [index, size, own, path, root]]
            yield ["inclusion", False, [index, size, wrong, path, root]]
            yield ["inclusion", False, [index, size, own, path, other]]
            yield ["inclusion", False, [index, size, own, [*path, own], root]]
            yield ["inclusion", False, [index, index, own, path, root]]
        for old in range(size + 1):
            path = hexes(trees.consistency(old, hashes[:size])) if old else []
            old_root = trees.root(hashes[:old]).hex()
            yield ["consistency", True, [old, size, old_root, root, path]]
            yield ["consistency", False, [old, size, old_root, root, [*path, other]]]
            yield ["consistency", False, [old, size, other, root, path]]
            if old < size:
                yield ["consistency", False, [size, old, root, old_root, path]]
            if path:
                yield ["consistency", False, [old, size, old_root, root, path[:-1]]]


def flipped(proof: Sequence[str]) -> Iterator[list[str]]:
    """The proof's hashes with one bit the other way, each bit in turn."""
    for at, text in enumerate(proof):
        raw = bytes.fromhex(text)
        for bit in range(8 * len(raw)):
            changed = bytearray(raw)
            changed[bit // 8] ^= 1 << bit % 8
            yield [*proof[:at], changed.hex(), *proof[at + 1 :]]


def single_bit_flips() -> Iterator[Case]:
    """Every single-bit flip of a proof: one of each kind, a hundred of each with `JISHAN_PROVE`."""
    chance = random.Random(20261125)
    for _round in rounds(1):
        size = chance.randrange(20, 200)
        hashes = [trees.leaf(chance.randbytes(20)) for _ in range(size)]
        index, old = chance.randrange(size), chance.randrange(1, size)
        root = trees.root(hashes).hex()
        whole = [hashes[index].hex(), *hexes(trees.path(index, hashes)), root]
        yield ["inclusion", True, [index, size, whole[0], whole[1:-1], whole[-1]]]
        for each in flipped(whole):
            yield ["inclusion", False, [index, size, each[0], each[1:-1], each[-1]]]
        old_root = trees.root(hashes[:old]).hex()
        whole = [old_root, root, *hexes(trees.consistency(old, hashes))]
        yield ["consistency", True, [old, size, whole[0], whole[1], whole[2:]]]
        for each in flipped(whole):
            yield ["consistency", False, [old, size, each[0], each[1], each[2:]]]


def published() -> Iterator[Case]:
    """What vectors.json has: hashes, roots, proofs, the checkpoint, and RFC 6962's public tree."""
    roots = LOG["roots"]
    for index, (text, hashed) in enumerate(zip(LOG["leaves"], LOG["leaf_hashes"], strict=True)):
        yield ["leaf", True, [text]]
        yield ["leaf_hash", hashed, [text.encode().hex()]]
        for size in range(index + 1, 6):
            path = LOG["inclusion"].get(f"{index}/{size}")
            if path is not None:
                yield ["inclusion", True, [index, size, hashed, path, roots[str(size)]]]
    for name, path in LOG["consistency"].items():
        old, new = name.split("/")
        yield ["consistency", True, [int(old), int(new), roots[old], roots[new], path]]
    for size in range(6):
        yield ["root", roots[str(size)], [LOG["leaf_hashes"][:size]]]
    public = LOG["public_vectors"]
    hashes = [trees.leaf(bytes.fromhex(each)).hex() for each in public["ct_leaves_hex"]]
    yield ["leaf_hash", public["leaf_of_empty"], [""]]
    yield ["root", public["empty_root"], [[]]]
    yield ["root", public["root_of_8_ct_leaves"], [hashes]]


def bad_leaves() -> Iterator[Case]:
    """Leaves that are written in another way than the one."""
    text = LOG["leaves"][0]
    for old, new in (
        ("seq 0\n", "seq 00\n"),
        ("kind award\n", "kind gift\n"),
        ("occurred 2025-12-31", "occurred 2025-12-32"),
        ("occurred 2025-12-31", "occurred 2025-02-29"),
        ("move issuance", "move  issuance"),
        ("move issuance", "move nothing"),
        ("point 50\n", "point 050\n"),
        ("point 50\n", "point 0\n"),
        ("point 50\n", "fen 50\n"),
        ("h.k7q2m4xz", "issuance"),
        ("approver u.p7c3n5dt\n", ""),
        ("approver u.p7c3n5dt\n", "approver u.P7c3n5dt\n"),
        ("reverses -", "reverses 0190f3a0000070008000000000000001"),
        ("jishan-leaf/v1", "jishan-leaf/v2"),
        ("salt 2b", "salt 2B"),
        ("50\n", "50"),
        ("50\n", "50\n\n"),
        ("origin jishan", "origin  jishan"),
    ):
        assert old in text
        yield ["leaf", False, [text.replace(old, new)]]


def notes() -> Iterator[Case]:
    """The checkpoint, with and without what witnesses put under it, and every flip of a letter."""
    note, key = LOG["checkpoint"], LOG["vkey"]
    origin = LOG["origin"]
    stranger = b64encode(b"\x01\x02\x03\x04" + bytes(64)).decode()
    yield ["note", True, [note, key]]
    yield ["note", True, [f"{note}— witness.example {stranger}\n", key]]
    yield ["note", True, [note.replace("\n\n", f"\n\n— witness.example {stranger}\n"), key]]
    yield ["note", True, [f"{note}— {origin} {stranger}\n", key]]
    yield ["note", True, [note, f"{key}\n{CODES['second_vkey']}\n"]]
    yield ["note", True, [note, f"{key[:40]}\n{key[40:]}\n{CODES['second_vkey']}\n"]]
    wide = "".join(chr(ord(each) + 0xFEE0) for each in key)
    for typed in (wide, f"\ufeff{key}\r\n"):  # on a wide keyboard; in a Windows editor
        yield ["note", True, [note, typed]]
    for fold in ("/", "+"):  # where a long name folds on paper
        folded = [each.replace(fold, f"{fold}\n", 1) for each in (key, CODES["second_vkey"])]
        yield ["note", True, [note, "\n".join(folded)]]
    yield ["note", True, [CODES["second_checkpoint"], key]]
    yield ["note", False, [note, CODES["other_vkey"]]]
    yield ["note", False, [CODES["skipped_checkpoint"], key]]
    yield ["note", False, [f"{note}— witness.example\n", key]]
    yield ["note", False, [f"{note}\n", key]]
    yield ["note", False, [note[:-1], key]]
    yield ["note", False, [note.replace("\n", "\r\n"), key]]
    body, _gap, line = note.partition("\n\n")
    yield ["note", False, [f"{body}\n\n{line}{line.replace('H8XAmn', 'H8XAmm')}", key]]
    for at, letter in enumerate(note):
        yield ["note", False, [note[:at] + chr(ord(letter) ^ 1) + note[at + 1 :], key]]
    for at, letter in enumerate(key):
        changed = chr(ord(letter) ^ 1)
        yield ["note", False, [note, key[:at] + changed + key[at + 1 :]]]


def codes() -> Iterator[Case]:
    """Receipts' codes and checkpoints', and what is none."""
    for each in CODES["receipts"]:
        code = each["code"]
        said = [each["village"], each["seq"], each["event"], each["leaf_hash"]]
        yield ["receipt", said, [code]]
        yield ["receipt", said, [f"https://jishan.example/verify#{code}\n"]]
        yield ["receipt", None, [code[:-1]]]
        yield ["receipt", None, [f"{code}A"]]
        yield ["receipt", None, [code.lower()]]
        yield ["receipt", None, [f"P1{code[2:]}"]]
        # The last letter carries two bits that mean nothing: one text, one meaning.
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for step in (1, 2, 3):
            last = letters[letters.index(code[-1]) ^ step]
            yield ["receipt", None, [code[:-1] + last]]
    for each in CODES["bad_receipts"]:
        yield ["receipt", None, [each]]
    yield ["paper", LOG["checkpoint"], [CODES["checkpoint_code"]]]
    yield ["paper", LOG["checkpoint"], [f"http://127.0.0.1:8000/verify#{CODES['checkpoint_code']}"]]
    note = LOG["checkpoint"]
    for typed in (note, note[:-1], f"\ufeff{note}\n", note.replace("\n", "\r\n")):
        yield ["paper", note, [typed]]
    # What keyboards have for the dash; elsewhere it is another text.
    for dash in ("-", "--", "–", "——", "―", "−", "－"):
        yield ["paper", note, [note.replace("\n— ", f"\n{dash} ")]]
    for other in (f"- {note}", note.replace("— ", "--- "), note.replace("— ", "* ")):
        yield ["paper", other, [other]]
    yield from folded_and_typed(note)
    # What is cut off or misread: not of that length, no text, not written that way.
    for damaged in (CODES["checkpoint_code"][:-2], "C1A", "C1__79", "C1YR"):
        yield ["paper", None, [damaged]]


def folded_and_typed(note: str) -> Iterator[Case]:
    """The lines as a sheet's text has them, folded or not, and as people type them."""
    origin, size, root, _gap, line, _end = note.split("\n")
    dash, name, signature = line.split(" ")
    half = signature.index("/") + 1 if "/" in signature else 40
    folds = [
        f"{dash} {name} {signature[:half]}\n{signature[half:]}",
        f"{dash} {name}\n{signature}",
        f"{dash} {name}\n{signature[:half]}\n{signature[half:]}",
        f"{dash} {name[:13]}\n{name[13:]} {signature}",
    ]
    for each in (line, *folds):
        for gap in ("\n\n", "\n", "\r\n \r\n", "\n\n\n"):
            yield ["paper", note, [f"{origin}\n{size}\n{root}{gap}{each}\n\f"]]
    wide = size.translate({ord("0") + each: ord("０") + each for each in range(10)})
    for typed in (
        f" {origin} \n{size}\t\n{root} \n\n{line}　",
        f"{origin}\n{wide}\n{root}\n\n－　{name}  {signature}",
        f"{origin}\n{size}\n{root[:20]}\n{root[20:]}\n\n{folds[0]}",
        f"{origin}\r{size}\r{root}\r\r{line}\r",
    ):
        yield ["paper", note, [typed]]
    witness = f"— witness.example {signature}"
    several = f"{origin}\n{size}\n{root}\n\n{witness}\n{line}\n"
    yield ["paper", several, [several]]
    yield [
        "paper",
        several,
        [several.replace(signature, f"{signature[:half]}\n{signature[half:]}")],
    ]
    for other in (f"{root} {root}", signature):  # nothing is guessed of what stands within a line
        yield ["paper", f"{origin}\n{size}\n{other}\n\n{line}\n",
               [f"{origin}\n{size}\n{other}\n{line}"]]  # fmt: skip
    yield ["paper", "\n\n", [""]]


def all_cases() -> list[Case]:
    """Every case."""
    makers = (published, all_small_trees, single_bit_flips, bad_leaves, notes, codes)
    return [case for maker in makers for case in maker()]
