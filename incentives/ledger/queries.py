"""What is read of the ledger: balances, positions, the trial balance, heads and persons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Exists,
    SQLColumnExpression,
    exists,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.orm import aliased

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.ledger.kinds import Kind, Unit
from incentives.ledger.models import (
    ONCE_A_RECORD,
    Account,
    ActorCode,
    Allowance,
    Event,
    LogHead,
    Transfer,
)


@dataclass(frozen=True)
class Position:
    """What a household owns, may spend and owes, in points."""

    balance: int
    spendable: int
    debt: int

    def missing_for(self, points: int) -> int:
        """How many are still to be earned before it may spend so many; what it owes comes first."""
        return max(0, points - self.spendable + self.debt)


@dataclass(frozen=True)
class BalanceRow:
    """An account of the trial balance."""

    code: str
    unit: Unit
    balance: int


def balance(village: str, code: str) -> int:
    """What an account holds; refuses one that the village doesn't have."""
    found = db.session.scalar(
        select(Account.balance).where(Account.village == village, Account.code == code)
    )
    if found is None:
        raise NotFound()
    return found


def balances(village: str) -> dict[str, int]:
    """What every account of a village holds, but those of households."""
    rows = db.session.execute(
        select(Account.code, Account.balance).where(
            Account.village == village, Account.kind.not_in(("household", "debt"))
        )
    )
    return {row.code: row.balance for row in rows}


def is_posted(kind: Kind, record: BindParameter[UUID]) -> Exists:
    """Whether a record has its event in any village, as a column of another statement.

    For the kinds of which a record has one only: the condition names them all, as the index does
    by which it is found.
    """
    return exists().where(Event.kind == kind, Event.record == record, text(ONCE_A_RECORD))


def taken_over(village: str, but: Iterable[UUID] = ()) -> set[str]:
    """The accounts that got a standing opening balance: its event isn't reversed, or is so again.

    Without those of the records in `but`.
    """
    reversal, again = aliased(Event), aliased(Event)
    undone = exists().where(
        reversal.reverses == Event.id, ~exists().where(again.reverses == reversal.id)
    )
    rows = db.session.execute(
        select(Event.record, Transfer.to_code)
        .join(Transfer, (Transfer.village == Event.village) & (Transfer.seq == Event.seq))
        .where(Event.village == village, Event.kind == Kind.OPENING, text(ONCE_A_RECORD), ~undone)
    )
    own = set(but)
    return {row.to_code for row in rows if row.record not in own}


def balance_of(village: SQLColumnExpression[str], household: SQLColumnExpression[str]) -> Any:
    """What a household owns, as a column of another statement that has its village and code."""
    return (
        select(Account.balance)
        .where(Account.village == village, Account.code == literal("h.").concat(household))
        .scalar_subquery()
    )


def spendable_of(village: SQLColumnExpression[str], household: SQLColumnExpression[str]) -> Any:
    """What a household may spend, as a column of another statement that has its village and code.

    Below zero it means nothing.
    """
    held = (
        select(func.coalesce(func.sum(Allowance.points), 0))
        .where(Allowance.village == Account.village, Allowance.account_code == Account.code)
        .correlate(Account)
        .scalar_subquery()
    )
    return (
        select(Account.balance - held)
        .where(Account.village == village, Account.code == literal("h.").concat(household))
        .scalar_subquery()
    )


def positions(village: str, households: Sequence[str]) -> dict[str, Position]:
    """What these households (their 8 characters) own, may spend and owe: one statement."""
    held = (
        select(func.coalesce(func.sum(Allowance.points), 0))
        .where(Allowance.village == Account.village, Allowance.account_code == Account.code)
        .correlate(Account)
        .scalar_subquery()
    )
    codes = [f"{kind}.{each}" for each in households for kind in ("h", "debt")]
    rows = db.session.execute(
        select(Account.code, Account.balance, held.label("held")).where(
            Account.village == village, Account.code.in_(codes)
        )
    )
    found = {row.code: (row.balance, row.held) for row in rows}
    if len(found) < len(set(codes)):
        raise NotFound()
    return {
        each: Position(
            balance=found[f"h.{each}"][0],
            spendable=max(0, found[f"h.{each}"][0] - int(found[f"h.{each}"][1])),
            debt=-found[f"debt.{each}"][0],
        )
        for each in households
    }


def received_since(village: str, households: Sequence[str], instant: datetime) -> dict[str, int]:
    """What came to these households (their 8 characters) from an instant on.

    Households to which nothing came are left out.
    """
    rows = db.session.execute(
        select(Transfer.to_code, func.sum(Transfer.amount))
        .where(
            Transfer.village == village,
            Transfer.seq >= seq_at(village, instant),
            Transfer.to_code.in_([f"h.{each}" for each in households]),
        )
        .group_by(Transfer.to_code)
    )
    return {code.removeprefix("h."): int(amount) for code, amount in rows}


def trial_balance(village: str) -> list[BalanceRow]:
    """Every account of a village; the balances of each unit add up to zero."""
    rows = db.session.execute(
        select(Account.code, Account.unit, Account.balance)
        .where(Account.village == village)
        .order_by(Account.unit, Account.code)
    )
    return [BalanceRow(row.code, row.unit, row.balance) for row in rows]


def head(village: str) -> LogHead:
    """A village's log head; refuses a village without a log."""
    found = db.session.get(LogHead, village, populate_existing=True)
    if found is None:
        raise NotFound()
    return found


def seq_at(village: str, instant: datetime) -> int:
    """How many events a village had before an instant: found by bisection, as `at` rises."""
    low, high = 0, head(village).size
    while low < high:
        middle = (low + high) // 2
        at = db.session.scalar(
            select(Event.at).where(Event.village == village, Event.seq == middle)
        )
        if at is not None and at < instant:
            low = middle + 1
        else:
            high = middle
    return low


def persons(village: str, codes: Iterable[str | None]) -> dict[str, UUID]:
    """The persons behind the codes of a village's leaves."""
    wanted = [code for code in codes if code]
    rows = db.session.execute(
        select(ActorCode.code, ActorCode.person).where(
            ActorCode.village == village, ActorCode.code.in_(wanted)
        )
    )
    return {row.code: row.person for row in rows}
