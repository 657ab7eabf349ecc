#!/usr/bin/env python3
"""Check Jishan's books without Jishan: receipts, statements and whole logs of a village.

    python jishan_verify.py receipt CODE --proof FILE --key KEY
    python jishan_verify.py statement FILE --key KEY
    python jishan_verify.py log FILE --key KEY [--checkpoint FILE]...
    python jishan_verify.py checkpoint FILE --key KEY

It needs Python 3.10 or newer and the package `cryptography`; it shares no code with the service,
asks no network and writes nothing. KEY is the log's public key (`origin+id+base64`) or a file that
holds it, obtained elsewhere than from whom the file came. Exit code 0: all holds; 1: something
doesn't, told as a JSON list on standard output; 2: it could not be checked. README.md beside this
file says what the answers mean, and what no proof can say.

Formats: RFC 6962 (hashing), RFC 9162 sections 2.1.3.2 and 2.1.4.2 (proofs), C2SP `signed-note`
and `tlog-checkpoint`, and the project's docs/ledger.md (leaf, export, statement, proof).
"""

import argparse
import base64
import binascii
import hashlib
import io
import json
import re
import sys
import traceback
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HOLDS, MISMATCH, UNCHECKED = 0, 1, 2
TOLD_AT_MOST = 10_000
Finding = dict[str, Any]


class Unchecked(Exception):
    """Something that is needed for the check is missing or can't be read."""


