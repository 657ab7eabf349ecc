"""The bytes of a leaf (docs/ledger.md): written once, parsed strictly."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from incentives.ledger.kinds import Kind, Unit

VERSION = "jishan-leaf/v1"
NONE = "-"
FIELDS = (
    "origin",
    "seq",
    "event",
    "at",
    "kind",
    "occurred",
    "actor",
    "approver",
    "reverses",
    "detail",
    "salt",
)
ORIGIN = re.compile(r"[!-~]{1,120}")
NUMBER = re.compile(r"0|[1-9][0-9]*")
HEX_32 = re.compile(r"[0-9a-f]{32}")
HEX_64 = re.compile(r"[0-9a-f]{64}")
PERSON = re.compile(r"u\.[a-z2-9]{8}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A leaf down to its first transfer, for a quick look at many of them.
HEAD = re.compile(
    rf"{VERSION}\norigin {ORIGIN.pattern}\nseq (?:{NUMBER.pattern})\nevent {HEX_32.pattern}\n"
    rf"at (?:{NUMBER.pattern})\nkind [a-z_]+\noccurred {DAY.pattern}\n"
    rf"actor (?:{PERSON.pattern}|-)\napprover (?:{PERSON.pattern}|-)\n"
    rf"reverses (?:{HEX_32.pattern}|-)\ndetail (?:{HEX_64.pattern}|-)\n"
    rf"salt {HEX_32.pattern}\n(?:move |\Z)".encode()
)
MOVE = re.compile(r"move ([a-z0-9._]{1,64}) ([a-z0-9._]{1,64}) (point|fen) ([1-9][0-9]*)")


@dataclass(frozen=True)
class Move:
    """One transfer as the leaf has it."""

    source: str
    target: str
    unit: Unit
    amount: int


@dataclass(frozen=True)
class LeafContent:
    """What a leaf says: `at` in microseconds since 1970, persons as their 8 characters or None,
    `detail` and `salt` in hex."""

    origin: str
    seq: int
    event: UUID
    at: int
    kind: Kind
    occurred: date
    actor: str | None
    approver: str | None
    reverses: UUID | None
    detail: str | None
    salt: str
    moves: tuple[Move, ...]


def write_leaf(content: LeafContent) -> bytes:
    """The leaf's bytes: UTF-8, one field a line, a line feed after each."""
    return leaf_text(
        content.origin,
        content.seq,
        content.event.hex,
        content.at,
        content.kind.value,
        content.occurred.isoformat(),
        content.actor,
        content.approver,
        content.reverses.hex if content.reverses else None,
        content.detail,
        content.salt,
        [(move.source, move.target, move.unit.value, move.amount) for move in content.moves],
    ).encode()


def leaf_text(
    origin: Any,
    seq: Any,
    event: Any,
    at: Any,
    kind: Any,
    occurred: Any,
    actor: Any,
    approver: Any,
    reverses: Any,
    detail: Any,
    salt: Any,
    moves: Iterable[tuple[Any, ...]],
) -> str:
    """A leaf of values as the rows have them: the audit writes those that no leaf may have, too."""
    head = (
        f"{VERSION}\norigin {origin}\nseq {seq}\nevent {event}\nat {at}\nkind {kind}\n"
        f"occurred {occurred}\nactor {person(actor)}\napprover {person(approver)}\n"
        f"reverses {reverses or NONE}\ndetail {detail or NONE}\nsalt {salt}\n"
    )
    return head + "".join(
        f"move {source} {target} {unit} {amount}\n" for source, target, unit, amount in moves
    )


def person(code: str | None) -> str:
    """A person as a leaf names them."""
    return f"u.{code}" if code else NONE


def read_leaf(body: bytes) -> LeafContent:
    """What a leaf says; ValueError for bytes that `write_leaf` doesn't make."""
    lines = body.decode().split("\n")
    if lines[0] != VERSION or lines[-1] != "" or len(lines) < len(FIELDS) + 2:
        raise ValueError("this is no leaf")
    values = []
    for name, line in zip(FIELDS, lines[1:], strict=False):
        if not line.startswith(name + " "):
            raise ValueError(f"the leaf has no {name} where it should")
        values.append(line.removeprefix(name + " "))
    origin, seq, event, at, kind, occurred, actor, approver, reverses, detail, salt = values
    content = LeafContent(
        origin=match(ORIGIN, origin),
        seq=int(match(NUMBER, seq)),
        event=UUID(match(HEX_32, event)),
        at=int(match(NUMBER, at)),
        kind=Kind(kind),
        occurred=date.fromisoformat(match(DAY, occurred)),
        actor=optional(PERSON, actor, 2),
        approver=optional(PERSON, approver, 2),
        reverses=UUID(reverses) if optional(HEX_32, reverses) else None,
        detail=optional(HEX_64, detail),
        salt=match(HEX_32, salt),
        moves=tuple(read_move(line) for line in lines[len(FIELDS) + 1 : -1]),
    )
    if write_leaf(content) != body:
        raise ValueError("the leaf isn't written as it should be")
    return content


def is_public(body: bytes) -> bool:
    """Whether a leaf touches no household's account and no debt, so that anyone may read it."""
    return b" h." not in body and b" debt." not in body


def read_move(line: str) -> Move:
    """A transfer's line."""
    found = MOVE.fullmatch(line)
    if found is None:
        raise ValueError("the leaf has a line that is no transfer")
    source, target, unit, amount = found.groups()
    return Move(source, target, Unit(unit), int(amount))


def match(pattern: re.Pattern[str], text: str) -> str:
    """The text, if it is written so."""
    if not pattern.fullmatch(text):
        raise ValueError("the leaf has a field that isn't written as it should be")
    return text


def optional(pattern: re.Pattern[str], text: str, cut: int = 0) -> str | None:
    """The text without its first characters, or None where the leaf says there is none."""
    return None if text == NONE else match(pattern, text)[cut:]
