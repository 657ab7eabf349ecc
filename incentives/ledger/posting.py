"""Posting: drafts become events, transfers, leaves and new log heads, in one transaction.

It runs on prepared statements rather than on the unit of work: a batch of fifty awards costs
eight statements, as one does.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update
from sqlalchemy.exc import DBAPIError

from incentives.clock import microseconds
from incentives.database import new_id
from incentives.errors import InsufficientFunds, InsufficientPoints, NotFound, Refusal
from incentives.extensions import db
from incentives.ledger import details, merkle
from incentives.ledger.accounts import random_code
from incentives.ledger.drafts import Draft, Give, Leg, PassOn, Take
from incentives.ledger.holding import KEY, held_heads
from incentives.ledger.kinds import Kind, Unit
from incentives.ledger.leaves import LeafContent, Move, write_leaf
from incentives.ledger.models import (
    Account,
    ActorCode,
    Allowance,
    Event,
    EventDetail,
    Leaf,
    LogHead,
    Transfer,
)
from incentives.ledger.planning import Book, Holding, Mirrored, Planned, plan

CHECK_VIOLATION = "23514"
SQLITE_CHECK = 275
TICK = timedelta(microseconds=1)

Rows = dict[type, list[dict[str, Any]]]


def post(drafts: Sequence[Draft], *, actor: UUID | None, now: datetime) -> list[Event]:
    """Post these events, in their order; once a transaction, under `hold`.

    `actor` is the person who enters those whose draft names nobody else, None for an act of the
    clock. Refuses `insufficient_points` and `insufficient_funds` where an account would leave its
    floor, `already_reversed` and `wrong_state` where nothing is left to undo. RuntimeError for a
    second call in a transaction.
    """
    villages = sorted({draft.village for draft in drafts})
    held = held_heads(villages)
    if held.posted:
        raise RuntimeError("a transaction posts once, with all its events")
    held.posted = True
    connection = db.session.connection()
    mirrored = read_mirrored(connection, drafts)
    books = read_books(connection, drafts, mirrored)
    planned = [
        plan(draft, books[draft.village], mirrored.get(draft.reverses) if draft.reverses else None)
        for draft in drafts
    ]
    codes = actor_codes(connection, drafts, actor)
    heads = read_heads(connection, villages)
    rows: Rows = {table: [] for table in (Event, EventDetail, Transfer, Leaf)}
    events = [
        add_event(rows, heads[draft.village], draft, transfers, codes, actor, now)
        for draft, transfers in zip(drafts, planned, strict=True)
    ]
    held.writing = planned[0][0].unit if planned and planned[0] else Unit.POINT
    write(connection, rows, heads, books)
    return events


def refusal_of(error: DBAPIError) -> Refusal | None:
    """The refusal that a failed CHECK means while posting, None for any other error."""
    held = db.session().info.get(KEY)
    if held is None or held.writing is None:
        return None
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if state != CHECK_VIOLATION and code != SQLITE_CHECK:
        return None
    return InsufficientFunds() if held.writing is Unit.FEN else InsufficientPoints()


def read_mirrored(connection: Connection, drafts: Sequence[Draft]) -> dict[UUID, Mirrored]:
    """The events that drafts reverse, with what they moved."""
    wanted = [draft.reverses for draft in drafts if draft.reverses]
    if not wanted:
        return {}
    if len(set(wanted)) < len(wanted):
        raise ValueError("an event is reversed once")
    events = connection.execute(
        select(Event.id, Event.village, Event.seq, Event.kind).where(Event.id.in_(wanted))
    ).all()
    if len(events) < len(wanted):
        raise NotFound()
    done = set(connection.scalars(select(Event.reverses).where(Event.reverses.in_(wanted))))
    places = [(each.village, each.seq) for each in events]
    moved: dict[tuple[str, int], list[tuple[str, str, int]]] = {place: [] for place in places}
    for row in connection.execute(
        select(
            Transfer.village,
            Transfer.seq,
            Transfer.from_code,
            Transfer.to_code,
            Transfer.amount,
        )
        .where(tuple_(Transfer.village, Transfer.seq).in_(places))
        .order_by(Transfer.village, Transfer.seq, Transfer.line)
    ):
        moved[row.village, row.seq].append((row.from_code, row.to_code, row.amount))
    return {
        each.id: Mirrored(each.village, each.kind, moved[each.village, each.seq], each.id in done)
        for each in events
    }


def codes_of(leg: Leg) -> tuple[str, ...]:
    """The accounts that a leg may touch."""
    if isinstance(leg, Take):
        return f"h.{leg.household}", f"debt.{leg.household}", leg.target
    if isinstance(leg, Give):
        return f"h.{leg.household}", f"debt.{leg.household}", leg.source
    if isinstance(leg, PassOn):
        both = leg.giver, leg.taker
        return tuple(f"{kind}.{each}" for kind in ("h", "debt") for each in both)
    return leg.source, leg.target


def with_partner(codes: Iterable[str]) -> Iterable[str]:
    """These accounts, and of a household both its own and its debt's."""
    for code in codes:
        head, _, name = code.partition(".")
        yield from (f"h.{name}", f"debt.{name}") if head in ("h", "debt") else (code,)


