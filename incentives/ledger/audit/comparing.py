"""An event's rows against its leaf: what is to be believed of it, and what says otherwise.

Three things bear witness: the rows, the leaf's bytes, and the hash that the leaf row keeps. Where
rows and bytes differ, the hash decides which of them was changed.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from incentives.ledger import merkle
from incentives.ledger.audit.findings import Finding
from incentives.ledger.audit.reading import plain
from incentives.ledger.kinds import Kind
from incentives.ledger.leaves import LeafContent, leaf_text, read_leaf

# Where the rows keep what a leaf has under another name.
COLUMNS = {"event": "id", "occurred": "occurred_on"}
MOVE_COLUMNS = ("from_code", "to_code", "unit", "amount")
# An event's transfers are numbered from 0: a leaf has no room for more lines than these.
LINES = list(range(4096))
REOPEN = Kind.REOPEN.value

Move = tuple[Any, Any, Any, Any]
# The name of the log, and what a `reopen` would make of it.
Origins = tuple[str, str]


class Told(NamedTuple):
    """What is to be believed of an event, in the values of a leaf; `body` is the leaf's bytes."""

    seq: int
    event: Any
    at: Any
    kind: Any
    occurred: Any
    actor: Any
    approver: Any
    reverses: Any
    detail: Any
    salt: Any
    moves: Sequence[Move]
    body: bytes


def tell(
    village: str, seq: int, event: Any, leaf: Any, transfers: Sequence[Any], origins: Origins
) -> tuple[Told | None, list[Finding]]:
    """What is to be believed of the event of this number, and where its rows say otherwise.

    Nothing (None) where there is no event and no leaf that can be read.
    """
    if event is None:
        return told_by_leaf_alone(village, seq, leaf, transfers)
    moves = [row[2:6] for row in transfers]
    origin = origins[event[3] == REOPEN]
    fields = *map(plain, event[1:]), moves
    body = leaf_text(origin, seq, *fields).encode()
    told = Told._make((seq, *fields, body))
    if leaf is None:
        return told, [missing(village, "leaf", seq)]
    if leaf[1] == body and [row[1] for row in transfers] == LINES[: len(transfers)]:
        return told, []
    return decide(village, told, leaf, transfers, origins)


def missing(village: str, table: str, seq: int) -> Finding:
    """A row that isn't there."""
    return Finding(village, table, str(seq), "seq", f"a row of {table}", "none")


def told_by_leaf_alone(
    village: str, seq: int, leaf: Any, transfers: Sequence[Any]
) -> tuple[Told | None, list[Finding]]:
    """What a leaf without its event says."""
    findings = [missing(village, "event", seq)]
    if leaf is None:
        return None, [*findings, missing(village, "leaf", seq)]
    try:
        told = told_by(read_leaf(leaf[1]), leaf[1])
    except (ValueError, TypeError, AttributeError):
        return None, findings
    if told.seq != seq:
        found = f"seq {told.seq}"
        return None, [*findings, Finding(village, "leaf", str(seq), "body", f"seq {seq}", found)]
    return told, [*findings, *compare_moves(village, seq, told.moves, transfers)]


def decide(
    village: str, told: Told, leaf: Any, transfers: Sequence[Any], origins: Origins
) -> tuple[Told, list[Finding]]:
    """Which of an event's rows and its leaf was changed, and in what."""
    seq, place = told.seq, str(told.seq)
    if told.body == leaf[1]:  # the transfers are in order, but not numbered so
        return told, compare_moves(village, seq, told.moves, transfers)
    try:
        logged = read_leaf(leaf[1])
    except (ValueError, TypeError, AttributeError) as error:
        return told, [Finding(village, "leaf", place, "body", "a leaf", str(error))]
    if logged.seq != seq or is_vouched_for(told.body, leaf[2]):
        return told, [first_difference(village, place, told.body, leaf[1])]
    believed = told_by(logged, leaf[1])
    findings = []
    origin = origins[logged.kind is Kind.REOPEN]
    if logged.origin != origin:
        findings.append(Finding(village, "leaf", place, "body", origin, logged.origin))
    for name in Told._fields[1:-2]:
        wanted, found = getattr(believed, name), getattr(told, name)
        if wanted != found:
            column = COLUMNS.get(name, name)
            findings.append(Finding(village, "event", place, column, str(wanted), str(found)))
    return believed, [*findings, *compare_moves(village, seq, believed.moves, transfers)]


def is_vouched_for(body: bytes, hashes: Any) -> bool:
    """Whether what a leaf row keeps is the hash of these bytes."""
    return isinstance(hashes, bytes) and hashes.startswith(merkle.leaf_hash(body))


def first_difference(village: str, place: str, written: bytes, stored: bytes) -> Finding:
    """The first line of a leaf that isn't what the rows say."""
    pairs = zip(written.decode().split("\n"), stored.decode().split("\n"), strict=False)
    wanted, found = next((pair for pair in pairs if pair[0] != pair[1]), ("", "other lines"))
    return Finding(village, "leaf", place, "body", wanted, found)


def told_by(logged: LeafContent, body: bytes) -> Told:
    """What a leaf says, as rows have it."""
    return Told(
        logged.seq,
        logged.event.hex,
        logged.at,
        logged.kind.value,
        logged.occurred.isoformat(),
        logged.actor,
        logged.approver,
        logged.reverses.hex if logged.reverses else None,
        logged.detail,
        logged.salt,
        [(each.source, each.target, each.unit.value, each.amount) for each in logged.moves],
        body,
    )


def compare_moves(
    village: str, seq: int, logged: Sequence[Move], transfers: Sequence[Any]
) -> list[Finding]:
    """Where an event's transfers are others than its leaf names."""
    findings = []
    stored = {row[1]: row for row in transfers}
    for line, move in enumerate(logged):
        row, place = stored.pop(line, None), f"{seq}/{line}"
        if row is None:
            wanted = " ".join(map(str, move))
            findings.append(Finding(village, "transfer", place, "line", wanted, "none"))
            continue
        for column, wanted, found in zip(MOVE_COLUMNS, move, row[2:6], strict=True):
            if wanted != found:
                findings.append(
                    Finding(village, "transfer", place, column, str(wanted), str(found))
                )
    for line, row in stored.items():
        found = " ".join(map(str, row[2:6]))
        findings.append(Finding(village, "transfer", f"{seq}/{line}", "line", "none", found))
    return findings
