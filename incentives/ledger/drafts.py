"""What the rooms above ask the ledger to post: drafts of events, made of legs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from incentives.ledger.kinds import Kind


@dataclass(frozen=True)
class Take:
    """Take from a household, in a reversal from its debt what it no longer has."""

    household: str
    target: str
    amount: int
    lease: UUID | None = None


@dataclass(frozen=True)
class Give:
    """Give to a household, its debt first."""

    source: str
    household: str
    amount: int


@dataclass(frozen=True)
class PassOn:
    """Pass points from one household to another."""

    giver: str
    taker: str
    amount: int


@dataclass(frozen=True)
class Shift:
    """Move between accounts that are no household's."""

    source: str
    target: str
    amount: int


Leg = Take | Give | PassOn | Shift


def take(household: str, target: str, amount: int, lease: UUID | None = None) -> Leg:
    """Take points from a household (its 8 characters) to an account.

    Under a `lease`, its own allowance isn't held back, and falls by the amount.
    """
    return Take(household, target, amount, lease)


def give(source: str, household: str, amount: int) -> Leg:
    """Give points to a household (its 8 characters) from an account; its debt is filled first."""
    return Give(source, household, amount)


def pass_on(giver: str, taker: str, amount: int) -> Leg:
    """Pass points from one household to another (8 characters each), in a `household_move`."""
    return PassOn(giver, taker, amount)


def move(source: str, target: str, amount: int) -> Leg:
    """Move an amount between accounts; only two kinds of event may name a debt account here."""
    return Shift(source, target, amount)


@dataclass(frozen=True)
class Draft:
    """An event to be posted: `record` is what caused it, `approver` who decided it last.

    `entered_by` is who entered what is posted, where that is another than who posts it.
    A reversal names what it `reverses` and has no legs: posting mirrors that event whole.
    `detail` is what it was for, in texts, whole numbers and lists of objects of them.
    """

    village: str
    kind: Kind | str
    occurred_on: date
    legs: Sequence[Leg] = field(default_factory=tuple)
    record: UUID | None = None
    entered_by: UUID | None = None
    approver: UUID | None = None
    reverses: UUID | None = None
    detail: dict[str, Any] | None = None


def reversal(
    *, village: str, reverses: UUID | None, record: UUID, reason: str, occurred_on: date
) -> Draft:
    """The draft that undoes an event whole; `record` is what the event was of.

    ValueError without an event: nothing was posted that could be undone.
    """
    if reverses is None:
        raise ValueError("nothing was posted that could be undone")
    return Draft(
        village=village,
        kind=Kind.REVERSAL,
        occurred_on=occurred_on,
        record=record,
        reverses=reverses,
        detail={"reason": reason},
    )
