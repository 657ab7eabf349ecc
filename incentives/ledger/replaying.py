"""Replaying: sealed events go back into a database that is older than its seals.

First everything is checked, then the events go in by steps, each in the caller's transaction: so
what is cut off can be run again. Rows go in as they were sealed, through the triggers; balances
move by the transfers alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import insert, select, update

from incentives.extensions import db
from incentives.ledger import merkle, notes, proofs
from incentives.ledger.accounts import open_accounts
from incentives.ledger.holding import hold
from incentives.ledger.kinds import AccountKind, Kind, household_of, kind_of
from incentives.ledger.models import Account, Event, Leaf, LogHead, Transfer
from incentives.ledger.origins import first_origin, next_origin
from incentives.ledger.queries import persons
from incentives.ledger.seals.files import CHECKPOINTS, folder_of, whole_lines
from incentives.ledger.seals.reading import (
    LogInconsistent,
    SealedEvent,
    SealsDamaged,
    last_sealed,
    read_sealed,
    sealed_events,
)

STEP = 200
SHOP_KINDS = (AccountKind.SHOP, AccountKind.SETTLED, AccountKind.PAYABLE)
# Persons whom the restored database doesn't know, by village and code.
UNKNOWN_PERSONS = UUID("5f1c2a52-93d5-4c8c-8d0c-6a5d3f6f1b11")


class LogDiverged(LogInconsistent):
    """The database holds other events than the seals: nothing can be replayed onto them."""


@dataclass(frozen=True)
class Extent:
    """How far a village's seals reach: events, those of them signed, and the newest one's time."""

    size: int
    signed: int
    at: datetime | None


@dataclass(frozen=True)
class Replayed:
    """An event that was put back: its row, what it moved, and whether a checkpoint covers it.

    `actor` and `approver` are persons, or a stand-in for a code that the database doesn't know.
    """

    event: Event
    transfers: list[dict[str, Any]]
    signed: bool
    actor: UUID | None
    approver: UUID | None


@dataclass(frozen=True)
class Step:
    """What one step put back, and the households and shops whose accounts it had to open anew."""

    replayed: list[Replayed]
    households: list[str]
    shops: list[int]


def check_replayable(village: str) -> Extent:
    """Read a village's seals from end to end, against themselves and against the database.

    Refuses (`SealsDamaged`) lines that can't be read, leaves out of order or under another name,
    roots that aren't the signed ones; and (`LogDiverged`) a database whose events are others.
    """
    folder = folder_of(village)
    head = db.session.get(LogHead, village, populate_existing=True)
    size, root = (head.size, merkle.root_of(head.frontier)) if head else (0, merkle.EMPTY_ROOT)
    signed = roots_in_order(folder)
    due = next(signed, None)
    frontier, origin, count, at, covered = b"", first_origin(village), 0, None, 0
    events = sealed_events(folder)
    while True:
        found = merkle.root_of(frontier)
        if count == size and found != root:
            raise LogDiverged(f"{village}: the database's {size} events are not the sealed ones")
        while due is not None and due.size == count:
            if due.root != found or due.origin != origin:
                raise SealsDamaged(f"{village}: the first {count} events are not those signed")
            covered, due = count, next(signed, None)
        event = next(events, None)
        if event is None:
            break
        origin = next_origin(origin) if event.event["kind"] is Kind.REOPEN else origin
        check_place(event, village, origin, at)
        frontier, _hashes = merkle.append_leaf(count, frontier, merkle.leaf_hash(event.leaf))
        count, at = count + 1, event.event["at"]
    if due is not None:
        raise SealsDamaged(f"{village}: {due.size} events were signed, {count} are in the seals")
    # Events that nobody has sealed yet are no damage: they follow what was sealed.
    if count < size and found != proofs.root_at(village, count):
        raise LogDiverged(f"{village}: the database's first {count} events are not the sealed ones")
    return Extent(count, covered, at)


def roots_in_order(folder: Path) -> Iterator[notes.Root]:
    """The signed roots of a folder in the order of their signing."""
    return (read_sealed(line).root for line in whole_lines(folder / CHECKPOINTS) if line)


def check_place(event: SealedEvent, village: str, origin: str, before: datetime | None) -> None:
    """Refuse an event of another village or log, or one that isn't later than the one before."""
    named = event.leaf.decode().split("\n")[1]
    if event.event["village"] != village or named != f"origin {origin}":
        raise SealsDamaged(f"{village}: event {event.seq} is of another log")
    if before is not None and event.event["at"] <= before:
        raise SealsDamaged(f"{village}: event {event.seq} is not later than the one before")


