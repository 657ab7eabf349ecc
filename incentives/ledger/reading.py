"""What posting reads under the lock: accounts, what is held back of them, codes of persons."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Connection

from incentives.ledger.accounts import random_code
from incentives.ledger.drafts import Draft, Give, Leg, PassOn, Take
from incentives.ledger.planning import Book, Holding, Mirrored
from incentives.ledger.sql import ACCOUNTS, CODES, NEW_CODE, read_uuid, uuid_value
from incentives.pipeline import Rows

Codes = dict[tuple[str, UUID], str]


def ask_accounts(
    connection: Connection, drafts: Sequence[Draft], mirrored: dict[UUID, Mirrored]
) -> dict[str, Rows]:
    """Ask, by village, for the accounts that the drafts touch and what is held back of them."""
    wanted: dict[str, set[str]] = {}
    for draft in drafts:
        codes = wanted.setdefault(draft.village, set())
        for leg in draft.legs:
            codes.update(codes_of(leg))
        if draft.reverses:
            for source, target, _amount in mirrored[draft.reverses].transfers:
                codes.update(with_partner((source, target)))
    return {
        village: ACCOUNTS.ask(connection, village, sorted(codes))
        for village, codes in wanted.items()
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


def read_book(rows: Rows) -> Book:
    """A village's book from the rows asked for: one for each account and allowance of it."""
    book = Book({})
    for code, balance, version, lease, points in rows():
        book.accounts[code] = Holding(balance, version)
        if lease is not None:
            book.allowances.setdefault(code, {})[read_uuid(lease)] = points
    return book


def read_codes(connection: Connection, drafts: Sequence[Draft], actor: UUID | None) -> Codes:
    """The codes of all who stand in these events; made where a person is new to a village."""
    wanted = {
        (draft.village, person)
        for draft in drafts
        for person in (draft.entered_by or actor, draft.approver)
        if person is not None
    }
    if not wanted:
        return {}
    villages, persons = (list(set(each)) for each in zip(*wanted, strict=True))
    rows = CODES.ask(connection, villages, persons)
    found = {(village, read_uuid(person)): code for village, person, code in rows()}
    made = {pair: random_code() for pair in sorted(wanted - found.keys())}
    NEW_CODE.send(
        connection,
        [
            (village, uuid_value(connection, person), code)
            for (village, person), code in made.items()
        ],
    )
    return found | made