def read_books(
    connection: Connection, drafts: Sequence[Draft], mirrored: dict[UUID, Mirrored]
) -> dict[str, Book]:
    """The accounts that the drafts touch, and what is held back of them, by village."""
    wanted: dict[str, set[str]] = {}
    for draft in drafts:
        codes = wanted.setdefault(draft.village, set())
        for leg in draft.legs:
            codes.update(codes_of(leg))
        if draft.reverses:
            for source, target, _amount in mirrored[draft.reverses].transfers:
                codes.update(with_partner((source, target)))
    books = {}
    for village, codes in wanted.items():
        book = books[village] = Book({})
        for row in connection.execute(
            select(Account.code, Account.balance, Account.version).where(
                Account.village == village, Account.code.in_(sorted(codes))
            )
        ):
            book.accounts[row.code] = Holding(row.balance, row.version)
        households = sorted(code for code in codes if code.startswith("h."))
        if not households:
            continue
        for allowance in connection.execute(
            select(Allowance.account_code, Allowance.lease, Allowance.points).where(
                Allowance.village == village, Allowance.account_code.in_(households)
            )
        ):
            held = book.allowances.setdefault(allowance.account_code, {})
            held[allowance.lease] = allowance.points
    return books


def actor_codes(
    connection: Connection, drafts: Sequence[Draft], actor: UUID | None
) -> dict[tuple[str, UUID], str]:
    """The codes of all who stand in these events; made where a person is new to a village."""
    wanted = {
        (draft.village, person)
        for draft in drafts
        for person in (draft.entered_by or actor, draft.approver)
        if person is not None
    }
    if not wanted:
        return {}
    found = {
        (row.village, row.person): row.code
        for row in connection.execute(
            select(ActorCode.village, ActorCode.person, ActorCode.code).where(
                tuple_(ActorCode.village, ActorCode.person).in_(list(wanted))
            )
        )
    }
    missing = sorted(wanted - found.keys())
    if missing:
        made = {pair: random_code() for pair in missing}
        connection.execute(
            insert(ActorCode),
            [
                {"village": village, "person": person, "code": code}
                for (village, person), code in made.items()
            ],
        )
        found |= made
    return found


def read_heads(connection: Connection, villages: Sequence[str]) -> dict[str, LogHead]:
    """The log heads as they stand under the lock."""
    found = connection.execute(
        select(LogHead.village, LogHead.origin, LogHead.size, LogHead.at, LogHead.frontier).where(
            LogHead.village.in_(villages)
        )
    )
    return {row.village: LogHead(**row._mapping) for row in found}


def add_event(
    rows: Rows,
    head: LogHead,
    draft: Draft,
    transfers: Sequence[Planned],
    codes: dict[tuple[str, UUID], str],
    actor: UUID | None,
    now: datetime,
) -> Event:
    """Add an event's rows and its leaf, and move the village's head on."""
    at = max(now, head.at + TICK)
    entered_by = draft.entered_by or actor
    event = Event(
        id=new_id(),
        village=draft.village,
        seq=head.size,
        at=at,
        kind=Kind(draft.kind),
        occurred_on=draft.occurred_on,
        actor=codes[draft.village, entered_by] if entered_by else None,
        approver=codes[draft.village, draft.approver] if draft.approver else None,
        reverses=draft.reverses,
        record=draft.record,
        detail=add_detail(rows, draft),
        salt=secrets.token_hex(16),
    )
    if event.detail is not None:
        rows[EventDetail][-1]["event_id"] = event.id
    rows[Event].append({name: getattr(event, name) for name in Event.__table__.columns.keys()})  # noqa: SIM118 -- a collection, no dict
    for line, each in enumerate(transfers):
        rows[Transfer].append(transfer_row(event, line, each))
    body = write_leaf(leaf_of(event, head.origin, transfers))
    head.frontier, hashes = merkle.append_leaf(head.size, head.frontier, merkle.leaf_hash(body))
    rows[Leaf].append({"village": event.village, "seq": event.seq, "body": body, "hashes": hashes})
    head.size += 1
    head.at = at
    return event


def add_detail(rows: Rows, draft: Draft) -> str | None:
    """Add the detail's text and key; what commits to them, or None without any."""
    if draft.detail is None:
        return None
    text, key = details.write_detail(draft.detail), details.new_key()
    rows[EventDetail].append({"text": text, "key": key})
    return details.commit(text, key)


def transfer_row(event: Event, line: int, planned: Planned) -> dict[str, Any]:
    """A transfer as its table has it."""
    return {
        "village": event.village,
        "seq": event.seq,
        "line": line,
        "from_code": planned.source,
        "to_code": planned.target,
        "unit": planned.unit,
        "amount": planned.amount,
        "from_balance_after": planned.from_balance_after,
        "from_version": planned.from_version,
        "to_balance_after": planned.to_balance_after,
        "to_version": planned.to_version,
    }


def leaf_of(event: Event, origin: str, transfers: Iterable[Planned]) -> LeafContent:
    """What an event's leaf says."""
    return LeafContent(
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
        moves=tuple(Move(each.source, each.target, each.unit, each.amount) for each in transfers),
    )


def write(
    connection: Connection, rows: Rows, heads: dict[str, LogHead], books: dict[str, Book]
) -> None:
    """Store it all: events before transfers, leaves last, then heads and allowances."""
    for table in (Event, EventDetail, Transfer, Leaf):
        if rows[table]:
            connection.execute(insert(table), rows[table])
    connection.execute(
        update(LogHead)
        .where(LogHead.village == bindparam("of_village"))
        .values(size=bindparam("of_size"), at=bindparam("of_at"), frontier=bindparam("of_frontier"))
        .execution_options(synchronize_session=None),
        [
            {
                "of_village": head.village,
                "of_size": head.size,
                "of_at": head.at,
                "of_frontier": head.frontier,
            }
            for head in heads.values()
        ],
    )
    for village, book in books.items():
        for (lease, code), points in book.used_allowances.items():
            connection.execute(
                update(Allowance)
                .where(
                    Allowance.lease == lease,
                    Allowance.village == village,
                    Allowance.account_code == code,
                )
                .values(points=points)
            )