# ---------------------------------------------------------------- the tree (RFC 6962, RFC 9162)

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(00 ‖ leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_inclusion(
    index: int, size: int, hashed: bytes, path: Sequence[bytes], root: bytes
) -> bool:
    """Whether the path leads from a leaf to the root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if node % 2 or node == last:
            hashed = node_hash(sibling, hashed)
            while node and not node % 2:
                node, last = node // 2, last // 2
        else:
            hashed = node_hash(hashed, sibling)
        node, last = node // 2, last // 2
    return last == 0 and hashed == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the path proves that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == 0 or old == new:
        wanted = EMPTY_ROOT if old == 0 else new_root
        return not path and old_root == wanted and (new > 0 or new_root == EMPTY_ROOT)
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node % 2:
        node, last = node // 2, last // 2
    first = second = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while node and not node % 2:
                node, last = node // 2, last // 2
        else:
            second = node_hash(second, sibling)
        node, last = node // 2, last // 2
    return last == 0 and first == old_root and second == new_root


# --------------------------------------------------------------- keys and signed notes (C2SP)

ORIGIN = re.compile(r"([!-*,-~]+/([0-9]{12}))(?:/([2-9]|[1-9][0-9]+))?")
NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
SIGNATURES_AT_MOST = 100
FOLD_IN_KEY = re.compile(r"\s+(?!\S+/\s*[0-9]{12}(?:/[0-9]+)?\+\s*[0-9a-f]{8}\+)")


def canonical_base64(text: str) -> bytes:
    """The bytes; ValueError for a text that they aren't written as."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("this is no base64") from error
    if base64.b64encode(raw).decode() != text:
        raise ValueError("this is no base64")
    return raw


def split_origin(origin: str) -> tuple[str, str, int]:
    """An origin's base, its village, and how often its log was opened (1 unless opened anew)."""
    found = ORIGIN.fullmatch(origin)
    if found is None:
        raise ValueError("this is no log's origin")
    return found[1], found[2], int(found[3] or 1)


def origin_of(base: str, opening: int) -> str:
    """The origin that a log has after so many openings."""
    return base if opening == 1 else f"{base}/{opening}"


@dataclass(frozen=True)
class Key:
    """A log's public key, under its base origin."""

    base: str
    village: str
    public: bytes

    def id_for(self, origin: str) -> bytes:
        """The first 4 bytes of SHA-256(origin ‖ 0A ‖ 01 ‖ public key)."""
        return hashlib.sha256(origin.encode() + b"\n\x01" + self.public).digest()[:4]

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def read_key(text: str) -> Key:
    """The key in a verifier key `origin+id+base64`, or in several of one log, a line each.

    Where paper folds a key, the line goes on; wide letters and an editor's mark mean the same key.
    """
    keys = []
    narrow = unicodedata.normalize("NFKC", text).strip("\ufeff \t\r\n")
    for line in FOLD_IN_KEY.sub("", narrow).split():
        name, _plus, rest = line.partition("+")
        hint, _plus, encoded = rest.partition("+")
        raw = canonical_base64(encoded)
        base, village, _opening = split_origin(name)
        key = Key(base, village, raw[1:])
        if raw[:1] != b"\x01" or len(raw) != 33 or hint != key.id_for(name).hex():
            raise ValueError("this is no verifier key of Ed25519")
        keys.append(key)
    if not keys or len(set(keys)) != 1:
        raise ValueError("the key must be one log's")
    return keys[0]


@dataclass(frozen=True)
class Checkpoint:
    """A signed root."""

    origin: str
    size: int
    root: bytes


class NotSigned(ValueError):
    """A checkpoint that is one, but that this log's key didn't sign."""


def read_note(note: str, key: Key) -> Checkpoint:
    """What a checkpoint says; `NotSigned` unless this log's key signed it under its own origin, and
    ValueError for what is no checkpoint.

    Lines of keys that aren't this log's (witnesses) are let be; a wrong one of this log's isn't.
    """
    body, gap, tail = note.partition("\n\n")
    lines = body.split("\n")
    if not gap or len(lines) != 3 or not tail.endswith("\n"):
        raise ValueError("this is no checkpoint")
    origin, size, encoded = lines
    root = canonical_base64(encoded)
    if not NUMBER.fullmatch(size) or len(root) != 32:
        raise ValueError("this is no checkpoint")
    if split_origin(origin)[0] != key.base:
        raise NotSigned(f"the checkpoint is of {origin}, the key of {key.base}")
    signatures = tail[:-1].split("\n")
    if len(signatures) > SIGNATURES_AT_MOST:
        raise ValueError("the checkpoint has too many signatures")
    signed = False
    for line in signatures:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or not parts[1] or "+" in parts[1]:
            raise ValueError("a line of the checkpoint is no signature")
        raw = canonical_base64(parts[2])
        if len(raw) < 5:
            raise ValueError("a line of the checkpoint is no signature")
        if parts[1] == origin and raw[:4] == key.id_for(origin):
            if not key.signed(raw[4:], f"{body}\n".encode()):
                raise NotSigned("the signature isn't the log's")
            signed = True
    if not signed:
        raise NotSigned("the checkpoint isn't signed by the log's key")
    return Checkpoint(origin, int(size), root)


# ------------------------------------------------------------------------------- leaves

KINDS = (
    "opening|award|redemption|refund|expiry|reversal|debt_payment|household_move|loss|income"
    "|money_move|disbursement|payment_return|settlement_approved|settlement_paid|reopen"
)
LEAF = re.compile(
    rb"jishan-leaf/v1\norigin ([!-~]{1,120})\nseq (0|[1-9][0-9]{0,14})\nevent ([0-9a-f]{32})\n"
    rb"at (0|[1-9][0-9]{0,15})\nkind (" + KINDS.encode() + rb")\n"
    rb"occurred ([0-9]{4}-[0-9]{2}-[0-9]{2})\nactor (u\.[a-z2-9]{8}|-)\n"
    rb"approver (u\.[a-z2-9]{8}|-)\nreverses ([0-9a-f]{32}|-)\ndetail ([0-9a-f]{64}|-)\n"
    rb"salt ([0-9a-f]{32})\n"
    rb"((?:move [a-z0-9._]{1,64} [a-z0-9._]{1,64} (?:point|fen) [1-9][0-9]{0,12}\n)*)"
)
LEAF_FIELDS = (
    "origin", "seq", "event", "at", "kind", "occurred", "actor", "approver", "reverses", "detail",
    "salt",
)  # fmt: skip
LEAF_BYTES_AT_MOST = 65_535
Move = tuple[bytes, bytes, bytes, int]

POINT_KINDS = {"issuance", "h", "debt", "shop", "settled", "expired", "offline_loss"}
FEN_KINDS = {"cash", "bank", "income", "spending", "payable"}
FLOOR_ZERO = {"h", "settled", "expired", "cash", "bank", "spending"}
CEILING_ZERO = {"debt", "payable"}
KIND_NAMES = {"h": "household"}


def account_kind(code: str) -> str:
    """What stands before the first dot of an account's code; ValueError for no kind of account."""
    kind = code.partition(".")[0]
    if kind not in POINT_KINDS and kind not in FEN_KINDS:
        raise ValueError(f"{code} is no account")
    return kind


def account_unit(code: str) -> str:
    """The unit that an account counts."""
    return "fen" if account_kind(code) in FEN_KINDS else "point"


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Leaf:
    """What a leaf says: its fields as written, its transfers."""

    fields: dict[str, str]
    moves: list[Move]


def read_moves(text: bytes) -> list[Move]:
    """The transfers of a leaf, whose form was checked before."""
    found = []
    for line in text.split(b"\n")[:-1]:
        _move, source, target, unit, amount = line.split(b" ")
        found.append((source, target, unit, int(amount)))
    return found


def read_leaf(body: bytes) -> Leaf:
    """What a leaf says; ValueError for bytes that aren't written as a leaf is."""
    found = LEAF.fullmatch(body)
    if found is None or len(body) > LEAF_BYTES_AT_MOST:
        raise ValueError("this is no leaf")
    values = [each.decode() for each in found.groups()]
    fields = dict(zip(LEAF_FIELDS, values[:-1], strict=True))
    if not is_day(fields["occurred"]):
        raise ValueError("this is no leaf")
    if (fields["kind"] == "reversal") != (fields["reverses"] != "-"):
        raise ValueError("only a reversal reverses")
    moves = read_moves(found[12])
    for source, target, unit, _amount in moves:
        for code in (source.decode(), target.decode()):
            if account_unit(code) != unit.decode():
                raise ValueError(f"{code} doesn't count {unit.decode()}")
        if source == target:
            raise ValueError("a transfer needs two accounts")
    return Leaf(fields, moves)


def is_public(moves: Sequence[Move]) -> bool:
    """Whether an event touches no household's account and no debt."""
    return not any(
        code.startswith((b"h.", b"debt.")) for move in moves for code in (move[0], move[1])
    )


class Fund:
    """The micro-fund, recomputed from leaves alone: cash, bank, income, spending, payable."""

    def __init__(self) -> None:
        self.balances: dict[str, int] = {}

    def add(self, moves: Sequence[Move]) -> list[str]:
        """Move the fen of an event; the accounts that then stand beyond their floor or ceiling."""
        touched = []
        for source, target, unit, amount in moves:
            if unit == b"fen":
                for code, change in ((source.decode(), -amount), (target.decode(), amount)):
                    self.balances[code] = self.balances.get(code, 0) + change
                    touched.append(code)
        return [code for code in touched if beyond(code.partition(".")[0], self.balances[code])]

    def report(self) -> dict[str, Any]:
        """Cash and bank, and by code what came in, what was spent, what is owed, in fen."""
        report: dict[str, Any] = {
            "cash_fen": self.balances.get("cash", 0),
            "bank_fen": self.balances.get("bank", 0),
        }
        for kind, sign in (("income", -1), ("spending", 1), ("payable", -1)):
            report[f"{kind}_fen"] = {
                code: sign * balance
                for code, balance in sorted(self.balances.items())
                if code.startswith(f"{kind}.")
            }
        return report


def beyond(kind: str, balance: int) -> bool:
    """Whether a balance is below its account's floor or above its ceiling."""
    return (balance < 0 and kind in FLOOR_ZERO) or (balance > 0 and kind in CEILING_ZERO)


# ------------------------------------------------------- receipts, proofs and statements

RECEIPT_BYTES = 62
HEX = {size: re.compile(f"[0-9a-f]{{{2 * size}}}") for size in (16, 32)}


@dataclass(frozen=True)
class Receipt:
    """An event as a receipt's QR names it."""

    village: str
    seq: int
    event: str
    leaf_hash: bytes


def read_receipt(text: str) -> Receipt:
    """What `R1…`, or an address that ends in it, names; ValueError for any other text."""
    code = text.strip().rpartition("#")[2]
    if not re.fullmatch(r"R1[A-Za-z0-9_-]{83}", code):
        raise ValueError("this is no receipt's code")
    raw = base64.urlsafe_b64decode(code[2:] + "=")
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != code[2:]:
        raise ValueError("this is no receipt's code")
    village, seq = str(int.from_bytes(raw[:6], "big")), str(int.from_bytes(raw[6:14], "big"))
    if len(raw) != RECEIPT_BYTES or len(village) != 12 or not NUMBER.fullmatch(seq):
        raise ValueError("this is no receipt's code")
    return Receipt(village, int(seq), raw[14:30].hex(), raw[30:])


DASHES = re.compile("^[-\u2010-\u2015\u2212]{1,2} ")
BLANKS = re.compile("[ \t\f\ufeff]+")


def read_paper(text: str) -> str:
    """The note in `C1…`, or in an address that ends in it, or as it was typed."""
    code = text.strip("\ufeff \t\n").rpartition("#")[2].strip()
    found = re.fullmatch(r"C1([A-Za-z0-9_-]+)", code)
    if found is None:
        return read_typed(text)
    try:
        raw = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
        note = raw.decode()
    except ValueError as error:
        raise ValueError("this is no checkpoint's code") from error
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != found[1]:
        raise ValueError("this is no checkpoint's code")
    return note


def read_typed(text: str) -> str:
    """The note in lines that were typed, or copied off a page.

    Keyboards have other dashes than a signature's line, wide letters, other ends of lines; paper
    folds what is longer than itself; nobody types an empty line: all of it means the same note.
    """
    narrow = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [BLANKS.sub(" ", each).strip(" ") for each in narrow.split("\n")]
    lines = [each for each in lines if each]
    start = next((at for at, each in enumerate(lines) if at > 2 and DASHES.match(each)), 3)
    signatures: list[str] = []
    for line in lines[start:]:
        if signatures and not DASHES.match(line):
            # Folded behind the name there was a space, within the signature there was none.
            name_only = signatures[-1].count(" ") == 1 and " " not in line
            signatures[-1] += f" {line}" if name_only else line
        else:
            signatures.append(DASHES.sub("— ", line))
    return "\n".join([*lines[:2], "".join(lines[2:start]), "", *signatures, ""])


# The names in a file, and of what kind their values are: none more, and none less.
FORMS: dict[str, dict[str, type]] = {
    "jishan-proof/v1": {
        "format": str, "village": str, "event": str, "seq": int, "leaf_hash": str, "size": int,
        "path": list, "checkpoint": str,
    },
    "jishan-consistency/v1": {
        "format": str, "village": str, "from": int, "to": int, "path": list,
    },
    "jishan-statement/v1": {
        "format": str, "village": str, "household": str, "balance": int, "debt": int,
        "checkpoint": str, "events": list,
    },
}  # fmt: skip
EVENT_FORM: dict[str, type] = {"seq": int, "leaf": str, "path": list}
LARGEST_NUMBER = 2**53 - 1  # beyond it a browser rounds


def require_form(source: dict[str, Any], name: str) -> None:
    """`Unchecked` unless a file has exactly the names of its form, with values of their kinds."""
    require_names(source, FORMS[name], name)
    if source["format"] != name:
        raise Unchecked(f"the file is no {name}: format")


def require_names(source: dict[str, Any], form: dict[str, type], name: str) -> None:
    """`Unchecked` unless an object has exactly these names, with values of these kinds."""
    strange = sorted(source.keys() ^ form.keys())
    strange += [each for each, kind in form.items() if not is_of(kind, source.get(each))]
    if strange:
        raise Unchecked(f"the file is no {name}: {strange[0]}")


def is_of(kind: type, value: Any) -> bool:
    """Whether a value is of a kind; a number that not every reader reads alike is of none."""
    return type(value) is kind and not (isinstance(value, int) and abs(value) > LARGEST_NUMBER)


def hashes_in(values: list[Any]) -> list[bytes]:
    """A path of hashes in hex."""
    for value in values:
        if not isinstance(value, str) or not HEX[32].fullmatch(value):
            raise ValueError("a path is a list of hashes")
    return [bytes.fromhex(value) for value in values]


def dashed(event: str) -> str:
    """An event's id as files write it."""
    return "-".join((event[:8], event[8:12], event[12:16], event[16:20], event[20:]))


def finding(check: str, logged: Any, stored: Any, **where: Any) -> Finding:
    """One thing that doesn't hold: which check, where, what the log says, what was found."""
    return {"check": check, **where, "logged": logged, "stored": stored}


def check_proof(proof: dict[str, Any], key: Key, receipt: Receipt | None) -> list[Finding]:
    """Whether a proof leads from its event, and the receipt's, to a checkpoint of this log.

    No hash covers the event's id: the receipt's is all that there is to compare it with.
    """
    require_form(proof, "jishan-proof/v1")
    findings = []
    if receipt is not None:
        said = {
            "village": (receipt.village, key.village),
            "seq": (receipt.seq, proof["seq"]),
            "event": (dashed(receipt.event), proof["event"]),
            "leaf_hash": (receipt.leaf_hash.hex(), proof["leaf_hash"]),
        }
        for name, (mine, theirs) in said.items():
            if mine != theirs:
                findings.append(finding("receipt", theirs, mine, column=name))
    try:
        checkpoint = read_note(proof["checkpoint"], key)
        [hashed] = hashes_in([proof["leaf_hash"]])
        path = hashes_in(proof["path"])
    except ValueError as error:
        return [*findings, finding("proof", str(error), None)]
    for name, value in (("village", key.village), ("size", checkpoint.size)):
        if proof[name] != value:
            findings.append(finding("file", value, proof[name], column=name))
    if not verify_inclusion(proof["seq"], checkpoint.size, hashed, path, checkpoint.root):
        findings.append(
            finding("inclusion", checkpoint.root.hex(), proof["leaf_hash"], seq=proof["seq"])
        )
    return findings


def check_statement(statement: dict[str, Any], key: Key) -> tuple[list[Finding], dict[str, Any]]:
    """Whether each event of a statement is in the log, and what they add up to.

    `Unchecked` for one without events: nothing in it would say whose it is.
    """
    require_form(statement, "jishan-statement/v1")
    household, events = statement["household"], statement["events"]
    for event in events:
        require_names(event if isinstance(event, dict) else {}, EVENT_FORM, "jishan-statement/v1")
    if not events:
        raise Unchecked("the statement has no entry that could be proven")
    try:
        checkpoint = read_note(statement["checkpoint"], key)
    except ValueError as error:
        return [finding("note", str(error), None)], {}
    findings, held, last = [], {f"h.{household}": 0, f"debt.{household}": 0}, -1
    if statement["village"] != key.village:
        findings.append(finding("file", key.village, statement["village"], column="village"))
    for event in events:
        seq, body = event["seq"], event["leaf"].encode("utf-8", "replace")
        try:
            path = hashes_in(event["path"])
            leaf = read_leaf(body)
        except ValueError as error:
            findings.append(finding("leaf", str(error), None, seq=seq))
            continue
        if leaf.fields["seq"] != str(seq) or seq <= last:
            findings.append(finding("leaf", leaf.fields["seq"], seq, seq=seq, column="seq"))
        if not verify_inclusion(seq, checkpoint.size, leaf_hash(body), path, checkpoint.root):
            findings.append(
                finding("inclusion", checkpoint.root.hex(), leaf_hash(body).hex(), seq=seq)
            )
        touched = False
        for source, target, _unit, amount in leaf.moves:
            for code, change in ((source.decode(), -amount), (target.decode(), amount)):
                if code in held:
                    held[code] += change
                    touched = True
        if not touched:
            findings.append(finding("household", "another household's", household, seq=seq))
        last = seq
    summed = {"balance": held[f"h.{household}"], "debt": -held[f"debt.{household}"]}
    for name, value in summed.items():
        if value != statement[name]:
            findings.append(finding("balance", value, statement[name], column=name))
    return findings, {"events": len(events), "size": checkpoint.size, **summed}


def check_consistency(
    older: Sequence[Checkpoint], newest: Checkpoint, proofs: Sequence[dict[str, Any]]
) -> list[Finding]:
    """Whether the newest tree begins with each older one; a missing proof is `Unchecked`."""
    findings, known = [], {}
    for proof in proofs:
        require_form(proof, "jishan-consistency/v1")
        known[(proof["from"], proof["to"])] = proof
    for each in older:
        old, new = sorted((each, newest), key=lambda one: one.size)
        path: list[bytes] = []
        if old.size not in (0, new.size):
            if (old.size, new.size) not in known:
                raise Unchecked(f"needed: the consistency proof from {old.size} to {new.size}")
            proof = known[(old.size, new.size)]
            village = split_origin(new.origin)[1]
            if proof["village"] != village:
                findings.append(finding("consistency", village, proof["village"], column="village"))
            try:
                path = hashes_in(proof["path"])
            except ValueError as error:
                findings.append(finding("consistency", str(error), None, seq=old.size))
                continue
        if not verify_consistency(old.size, new.size, old.root, new.root, path):
            findings.append(finding("consistency", new.root.hex(), old.root.hex(), seq=old.size))
    return findings


# ------------------------------------------------------------------------ exported logs

FORMAT = b"jishan-log/v1"
COLUMNS = {
    "log_head": ("origin", "size", "at", "frontier"),
    "account": ("code", "unit", "kind", "balance", "version"),
    "checkpoint": ("origin", "size", "note"),
    "event": (
        "id", "seq", "at", "kind", "occurred_on", "actor", "approver", "reverses", "detail",
        "salt",
    ),
    "transfer": (
        "seq", "line", "from_code", "to_code", "unit", "amount", "from_balance_after",
        "from_version", "to_balance_after", "to_version",
    ),
    "erasure": ("event_id",),
    "event_detail": ("event_id", "text", "key"),
    "leaf": ("seq", "body", "hashes"),
    "hash": ("seq", "hashes"),
}  # fmt: skip
# What an export says of itself, and the tables whose rows its part may have.
HEAD = {"village": rb"[0-9]{12}", "part": rb"all|public", "details": rb"yes|no"}
PARTS = {
    "all": ("log_head", "account", "checkpoint", "event", "transfer", "erasure", "event_detail",
            "leaf"),
    "public": ("log_head", "checkpoint", "leaf", "hash"),
}  # fmt: skip
ESCAPED = re.compile(rb"\\(?:x([0-9a-f]{2})|(.))", re.DOTALL)
MEANT = {b"\\": b"\\", b"t": b"\t", b"n": b"\n", b"r": b"\r"}
NULL = b"\\N"
HASH_BLOCK = 64  # bytes that SHA-256 takes at a time
INNER, OUTER = (bytes(pad ^ each for each in range(256)) for pad in (0x36, 0x5C))
AMOUNT = re.compile(rb"[0-9]{1,15}")
DETAIL_KEY = re.compile(rb"[0-9a-f]{64}")
# What the leaf says is in these columns of the event, and how the leaf writes it.
EVENT_PLACES = {"event": "id", "occurred": "occurred_on"}


def unescape(cell: bytes) -> bytes:
    """A cell's bytes (`\\t`, `\\n`, `\\r`, `\\\\`, `\\xhh`)."""
    if b"\\" not in cell:
        return cell

    def meant(found: "re.Match[bytes]") -> bytes:
        return bytes.fromhex(found[1].decode()) if found[1] else MEANT.get(found[2], found[0])

    return ESCAPED.sub(meant, cell)


def leaf_bytes(cell: bytes) -> bytes:
    """A leaf's bytes: line feeds are all that is escaped in one that is written as it should be."""
    body = cell.replace(b"\\n", b"\n")
    return unescape(cell) if b"\\" in body else body


def shown(cell: bytes | None) -> str | None:
    """A cell as a finding tells it."""
    return None if cell is None or cell == NULL else unescape(cell).decode("utf-8", "replace")


def commitment(text: bytes, key: bytes) -> str:
    """HMAC-SHA-256 of a detail's cell under its key's, in hex."""
    # RFC 2104 in two hashes: the library's way costs three times as much for so short a text.
    padded = bytes.fromhex(key.decode()).ljust(HASH_BLOCK, b"\0")
    inner = hashlib.sha256(padded.translate(INNER) + unescape(text)).digest()
    return hashlib.sha256(padded.translate(OUTER) + inner).hexdigest()


@dataclass
class Head:
    """What an export says of itself before its rows."""

    village: str = ""
    part: str = ""
    details: str = ""


DETAIL_ROWS = {b"erasure": "erasure", b"event_detail": "detail"}


@dataclass
class Group:
    """The rows of one place in the log."""

    event: list[bytes] | None = None
    transfers: list[list[bytes]] = field(default_factory=list)
    erasure: list[bytes] | None = None
    detail: list[bytes] | None = None
    leaf: list[bytes] | None = None


# Almost every event is one transfer that reverses nothing: one pattern then reads its rows and its
# leaf and compares them, as the leaf's half repeats what the rows' half found. Whatever doesn't fit
# goes row by row, where each difference is named.
USUAL = (
    r"event\t(?P<id>[0-9a-f]{32})\t(?P<seq>0|[1-9][0-9]{0,14})\t(?P<at>0|[1-9][0-9]{0,15})"
    r"\t(?P<kind>(?!reversal\t|reopen\t)(?:KINDS))\t(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"\t(?:(?P<actor>[a-z2-9]{8})|\\N)\t(?:(?P<approver>[a-z2-9]{8})|\\N)\t\\N"
    r"\t(?:(?P<detail>[0-9a-f]{64})|\\N)\t(?P<salt>[0-9a-f]{32})\n"
    r"transfer\t(?P=seq)\t0\t(?P<source>[a-z0-9._]{1,64})\t(?P<target>[a-z0-9._]{1,64})"
    r"\t(?P<unit>point|fen)\t(?P<amount>[1-9][0-9]{0,12})"
    r"\t(?P<after>-?[0-9]+\t[0-9]+\t-?[0-9]+\t[0-9]+)\n"
    r"(?:event_detail\t(?P=id)\t(?P<text>[^\t\n]*)\t(?P<key>[0-9a-f]{64}|\\N)\n)?"
    r"leaf\t(?P=seq)\t(?P<body>jishan-leaf/v1\\norigin ORIGIN\\nseq (?P=seq)\\nevent (?P=id)"
    r"\\nat (?P=at)\\nkind (?P=kind)\\noccurred (?P=day)\\nactor (?(actor)u\.(?P=actor)|-)"
    r"\\napprover (?(approver)u\.(?P=approver)|-)\\nreverses -\\ndetail (?(detail)(?P=detail)|-)"
    r"\\nsalt (?P=salt)\\nmove (?P=source) (?P=target) (?P=unit) (?P=amount)\\n)"
    r"\t(?P<hashes>.+)\n"
)


class LogCheck:
    """Goes once through an export, row by row, and keeps what doesn't hold."""

    def __init__(self, key: Key, *, detailed: bool = False) -> None:
        self.key, self.detailed = key, detailed
        self.findings: list[Finding] = []
        self.found = 0
        self.fund = Fund()
        self.roots: dict[int, list[tuple[str, Checkpoint]]] = {}
        self.accounts: dict[bytes, list[bytes]] = {}
        self.held: dict[bytes, list[Any]] = {}
        self.head: dict[str, bytes] = {}
        self.reversed: dict[bytes, int] = {}
        self.frontier: list[bytes] = []
        self.size, self.at, self.opening = 0, -1, 1
        self.whole = True
        self.days: set[bytes] = set()
        self.open()
        self.counts = dict.fromkeys(
            ("checkpoints", "details", "details_erased", "details_unseen", "leaves_withheld"), 0
        )
        self.newest_size = -1

    def tell(self, check: str, logged: Any, stored: Any, **where: Any) -> None:
        """Keep a finding."""
        self.found += 1
        if len(self.findings) < TOLD_AT_MOST:
            self.findings.append(finding(check, logged, stored, **where))

    def open(self) -> None:
        """Know what usual events look like under the log's name as it is now."""
        origin = re.escape(origin_of(self.key.base, self.opening))
        self.usual = re.compile(USUAL.replace("KINDS", KINDS).replace("ORIGIN", origin).encode())

    # -- rows that stand before the events

    def take_head(self, cells: list[bytes]) -> None:
        """The log head's row."""
        self.head = dict(zip(COLUMNS["log_head"], cells, strict=True))

    def take_account(self, cells: list[bytes]) -> None:
        """An account's row."""
        if cells[0] in self.accounts:
            self.tell("rows", "one row", "two rows", table="account", account=shown(cells[0]),
                      column="code")  # fmt: skip
        self.accounts[cells[0]] = cells

    def take_checkpoint(self, cells: list[bytes]) -> None:
        """A checkpoint's row: its note and signature (1)."""
        origin, size, note = cells
        self.counts["checkpoints"] += 1
        try:
            checkpoint = read_note(unescape(note).decode("utf-8", "replace"), self.key)
        except ValueError as error:
            self.tell(
                "note", str(error), shown(note), table="checkpoint", seq=shown(size), column="note"
            )
            return
        for name, said, stored in (
            ("origin", checkpoint.origin, shown(origin)),
            ("size", str(checkpoint.size), shown(size)),
        ):
            if said != stored:
                self.tell(
                    "note", said, stored, table="checkpoint", seq=checkpoint.size, column=name
                )
        self.expect_root("checkpoint", checkpoint)

    def expect_root(self, source: str, checkpoint: Checkpoint) -> None:
        """Compare the tree with this checkpoint once it has its size (3), (4)."""
        self.roots.setdefault(checkpoint.size, []).append((source, checkpoint))
        if source == "checkpoint":
            self.newest_size = max(self.newest_size, checkpoint.size)
        if checkpoint.size == 0:
            self.compare_roots()

    # -- the events

    def take_group(self, seq_cell: bytes, group: Group) -> None:
        """All rows of one place: (2), (5), (6), (7), (8)."""
        if not NUMBER.fullmatch(seq_cell.decode("ascii", "replace")):
            self.tell("seq", "a number", shown(seq_cell), table="event", column="seq")
            self.whole = False
            return
        seq = int(seq_cell)
        if seq != self.size:
            self.tell("seq", self.size, seq, table="event", seq=seq, column="seq")
            self.whole, self.size = False, seq
        if group.event is None:
            self.tell("rows", "an event", None, table="event", seq=seq)
        if group.leaf is None:
            self.tell("rows", "a leaf", None, table="leaf", seq=seq)
            self.whole = False
        moves: list[Move] | None = None
        if group.event is not None and group.leaf is not None:
            matched = self.compare_leaf(seq, group.event, group.transfers, group.leaf)
            moves = None if matched is None else read_moves(matched[12])
            self.compare_detail(seq, group, group.event[8] if matched is None else matched[10])
        elif group.leaf is not None:
            self.add_leaf(seq, group.leaf[1], group.leaf[2])
        self.replay_all(seq, group.transfers, moves)
        self.size = seq + 1
        self.compare_roots()

    def take_usual(self, found: "re.Match[bytes]") -> bool:
        """All rows of a usual event, if nothing about them is wrong; else nothing is taken."""
        (
            _id, seq, at, _kind, day, _actor, _approver, detail, _salt, source, target, unit,
            amount, after, text, key, body, hashes,
        ) = found.groups()  # fmt: skip
        giver, taker = self.held.get(source), self.held.get(target)
        if giver is None or taker is None or giver is taker or not self.whole:
            return False
        moved, moment = int(amount), int(at)
        left, got = giver[0] - moved, taker[0] + moved
        if (
            int(seq) != self.size
            or moment <= self.at
            or (day not in self.days and not self.knows(day))
            or giver[4] != unit
            or taker[4] != unit
            or b"%d\t%d\t%d\t%d" % (left, giver[1] + 1, got, taker[1] + 1) != after
            or (left < 0 and giver[2])
            or (got > 0 and taker[3])
            or (detail is None) is not (text is None)
            or (text is not None and not self.fits_detail(detail, text, key))
        ):
            return False
        giver[0], taker[0] = left, got
        giver[1] += 1
        taker[1] += 1
        self.at = moment
        if text is not None:
            self.counts["details" if self.detailed else "details_unseen"] += 1
        if unit == b"fen":
            self.fund.add([(source, target, unit, moved)])
        self.add_hash(
            self.size, hashlib.sha256(b"\x00" + body.replace(b"\\n", b"\n")).digest(), hashes
        )
        self.size += 1
        if self.size in self.roots:
            self.compare_roots()
        return True

    def knows(self, day: bytes) -> bool:
        """Whether this is a day of the calendar; those that are, are kept."""
        if known := is_day(day.decode()):
            self.days.add(day)
        return known

    def fits_detail(self, detail: bytes, text: bytes, key: bytes) -> bool:
        """Whether a detail's cells are those committed to, or none in an export without details."""
        if not self.detailed:
            return text == key == NULL
        return key != NULL and commitment(text, key).encode() == detail

    def compare_leaf(
        self, seq: int, event: list[bytes], transfers: list[list[bytes]], leaf: list[bytes]
    ) -> "re.Match[bytes] | None":
        """The rows encoded anew against the leaf, and the leaf's own form; what it says."""
        (
            event_id, seq_cell, at, kind, occurred, actor, approver, reverses, detail, salt
        ) = event  # fmt: skip
        body = leaf_bytes(leaf[1])
        if kind == b"reopen":
            self.opening += 1
            self.open()
        expected = b"".join(
            (
                b"jishan-leaf/v1\norigin %b\nseq %b\nevent %b\nat %b\nkind %b\noccurred %b\n"
                b"actor %b\napprover %b\nreverses %b\ndetail %b\nsalt %b\n"
                % (
                    origin_of(self.key.base, self.opening).encode(),
                    seq_cell,
                    event_id,
                    at,
                    kind,
                    occurred,
                    b"-" if actor == NULL else b"u." + actor,
                    b"-" if approver == NULL else b"u." + approver,
                    b"-" if reverses == NULL else reverses,
                    b"-" if detail == NULL else detail,
                    salt,
                ),
                *(
                    b"move %b %b %b %b\n" % (each[2], each[3], each[4], each[5])
                    for each in transfers
                ),
            )
        )
        matched = LEAF.fullmatch(body)
        if matched is None or expected != body:
            self.name_differences(seq, expected, body)
        if matched is not None:
            self.check_fields(seq, matched)
        self.add_leaf(seq, leaf[1], leaf[2])
        return matched

    def check_fields(self, seq: int, matched: "re.Match[bytes]") -> None:
        """What a leaf's form alone doesn't say: a real day, times that rise, a reversal's event."""
        if not is_day(matched[6].decode()):
            self.tell(
                "leaf",
                "a day of the calendar",
                matched[6].decode(),
                table="leaf",
                seq=seq,
                column="body",
            )
        at = int(matched[4])
        if at <= self.at:
            self.tell("at", f"> {self.at}", str(at), table="event", seq=seq, column="at")
        self.at = at
        if (matched[5] == b"reversal") != (matched[9] != b"-"):
            self.tell("leaf", "only a reversal reverses", matched[9].decode(), table="event",
                      seq=seq, column="reverses")  # fmt: skip
        if matched[9] != b"-":
            if matched[9] in self.reversed:
                self.tell("reversal", "one reversal an event", matched[9].decode(), table="event",
                          seq=seq, column="reverses")  # fmt: skip
            self.reversed[matched[9]] = seq
        if b" fen " in matched[12]:
            self.fund.add(read_moves(matched[12]))

    def name_differences(self, seq: int, expected: bytes, body: bytes) -> None:
        """Which column of which row says something else than the leaf."""
        try:
            logged = read_leaf(body)
        except ValueError as error:
            self.tell("leaf", str(error), shown(body), table="leaf", seq=seq, column="body")
            return
        rows = expected.decode("utf-8", "replace").split("\n")
        for name, row in zip(LEAF_FIELDS, rows[1:], strict=False):
            stored = row.partition(" ")[2]
            if stored != logged.fields[name]:
                table = "log_head" if name == "origin" else "event"
                column = EVENT_PLACES.get(name, name)
                self.tell("rows", logged.fields[name], stored, table=table, seq=seq, column=column)
        stored_moves = [row.split(" ")[1:] for row in rows[len(LEAF_FIELDS) + 1 : -1]]
        if len(stored_moves) != len(logged.moves):
            self.tell("rows", len(logged.moves), len(stored_moves), table="transfer", seq=seq,
                      column="line")  # fmt: skip
            return
        for line, (stored_move, move) in enumerate(zip(stored_moves, logged.moves, strict=True)):
            texts = [move[0].decode(), move[1].decode(), move[2].decode(), str(move[3])]
            for column, text, stored in zip(
                ("from_code", "to_code", "unit", "amount"), texts, stored_move, strict=False
            ):
                if text != stored:
                    self.tell("rows", text, stored, table="transfer", seq=seq, line=line,
                              column=column)  # fmt: skip

    def compare_detail(self, seq: int, group: Group, logged: bytes) -> None:
        """Whether the detail is the one that the event commits to, or was erased on record (7).

        Where row and leaf commit to others, that was named: it may be the one of either.
        """
        event_id, committed = (group.event[0], group.event[8]) if group.event else (NULL, NULL)
        for table, row in (("erasure", group.erasure), ("event_detail", group.detail)):
            if row is not None and row[0] != event_id:
                self.tell("rows", shown(event_id), shown(row[0]), table=table, seq=seq,
                          column="event_id")  # fmt: skip
        where = {"table": "event_detail", "seq": seq}
        if group.detail is None:
            if committed != NULL:
                if group.erasure is not None:
                    self.counts["details_erased"] += 1
                else:
                    self.tell("detail", shown(committed), "missing", **where, column="text")
            return
        _event, text, key = group.detail
        if committed == NULL:
            self.tell("detail", None, shown(text), **where, column="text")
        elif not self.detailed:
            self.counts["details_unseen"] += 1
            for column, cell in (("text", text), ("key", key)):
                if cell != NULL:
                    self.tell("detail", None, shown(cell), **where, column=column)
        elif not DETAIL_KEY.fullmatch(key):
            self.tell("detail", "64 hex digits", shown(key), **where, column="key")
        else:
            self.counts["details"] += 1
            found = commitment(text.decode("utf-8", "replace").encode(), key)
            if found.encode() not in (committed, logged):
                self.tell("detail", shown(committed), found, **where, column="text")

    def replay_all(self, seq: int, transfers: list[list[bytes]], moves: list[Move] | None) -> None:
        """Move an event's transfers on recomputed balances (6): those of its leaf, where it can be
        read, so that an edited row is named once and not in every later balance."""
        for line, cells in enumerate(transfers):
            if cells[1] != b"%d" % line:
                self.tell("rows", line, shown(cells[1]), table="transfer", seq=seq, line=line,
                          column="line")  # fmt: skip
            own = None
            if AMOUNT.fullmatch(cells[5]):
                own = (cells[2], cells[3], cells[4], int(cells[5]))
            else:
                self.tell("rows", "a number", shown(cells[5]), table="transfer", seq=seq,
                          line=line, column="amount")  # fmt: skip
            logged = own
            if moves is not None:
                logged = moves[line] if line < len(moves) else None
            if logged is None:
                continue
            if own is not None and own != logged and self.fits(own, cells):
                logged = own  # the leaf was edited, not the row: that was named
            self.replay(seq, line, logged, cells)
        for line, move in enumerate((moves or [])[len(transfers) :], len(transfers)):
            self.replay(seq, line, move, None)

    def fits(self, move: Move, cells: list[bytes]) -> bool:
        """Whether a transfer leads to what its row says of both accounts."""
        source, target, _unit, amount = move
        left = self.held.get(source, [0, 0])
        got = self.held.get(target, [0, 0])
        after = (left[0] - amount, left[1] + 1, got[0] + amount, got[1] + 1)
        return [b"%d" % each for each in after] == cells[6:10]

    def replay(self, seq: int, line: int, move: Move, cells: list[bytes] | None) -> None:
        """Move one transfer on recomputed balances and compare what its row says of them."""
        source, target, unit, amount = move
        for side, code, change, at in (("from", source, -amount, 6), ("to", target, amount, 8)):
            held = self.held.get(code)
            if held is None:
                held = self.open_account(seq, line, side, code, unit)
            held[0] += change
            held[1] += 1
            for name, value, number in (
                ("balance_after", held[0], at),
                ("version", held[1], at + 1),
            ):
                if cells is not None and b"%d" % value != cells[number]:
                    self.tell("balance", value, shown(cells[number]), table="transfer", seq=seq,
                              line=line, column=f"{side}_{name}")  # fmt: skip
            if held[0] < 0 if held[2] else (held[3] and held[0] > 0):
                self.tell("floor", "at most 0" if held[3] else "at least 0", held[0],
                          table="transfer", seq=seq, line=line, column=f"{side}_code")  # fmt: skip
            if held[4] != unit:
                self.tell("rows", held[4].decode(), shown(unit), table="transfer", seq=seq,
                          line=line, column="unit")  # fmt: skip

    def open_account(self, seq: int, line: int, side: str, code: bytes, unit: bytes) -> list[Any]:
        """The recomputed balance of an account at its first transfer: balance, version, whether it
        has a floor, a ceiling, and its unit."""
        try:
            kind = account_kind(code.decode("utf-8", "replace"))
        except ValueError:
            self.tell("rows", "an account", shown(code), table="transfer", seq=seq, line=line,
                      column=f"{side}_code")  # fmt: skip
            kind = ""
        known = b"fen" if kind in FEN_KINDS else b"point" if kind else unit
        held = [0, 0, kind in FLOOR_ZERO, kind in CEILING_ZERO, known]
        self.held[code] = held
        return held

    # -- the tree

    def add_leaf(self, seq: int, cell: bytes, hashes: bytes) -> None:
        """Put a leaf into the tree; its row keeps the hashes of the subtrees that it ends."""
        if cell.isascii():
            self.add_hash(seq, leaf_hash(leaf_bytes(cell)), hashes)
        else:
            self.whole = False  # not a leaf's bytes as a cell has them, which was named

    def add_hash(self, seq: int, hashed: bytes, hashes: bytes | None) -> None:
        """Put a leaf's hash into the tree; `hashes` is what its row keeps of it, if it is there."""
        completed = hashed
        frontier, size = self.frontier, seq
        if self.whole:
            while size & 1:
                hashed = hashlib.sha256(b"\x01" + frontier.pop() + hashed).digest()
                completed += hashed
                size >>= 1
            frontier.append(hashed)
        elif hashes is not None:
            hashes = hashes[:64]
        if hashes is not None and completed.hex().encode() != hashes:
            self.tell(
                "hashes", completed.hex(), shown(hashes), table="leaf", seq=seq, column="hashes"
            )

    def root(self) -> bytes:
        """The root of the tree as far as it was read."""
        if not self.frontier:
            return EMPTY_ROOT
        result = self.frontier[-1]
        for left in reversed(self.frontier[:-1]):
            result = node_hash(left, result)
        return result

    def compare_roots(self) -> None:
        """The tree of this size against every checkpoint of it."""
        expected = self.roots.pop(self.size, None)
        if expected is None or not self.whole:
            return
        root = self.root()
        for source, checkpoint in expected:
            if checkpoint.root != root:
                self.tell("root", checkpoint.root.hex(), root.hex(), table=source,
                          seq=checkpoint.size, column="root")  # fmt: skip
            origin = origin_of(self.key.base, self.opening)
            if checkpoint.origin != origin:
                self.tell("origin", checkpoint.origin, origin, table=source, seq=checkpoint.size,
                          column="origin")  # fmt: skip

    # -- the end

    def finish(self) -> None:
        """What can be said once all rows were read: accounts, the head, checkpoints beyond it."""
        for size, expected in sorted(self.roots.items()):
            for source, _checkpoint in expected:
                if size > self.size:
                    self.tell("size", size, self.size, table=source, seq=size, column="size")
        self.compare_accounts()
        self.compare_head()

    def compare_accounts(self) -> None:
        """Each account's row against what its transfers add up to."""
        for code, cells in self.accounts.items():
            name = shown(code)
            held = self.held.pop(code, None)
            if held is None:
                self.tell("rows", None, name, table="account", account=name, column="code")
                continue
            for column, value, stored in (
                ("balance", held[0], cells[3]),
                ("version", held[1], cells[4]),
            ):
                if b"%d" % value != stored:
                    self.tell("balance", value, shown(stored), table="account", account=name,
                              column=column)  # fmt: skip
            try:
                kind = account_kind(str(name))
            except ValueError as error:
                self.tell("rows", str(error), name, table="account", account=name, column="code")
                continue
            for column, text, stored in (
                ("unit", account_unit(str(name)), cells[1]),
                ("kind", KIND_NAMES.get(kind, kind), cells[2]),
            ):
                if text != shown(stored):
                    self.tell("rows", text, shown(stored), table="account", account=name,
                              column=column)  # fmt: skip
        for code in self.held:
            self.tell("rows", "an account", None, table="account", account=shown(code))

    def compare_head(self) -> None:
        """The log head's row against the tree."""
        frontier = b"".join(self.frontier).hex() if self.whole else shown(self.head["frontier"])
        for column, value in (
            ("origin", origin_of(self.key.base, self.opening)),
            ("size", str(self.size)),
            ("at", self.newest_time()),
            ("frontier", frontier),
        ):
            if value != shown(self.head[column]):
                self.tell("head", value, shown(self.head[column]), table="log_head", column=column)

    def newest_time(self) -> str | None:
        """The newest event's time, as the log head has it."""
        return str(max(self.at, 0))


class PublicCheck(LogCheck):
    """The same over the public part: hashes, and the leaves that touch no household."""

    def take_usual(self, found: "re.Match[bytes]") -> bool:
        """There are no rows of events in the public part: whatever looks so isn't taken."""
        return False

    def take_group(self, seq_cell: bytes, group: Group) -> None:
        """One leaf, or the hash of one that is withheld."""
        seq = int(seq_cell) if NUMBER.fullmatch(seq_cell.decode("ascii", "replace")) else -1
        if seq != self.size or group.leaf is None:
            raise Unchecked(f"the public part goes on with {shown(seq_cell)} at {self.size}")
        if len(group.leaf) == len(COLUMNS["leaf"]):
            self.take_leaf(seq, group.leaf[1], group.leaf[2])
        else:
            self.counts["leaves_withheld"] += 1
            if not re.fullmatch(rb"[0-9a-f]{64}", group.leaf[1]):
                raise Unchecked(f"the hash at {seq} can't be read")
            self.add_hash(seq, bytes.fromhex(group.leaf[1].decode()), None)
        self.size = seq + 1
        self.compare_roots()

    def take_leaf(self, seq: int, cell: bytes, hashes: bytes) -> None:
        """A leaf of the fund's."""
        self.add_leaf(seq, cell, hashes)
        body = leaf_bytes(cell)
        try:
            leaf = read_leaf(body)
        except ValueError as error:
            self.tell("leaf", str(error), shown(body), table="leaf", seq=seq, column="body")
            return
        if leaf.fields["kind"] == "reopen":
            self.opening += 1
        said = {"seq": str(seq), "origin": origin_of(self.key.base, self.opening)}
        for name, value in said.items():
            if leaf.fields[name] != value:
                self.tell("leaf", value, leaf.fields[name], table="leaf", seq=seq, column=name)
        if int(leaf.fields["at"]) <= self.at:
            self.tell("at", f"> {self.at}", leaf.fields["at"], table="leaf", seq=seq, column="at")
        self.at = int(leaf.fields["at"])
        if not is_public(leaf.moves):
            self.tell("public", "no household's leaf", seq, table="leaf", seq=seq, column="body")
        for code in self.fund.add(leaf.moves):
            self.tell("floor", code, self.fund.balances[code], table="leaf", seq=seq)

    def newest_time(self) -> None:
        """The newest event may be a household's: the public part doesn't tell its time."""

    def compare_accounts(self) -> None:
        """There are none in the public part."""


class Unpacked(io.RawIOBase):
    """A file packed with gzip: one member, and nothing behind it; an error for any other.

    (Python's own reader takes several, and zeros behind them: one file, one meaning.)
    """

    BLOCK = 1 << 18

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.stream = zlib.decompressobj(wbits=31)

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Unpack on; 0 at the end."""
        data = b""
        while not data and not self.stream.eof:
            packed = self.stream.unconsumed_tail or self.file.read(self.BLOCK)
            if not packed:
                raise EOFError("it was cut off")
            data = self.stream.decompress(packed, len(buffer))
        if self.stream.eof and (self.stream.unused_data or self.file.read(1)):
            raise zlib.error("something stands behind what was packed")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file too."""
        self.file.close()
        super().close()


def open_export(path: Path) -> BinaryIO:
    """An export's bytes, unpacked if they were packed with gzip."""
    file = path.open("rb")
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return cast("BinaryIO", io.BufferedReader(Unpacked(file), 1 << 20)) if packed else file


class Lines:
    """The lines of a file, one by one, or many at once where a pattern fits."""

    BLOCK = 1 << 20
    AHEAD = 1 << 17  # more than the rows of any event that a pattern is made for

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.data, self.at, self.ended = b"", 0, False

    def fill(self) -> None:
        """Read on, unless enough is at hand."""
        while not self.ended and len(self.data) - self.at < self.AHEAD:
            block = self.file.read(self.BLOCK)
            self.ended = not block
            self.data, self.at = self.data[self.at :] + block, 0

    def match(self, pattern: "re.Pattern[bytes]") -> "re.Match[bytes] | None":
        """Where the pattern fits on what comes next."""
        if len(self.data) - self.at < self.AHEAD:
            self.fill()
        return pattern.match(self.data, self.at)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.fill()
        end = self.data.find(b"\n", self.at) + 1
        while not end and not self.ended:
            block = self.file.read(self.BLOCK)
            self.ended = not block
            self.data, self.at = self.data[self.at :] + block, 0
            end = self.data.find(b"\n") + 1
        line = self.data[self.at : end or None]
        self.at += len(line)
        if not line:
            raise StopIteration
        return line


def read_head(lines: Lines) -> Head:
    """What an export says of itself; it must be written, and have the columns, as is known here."""
    if next(lines, b"") != FORMAT + b"\n":
        raise Unchecked("this is no export of a log (jishan-log/v1)")
    head = Head()
    for name, form in HEAD.items():
        found = re.fullmatch(b"%b\t(%b)\n" % (name.encode(), form), next(lines, b""))
        if found is None:
            raise Unchecked(f"the export's head can't be read: {name}")
        setattr(head, name, found[1].decode())
    for name, columns in COLUMNS.items():
        if next(lines, b"") != "\t".join(("columns", name, *columns)).encode() + b"\n":
            raise Unchecked("the export has other tables or columns than are known here")
    if next(lines, b"") != b"rows\n" or (head.part == "public" and head.details == "yes"):
        raise Unchecked("the export's head can't be read: rows")
    return head


def read_rows(lines: Lines, check: LogCheck, part: str) -> None:
    """Hand every row on; an export that was cut off could not be checked."""
    takers = {
        b"log_head": check.take_head,
        b"account": check.take_account,
        b"checkpoint": check.take_checkpoint,
    }
    widths = {name.encode(): len(COLUMNS[name]) + 1 for name in PARTS[part]}
    group, place, rows = Group(), b"", 0
    while True:
        while not place and (found := lines.match(check.usual)) and check.take_usual(found):
            lines.at = found.end()
            rows += 4 if found["text"] is not None else 3
        line = next(lines, b"")
        cells = line.rstrip(b"\n").split(b"\t")
        name = cells[0]
        if name == b"end":
            break
        if not line:
            raise Unchecked("the export was cut off: it has no last line")
        if len(cells) != widths.get(name) or not line.endswith(b"\n"):
            raise Unchecked(f"row {rows} of the export can't be read")
        if (name == b"log_head") != (rows == 0):
            raise Unchecked(f"row {rows} of the export stands where it should not")
        rows += 1
        del cells[0]
        if name in takers:
            takers[name](cells)
            continue
        seq = cells[1] if name == b"event" else cells[0]
        if name in (b"erasure", b"event_detail"):
            if not place or getattr(group, DETAIL_ROWS[name]) is not None:
                raise Unchecked(f"row {rows} of the export stands where it should not")
            seq = place
        if seq != place or (name == b"event" and group.event is not None):
            if place:
                check.take_group(place, group)
            group, place = Group(), seq
        if put_into(group, name, cells):
            check.take_group(place, group)
            group, place = Group(), b""
    if line != b"end\t%d\n" % rows or next(lines, b"") or not check.head:
        raise Unchecked(f"the export has {rows} rows, its last line says otherwise")
    if place:
        check.take_group(place, group)


def put_into(group: Group, name: bytes, cells: list[bytes]) -> bool:
    """Put a row to the others of its place; whether it is the last one, the leaf."""
    if name == b"transfer":
        group.transfers.append(cells)
    elif name == b"event":
        group.event = cells
    elif name == b"erasure":
        group.erasure = cells
    elif name == b"event_detail":
        group.detail = cells
    else:
        group.leaf = cells
    return group.leaf is not None


def check_reversals(path: Path, check: LogCheck) -> None:
    """Whether what a reversal names stands before it: the export is read again for those alone."""
    if not check.reversed or isinstance(check, PublicCheck):
        return
    places: dict[bytes, int] = {}
    with open_export(path) as file:
        for line in file:
            if line.startswith(b"event\t"):
                cells = line.split(b"\t", 3)
                if cells[1] in check.reversed and cells[2].isdigit():
                    places[cells[1]] = int(cells[2])
    for event, seq in check.reversed.items():
        if places.get(event, seq) >= seq:
            check.tell("reversal", "an earlier event", event.decode(), table="event", seq=seq,
                       column="reverses")  # fmt: skip


def check_log(
    path: Path, key: Key, earlier: Sequence[Checkpoint]
) -> tuple[list[Finding], dict[str, Any]]:
    """All that ledger.md lists under "Verifying", over an export."""
    try:
        with open_export(path) as file:
            lines = Lines(file)
            head = read_head(lines)
            if head.village != key.village:
                raise Unchecked(f"the export is of {head.village}, the key of {key.village}")
            kind = PublicCheck if head.part == "public" else LogCheck
            check = kind(key, detailed=head.details == "yes")
            for each in earlier:
                check.expect_root("earlier", each)
            read_rows(lines, check, head.part)
    except (EOFError, OSError, zlib.error) as error:
        raise Unchecked(f"the export can't be read: {error}") from error
    if not check.counts["checkpoints"]:
        raise Unchecked("the export has no checkpoint: nothing says which log this is")
    check.finish()
    check_reversals(path, check)
    if check.found > len(check.findings):
        check.findings.append({"check": "more", "count": check.found - len(check.findings)})
    return check.findings, report_of(check, head)


def report_of(check: LogCheck, head: Head) -> dict[str, Any]:
    """What was checked, in figures."""
    return {
        "village": head.village,
        "part": head.part,
        "events": check.size,
        "signed_events": max(check.newest_size, 0),
        "openings": check.opening,
        "accounts": len(check.accounts),
        **check.counts,
        "fund": check.fund.report(),
    }


# ------------------------------------------------------------------------ the command line


def read_text(path: str) -> str:
    """A file's text; one that isn't there could not be checked."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Unchecked(f"{path} is no text") from error
    except OSError as error:
        raise Unchecked(f"{path} can't be read: {error}") from error


def read_object(path: str) -> dict[str, Any]:
    """A file's JSON object."""
    try:
        found = json.loads(read_text(path))
    except ValueError as error:
        raise Unchecked(f"{path} is no JSON") from error
    if not isinstance(found, dict):
        raise Unchecked(f"{path} is no JSON object")
    return found


def key_from(given: str) -> Key:
    """The key that was given, or that is in the file that was."""
    text = given if "+" in given else read_text(given)
    try:
        return read_key(text)
    except ValueError as error:
        raise Unchecked(f"the key can't be read: {error}") from error


ADVICE = "compare it with the paper letter by letter, or scan its code"


def checkpoint_from(path: str, key: Key) -> tuple[Checkpoint | None, list[Finding]]:
    """A checkpoint that somebody kept, or that its signature isn't the log's."""
    try:
        return read_note(read_paper(read_text(path)), key), []
    except NotSigned as error:
        return None, [finding("note", f"{error}, or it was mistyped: {ADVICE}", path)]
    except ValueError as error:
        raise Unchecked(f"{path} can't be read: {error}; {ADVICE}") from error


Outcome = tuple[list[Finding], dict[str, Any], list[str]]


def run(arguments: argparse.Namespace) -> Outcome:
    """The check that was asked for: findings, a report, and what could not be checked."""
    key = key_from(arguments.key)
    kept = [checkpoint_from(path, key) for path in getattr(arguments, "checkpoint", [])]
    earlier = [checkpoint for checkpoint, _findings in kept if checkpoint is not None]
    findings = [each for _checkpoint, found in kept for each in found]
    if arguments.what == "checkpoint":
        checkpoint, found = checkpoint_from(arguments.file, key)
        size = checkpoint.size if checkpoint else None
        return [*findings, *found], {"size": size}, []
    if arguments.what == "log":
        found, report = check_log(Path(arguments.file), key, earlier)
        unchecked = []
        if report["details_unseen"] and not arguments.without_details:
            unchecked.append(
                f"{report['details_unseen']} details aren't in the export:"
                " ask for it with details, or say --without-details"
            )
        return [*findings, *found], report, unchecked
    if arguments.what == "receipt":
        try:
            receipt = read_receipt(arguments.code)
        except ValueError as error:
            raise Unchecked(str(error)) from error
        source = read_object(arguments.proof)
        found, report = check_proof(source, key, receipt), {"voucher": receipt.seq + 1}
    else:
        source = read_object(arguments.file)
        found, report = check_statement(source, key)
    findings += found
    if earlier and not findings:
        newest = read_note(source["checkpoint"], key)
        proofs = [read_object(path) for path in arguments.consistency]
        findings += check_consistency(earlier, newest, proofs)
    return findings, report, []


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line; argparse ends with 2 where something is missing."""
    parser = argparse.ArgumentParser(description="Check Jishan's books without Jishan.")
    kinds = parser.add_subparsers(dest="what", required=True)
    for name, words in (
        ("receipt", "a receipt's code with its proof"),
        ("statement", "a household's statement with its proofs"),
        ("log", "an exported log"),
        ("checkpoint", "a checkpoint's signature"),
    ):
        kind = kinds.add_parser(name, help=words)
        if name == "receipt":
            kind.add_argument("code", help="R1… or the address in the receipt's QR")
            kind.add_argument("--proof", required=True, help="the proof's file")
        else:
            kind.add_argument("file")
        kind.add_argument("--key", required=True, help="the log's public key, or its file")
        kind.add_argument("--json", action="store_true", help="tell the report as JSON")
        if name != "checkpoint":
            kind.add_argument(
                "--checkpoint", action="append", default=[],
                help="a checkpoint that you kept: a file with its text or its QR's; repeatable",
            )  # fmt: skip
        if name in ("receipt", "statement"):
            kind.add_argument(
                "--consistency", action="append", default=[],
                help="a consistency proof's file, for checkpoints of another size; repeatable",
            )  # fmt: skip
        if name == "log":
            kind.add_argument("--without-details", action="store_true")
    return parser.parse_args(arguments)


def tell_report(report: dict[str, Any], indent: str = "") -> Iterator[str]:
    """A report as lines of text."""
    for name, value in report.items():
        if isinstance(value, dict):
            yield f"{indent}{name}:"
            yield from tell_report(value, indent + "  ")
        else:
            yield f"{indent}{name}: {value}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what was asked for; the exit code says how it ended."""
    asked = parse(arguments)
    try:
        findings, report, unchecked = run(asked)
    except Unchecked as reason:
        print(f"Could not be checked / 无法核验: {reason}", file=sys.stderr)
        return UNCHECKED
    except Exception:
        # Python itself would end with 1, which here says that something doesn't hold.
        traceback.print_exc()
        return UNCHECKED
    if findings:
        print(json.dumps(findings, ensure_ascii=False, indent=1))
        print(f"{len(findings)} things don't hold / {len(findings)} 处不符", file=sys.stderr)
        return MISMATCH
    if unchecked:
        print(f"Could not be checked / 无法核验: {'; '.join(unchecked)}", file=sys.stderr)
        return UNCHECKED
    if asked.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        print("\n".join(tell_report(report)))
    print("All holds / 全部相符", file=sys.stderr)
    return HOLDS


if __name__ == "__main__":
    sys.exit(main())