def steps(village: str) -> Iterator[list[SealedEvent]]:
    """The sealed events that the database lacks, by steps."""
    head = db.session.get(LogHead, village, populate_existing=True)
    db.session.rollback()
    rest = islice(sealed_events(folder_of(village)), head.size if head else 0, None)
    while step := list(islice(rest, STEP)):
        yield step


def replay_step(village: str, step: Sequence[SealedEvent]) -> Step:
    """Put sealed events back, in the caller's writing transaction.

    Opens the accounts that are missing. RuntimeError where they don't follow the log's last: some
    other catch-up runs.
    """
    hold([village])
    head = db.session.get_one(LogHead, village, populate_existing=True)
    if head.size != step[0].seq:
        raise RuntimeError(f"{village}: event {step[0].seq} doesn't follow {head.size - 1}")
    opened = open_missing(village, step)
    last = last_sealed(folder_of(village))
    signed = last.root.size if last else 0
    people = persons(village, {each.event[by] for each in step for by in ("actor", "approver")})
    events = [Event(**each.event) for each in step]
    store(village, step)
    return Step(
        [
            Replayed(
                event,
                each.transfers,
                each.seq < signed,
                person_of(event.village, event.actor, people),
                person_of(event.village, event.approver, people),
            )
            for event, each in zip(events, step, strict=True)
        ],
        sorted({code for each in opened if (code := household_of(each))}),
        sorted(int(each.partition(".")[2]) for each in opened if each.startswith("shop.")),
    )


def store(village: str, step: Sequence[SealedEvent]) -> None:
    """Write the rows: events before transfers, leaves last, then the head."""
    head = db.session.get_one(LogHead, village)
    size, frontier, leaves = head.size, head.frontier, []
    for each in step:
        frontier, hashes = merkle.append_leaf(size, frontier, merkle.leaf_hash(each.leaf))
        leaves.append({"village": village, "seq": size, "body": each.leaf, "hashes": hashes})
        size += 1
    connection = db.session.connection()
    connection.execute(insert(Event), [each.event for each in step])
    if transfers := [row for each in step for row in each.transfers]:
        connection.execute(insert(Transfer), transfers)
    connection.execute(insert(Leaf), leaves)
    db.session.execute(
        update(LogHead)
        .where(LogHead.village == village)
        .values(size=size, at=step[-1].event["at"], frontier=frontier)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()


def open_missing(village: str, step: Sequence[SealedEvent]) -> list[str]:
    """Open the accounts that these events move and the database lacks; their codes."""
    wanted = {
        code
        for each in step
        for row in each.transfers
        for side in ("from_code", "to_code")
        for code in family(row[side])
    }
    known = set(db.session.scalars(select(Account.code).where(Account.village == village)))
    missing = sorted(wanted - known)
    if missing:
        open_accounts(village, missing)
    return missing


def family(code: str) -> tuple[str, ...]:
    """The accounts that are opened together with this one."""
    household = household_of(code)
    if household is not None:
        return f"h.{household}", f"debt.{household}"
    if kind_of(code) in SHOP_KINDS:
        return tuple(f"{kind.value}.{code.partition('.')[2]}" for kind in SHOP_KINDS)
    return (code,)


def person_of(village: str, code: str | None, people: dict[str, UUID]) -> UUID | None:
    """The person behind a code, or a stand-in that is nobody's: the same for the same code."""
    if code is None:
        return None
    return people.get(code) or stand_in(village, code)


def stand_in(village: str, what: str) -> UUID:
    """An id for somebody whom the database doesn't know."""
    return uuid5(UNKNOWN_PERSONS, f"{village}/{what}")
