"""The audit: balances, versions, leaves and roots recomputed from the rows alone."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from incentives.clock import microseconds
from incentives.extensions import db
from incentives.keys import key
from incentives.ledger import details, merkle, notes
from incentives.ledger.guards import missing_guards, weak_settings
from incentives.ledger.kinds import CEILING_ZERO, FLOOR_ZERO, kind_of
from incentives.ledger.leaves import LeafContent, Move, read_leaf, write_leaf
from incentives.ledger.models import (
    Account,
    Checkpoint,
    Erasure,
    Event,
    EventDetail,
    Leaf,
    LogHead,
    Transfer,
)
from incentives.ledger.planning import Holding


@dataclass(frozen=True)
class Finding:
    """One thing that isn't as it must be: where, what was expected, what was found."""

    village: str
    table: str
    place: str
    column: str
    expected: str
    found: str

    def as_dict(self) -> dict[str, str]:
        """The finding as JSON has it."""
        return asdict(self)


def audit_guards() -> list[Finding]:
    """The triggers, checks and settings that the database lacks."""
    connection = db.session.connection()
    missing = missing_guards(connection) + weak_settings(connection)
    return [Finding("", "database", each, "guard", "present", "missing") for each in missing]


def audit(village: str) -> list[Finding]:
    """All that is wrong in a village's books; empty where everything holds.

    It reads one snapshot: events without gaps and rising in time, their leaves and details,
    transfers against balances and versions, floors, reversals, the tree and its checkpoints.
    """
    return [*audit_log(village), *audit_accounts(village), *audit_checkpoints(village)]


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
    if head.size != len(ordered):
        yield Finding(village, "log_head", village, "size", str(len(ordered)), str(head.size))
    if head.frontier != frontier:
        yield Finding(village, "log_head", village, "frontier", frontier.hex(), head.frontier.hex())


def rows(table: Any, village: str) -> Any:
    """A village's rows of a table, read anew."""
    return db.session.scalars(
        select(table).where(table.village == village).execution_options(populate_existing=True)
    )


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
        if vars(expected)[name] != value:
            table = "transfer" if name == "moves" else "event"
            yield Finding(
                event.village, table, str(event.seq), name, str(value), str(vars(expected)[name])
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


def audit_accounts(village: str) -> Iterator[Finding]:
    """Balances and versions recomputed from the transfers, and their floors and ceilings."""
    held: dict[str, Holding] = {}
    for each in db.session.scalars(
        select(Transfer)
        .where(Transfer.village == village)
        .order_by(Transfer.seq, Transfer.line)
        .execution_options(populate_existing=True)
    ):
        yield from replay(each, held)
    for account in rows(Account, village):
        expected = held.pop(account.code, Holding(0, 0))
        for name in ("balance", "version"):
            value, found = getattr(expected, name), getattr(account, name)
            if value != found:
                yield Finding(village, "account", account.code, name, str(value), str(found))
        if account.kind is not kind_of(account.code):
            yield Finding(
                village, "account", account.code, "kind", kind_of(account.code), account.kind
            )
    for code in held:
        yield Finding(village, "account", code, "code", "an account", "none")


def replay(each: Transfer, held: dict[str, Holding]) -> Iterator[Finding]:
    """Move one transfer on recomputed accounts; where it says otherwise, or leaves a floor."""
    place = f"{each.seq}/{each.line}"
    sides = (("from", each.from_code, -each.amount), ("to", each.to_code, each.amount))
    for side, code, change in sides:
        account = held.setdefault(code, Holding(0, 0))
        account.balance += change
        account.version += 1
        stored = {
            f"{side}_balance_after": account.balance,
            f"{side}_version": account.version,
        }
        for name, value in stored.items():
            if getattr(each, name) != value:
                found = str(getattr(each, name))
                yield Finding(each.village, "transfer", place, name, str(value), found)
        kind = kind_of(code)
        if (account.balance < 0 and kind in FLOOR_ZERO) or (
            account.balance > 0 and kind in CEILING_ZERO
        ):
            limit = ">= 0" if kind in FLOOR_ZERO else "<= 0"
            yield Finding(
                each.village, "transfer", place, f"{side}_code", limit, f"{code} {account.balance}"
            )


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
        wanted = notes.Root(head.origin, checkpoint.size, roots.get(checkpoint.size, b""))
        if root != wanted:
            yield Finding(village, "checkpoint", place, "note", str(wanted), str(root))
