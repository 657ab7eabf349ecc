"""Events, leaves, transfers and details of a village, against each other and the log head."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from incentives.clock import EPOCH, microseconds
from incentives.extensions import db
from incentives.ledger import details, merkle
from incentives.ledger.audit.findings import Finding, rows
from incentives.ledger.leaves import LeafContent, Move, read_leaf, write_leaf
from incentives.ledger.models import Erasure, Event, EventDetail, Leaf, LogHead, Transfer

# Where the rows keep what a leaf has under another name.
PLACES = {
    "origin": ("log_head", "origin"),
    "event": ("event", "id"),
    "occurred": ("event", "occurred_on"),
}
MOVE_COLUMNS = {"source": "from_code", "target": "to_code", "unit": "unit", "amount": "amount"}


def audit_log(village: str) -> Iterator[Finding]:
    """Events, leaves and details, and the log head that they lead to."""
    head = db.session.get_one(LogHead, village, populate_existing=True)
    leaves = {leaf.seq: leaf for leaf in rows(Leaf, village)}
    moves = moves_of(village)
    detail_rows = read_details(village)
    events = {event.id: event for event in rows(Event, village)}
    ordered = sorted(events.values(), key=lambda event: event.seq)
    frontier, at, origin = b"", -1, head.origin
    for seq, event in enumerate(ordered):
        if event.seq != seq:
            yield Finding(village, "event", str(event.id), "seq", str(seq), str(event.seq))
            return
        if microseconds(event.at) <= at:
            yield Finding(village, "event", str(seq), "at", f"> {at}", str(microseconds(event.at)))
        at = microseconds(event.at)
        leaf = leaves.pop(seq, None)
        if leaf is None:
            yield Finding(village, "leaf", str(seq), "body", "a leaf", "none")
            return
        yield from compare_leaf(event, leaf, moves.get(seq, ()), origin)
        yield from compare_detail(event, detail_rows)
        yield from compare_reversed(event, events)
        frontier, hashes = merkle.append_leaf(seq, frontier, merkle.leaf_hash(leaf.body))
        if hashes != leaf.hashes:
            yield Finding(village, "leaf", str(seq), "hashes", hashes.hex(), leaf.hashes.hex())
    for seq in leaves:
        yield Finding(village, "leaf", str(seq), "seq", "an event", "none")
    for seq in moves.keys() - {event.seq for event in ordered}:
        yield Finding(village, "transfer", str(seq), "seq", "an event", "none")
    yield from compare_lines(village)
    if head.size != len(ordered):
        yield Finding(village, "log_head", village, "size", str(len(ordered)), str(head.size))
    last = ordered[-1].at if ordered else EPOCH
    if head.at != last:
        yield Finding(village, "log_head", village, "at", str(last), str(head.at))
    if head.frontier != frontier:
        yield Finding(village, "log_head", village, "frontier", frontier.hex(), head.frontier.hex())


def moves_of(village: str) -> dict[int, tuple[Move, ...]]:
    """Each event's transfers as its leaf should name them."""
    found: dict[int, tuple[Move, ...]] = {}
    for each in db.session.execute(
        select(Transfer.seq, Transfer.from_code, Transfer.to_code, Transfer.unit, Transfer.amount)
        .where(Transfer.village == village)
        .order_by(Transfer.seq, Transfer.line)
    ):
        move = Move(each.from_code, each.to_code, each.unit, each.amount)
        found[each.seq] = (*found.get(each.seq, ()), move)
    return found


def compare_lines(village: str) -> Iterator[Finding]:
    """Whether the transfers of each event are numbered from 0 without gaps."""
    previous, expected = -1, 0
    for seq, line in db.session.execute(
        select(Transfer.seq, Transfer.line)
        .where(Transfer.village == village)
        .order_by(Transfer.seq, Transfer.line)
    ):
        expected = expected + 1 if seq == previous else 0
        if line != expected:
            yield Finding(village, "transfer", f"{seq}/{line}", "line", str(expected), str(line))
            expected = line
        previous = seq


def read_details(village: str) -> dict[UUID, EventDetail | None]:
    """The details by event; None where the detail was erased and its erasure says so."""
    erased = db.session.scalars(
        select(Erasure.event_id).join(Event).where(Event.village == village)
    )
    found: dict[UUID, EventDetail | None] = dict.fromkeys(erased)
    kept = db.session.scalars(select(EventDetail).join(Event).where(Event.village == village))
    return found | {detail.event_id: detail for detail in kept}


def compare_leaf(
    event: Event, leaf: Leaf, moves: tuple[Move, ...], origin: str
) -> Iterator[Finding]:
    """Where an event's rows say something else than its leaf."""
    expected = LeafContent(
        origin=origin,
        seq=event.seq,
        event=event.id,
        at=microseconds(event.at),
        kind=event.kind,
        occurred=event.occurred_on,
        actor=event.actor,
        approver=event.approver,
        reverses=event.reverses,
        detail=event.detail,
        salt=event.salt,
        moves=moves,
    )
    if write_leaf(expected) == leaf.body:
        return
    try:
        logged = read_leaf(leaf.body)
    except ValueError as error:
        yield Finding(event.village, "leaf", str(event.seq), "body", "a leaf", str(error))
        return
    for name, value in vars(logged).items():
        if name != "moves" and vars(expected)[name] != value:
            table, column = PLACES.get(name, ("event", name))
            found = str(vars(expected)[name])
            yield Finding(event.village, table, str(event.seq), column, str(value), found)
    yield from compare_moves(event, logged.moves, moves)


def compare_moves(
    event: Event, logged: tuple[Move, ...], found: tuple[Move, ...]
) -> Iterator[Finding]:
    """Where an event's transfers are others than its leaf names."""
    place = str(event.seq)
    if len(logged) != len(found):
        yield Finding(event.village, "transfer", place, "line", str(len(logged)), str(len(found)))
        return
    for line, (one, other) in enumerate(zip(logged, found, strict=True)):
        for name, column in MOVE_COLUMNS.items():
            expected, stored = str(getattr(one, name)), str(getattr(other, name))
            if expected != stored:
                yield Finding(
                    event.village, "transfer", f"{place}/{line}", column, expected, stored
                )


def compare_detail(event: Event, kept: dict[UUID, EventDetail | None]) -> Iterator[Finding]:
    """Whether an event's detail is the one that it commits to, or was erased on record."""
    found = kept.get(event.id)
    place = str(event.seq)
    if event.detail is None:
        if found is not None:
            yield Finding(event.village, "event_detail", place, "text", "none", found.text)
    elif found is not None:
        committed = details.commit(found.text, found.key)
        if committed != event.detail:
            yield Finding(event.village, "event_detail", place, "text", event.detail, committed)
    elif event.id not in kept:
        yield Finding(event.village, "event_detail", place, "text", event.detail, "missing")


def compare_reversed(event: Event, events: dict[UUID, Event]) -> Iterator[Finding]:
    """Whether what an event reverses comes before it, in the same village."""
    if event.reverses is None:
        return
    reversed_event = events.get(event.reverses)
    if reversed_event is None or reversed_event.seq >= event.seq:
        yield Finding(
            event.village,
            "event",
            str(event.seq),
            "reverses",
            "an earlier event",
            str(event.reverses),
        )
