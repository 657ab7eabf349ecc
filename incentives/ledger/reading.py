"""What posting reads under the lock: accounts, what is held back of them, codes of persons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from incentives.ledger.accounts import random_code
from incentives.ledger.drafts import Draft, Give, Leg, PassOn, Take
from incentives.ledger.planning import Book, Holding, Mirrored
from incentives.ledger.sql import BOOK, NEW_CODE, read_uuid, uuid_value
from incentives.pipeline import Rows


@dataclass
class Asked:
    """What was asked about a village: the accounts to be touched, the persons to be named."""

    accounts: set[str] = field(default_factory=set)
    persons: set[UUID] = field(default_factory=set)
    rows: Rows = field(default=list)

    def read(self, connection: Connection, village: str) -> Book:
        """The village's book; a person who is new to the village gets a code there."""
        book = Book({})
        for code, balance, version, other, points in self.rows():
            if balance is None:
                book.persons[read_uuid(other)] = code
                continue
            book.accounts[code] = Holding(balance, version)
            if other is not None:
                book.allowances.setdefault(code, {})[read_uuid(other)] = points
        if missing := sorted(self.persons - book.persons.keys()):
            made = {person: random_code() for person in missing}
            NEW_CODE.send(
                connection,
                [(village, uuid_value(connection, each), code) for each, code in made.items()],
            )
            book.persons |= made
        return book


def ask_books(
    connection: Connection,
    drafts: Sequence[Draft],
    mirrored: dict[UUID, Mirrored],
    actor: UUID | None,
) -> dict[str, Asked]:
    """Ask, by village, for the accounts that the drafts touch, and who stands in their events."""
    wanted: dict[str, Asked] = {}
    for draft in drafts:
        asked = wanted.get(draft.village) or wanted.setdefault(draft.village, Asked())
        for leg in draft.legs:
            asked.accounts.update(codes_of(leg))
        if draft.reverses:
            for source, target, _amount in mirrored[draft.reverses].transfers:
                asked.accounts.update(with_partner((source, target)))
        named = draft.entered_by or actor, draft.approver
        asked.persons.update(person for person in named if person is not None)
    for village, asked in wanted.items():
        asked.rows = BOOK.ask(
            connection, village, sorted(asked.accounts), village, sorted(asked.persons)
        )
    return wanted


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
