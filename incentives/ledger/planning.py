"""Working out what an event moves: legs become transfers, on balances read under the lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.errors import (
    AlreadyReversed,
    InsufficientFunds,
    InsufficientPoints,
    NotFound,
    Refusal,
    WrongState,
)
from incentives.ledger import details
from incentives.ledger.drafts import Draft, Give, Leg, PassOn, Shift, Take
from incentives.ledger.kinds import (
    CEILING_ZERO,
    FLOOR_ZERO,
    REVERSIBLE,
    Kind,
    Unit,
    household_of,
    kind_of,
    may_move,
    unit_of_kind,
)
from incentives.ledger.models import MAX_AMOUNT


@dataclass(slots=True)
class Holding:
    """An account while it is being posted to."""

    balance: int
    version: int


class Planned(NamedTuple):
    """One transfer, as it will be stored.

    `leaves` is what it leaves behind: balance and version of the giving and of the taking account.
    """

    source: str
    target: str
    unit: Unit
    amount: int
    leaves: tuple[int, int, int, int]


@dataclass(frozen=True)
class Mirrored:
    """An event that a draft reverses: what it moved, and whether it is reversed already."""

    village: str
    kind: Kind
    transfers: Sequence[tuple[str, str, int]]
    reversed: bool


@dataclass
class Book:
    """A village's accounts and allowances as this transaction sees them, moved as it plans.

    `persons` is the codes under which persons stand in the village's log.
    """

    accounts: dict[str, Holding]
    persons: dict[UUID, str] = field(default_factory=dict)
    allowances: dict[str, dict[UUID, int]] = field(default_factory=dict)
    used_allowances: dict[tuple[UUID, str], int] = field(default_factory=dict)

    def holding(self, code: str) -> Holding:
        """An account; refuses one that the village doesn't have."""
        found = self.accounts.get(code)
        if found is None:
            raise NotFound()
        return found

    def held_back(self, household: str, lease: UUID | None) -> int:
        """What live allowances hold back of a household, but for the lease's own."""
        held = self.allowances.get(f"h.{household}", {})
        return sum(points for each, points in held.items() if each != lease)

    def spendable(self, household: str, lease: UUID | None = None) -> int:
        """What a household may spend."""
        held = self.held_back(household, lease)
        return max(0, self.holding(f"h.{household}").balance - held)

    def owed(self, household: str) -> int:
        """What a household owes."""
        return -self.holding(f"debt.{household}").balance

    def use_allowance(self, household: str, lease: UUID, amount: int) -> None:
        """Lower the lease's own allowance by what is taken under it."""
        held = self.allowances.get(f"h.{household}", {})
        held[lease] = max(0, held.get(lease, 0) - amount)
        self.used_allowances[lease, f"h.{household}"] = held[lease]


def plan(draft: Draft, book: Book, mirrored: Mirrored | None) -> list[Planned]:
    """The transfers of an event, in order; the book then holds what they leave.

    Refuses more than there is (`insufficient_points`, `insufficient_funds`), and what can't be
    reversed. ValueError for moves that its kind doesn't make, and for a detail with keys that its
    kind doesn't have: a fault of the room that asks.
    """
    kind = Kind(draft.kind)
    details.require_keys(kind, draft.detail)
    planned: list[Planned] = []
    if kind is Kind.REVERSAL:
        if mirrored is None or draft.legs:
            raise ValueError("a reversal mirrors an event and has no legs of its own")
        legs = mirror(draft, mirrored)
    elif draft.reverses is not None or (not draft.legs and kind is not Kind.REOPEN):
        raise ValueError("only a reversal has no legs and reverses something")
    else:
        legs = list(draft.legs)
    for leg in legs:
        for source, target, amount in transfers_of(leg, kind, book):
            if kind is not Kind.REVERSAL and not may_move(kind, source, target):
                raise ValueError(f"no event of kind {kind} moves from {source} to {target}")
            planned.append(transfer(book, source, target, amount))
    return planned


def mirror(draft: Draft, mirrored: Mirrored) -> list[Leg]:
    """The legs that undo an event, by sum: a household and its debt count as one."""
    if mirrored.village != draft.village:
        raise NotFound()
    if mirrored.reversed:
        raise AlreadyReversed()
    if mirrored.kind not in REVERSIBLE:
        raise WrongState()
    sums: dict[tuple[str, str], int] = {}
    for source, target, amount in mirrored.transfers:
        pair = party(source), party(target)
        sums[pair] = sums.get(pair, 0) + amount
    return [undo(source, target, amount) for (source, target), amount in reversed(sums.items())]


def party(code: str) -> str:
    """An account's owner: a household's points and debt are one."""
    household = household_of(code)
    return f"h.{household}" if household else code


def undo(source: str, target: str, amount: int) -> Leg:
    """The leg that brings back what went from one party to another."""
    giver, taker = household_of(source), household_of(target)
    if giver and taker:
        return PassOn(taker, giver, amount)
    if taker:
        return Take(taker, source, amount)
    if giver:
        return Give(target, giver, amount)
    return Shift(target, source, amount)


def transfers_of(leg: Leg, kind: Kind, book: Book) -> Iterable[tuple[str, str, int]]:
    """A leg as transfers between accounts, split between a household and its debt."""
    if not 0 < leg.amount <= MAX_AMOUNT:
        raise ValueError("an amount is a whole number above zero")
    if isinstance(leg, Take):
        return taken(leg, kind, book)
    if isinstance(leg, Give):
        return given(leg, book)
    if isinstance(leg, PassOn):
        return passed_on(leg, kind, book)
    if not may_shift(leg, kind):
        raise ValueError("a household's accounts are moved by take, give and pass_on")
    return [(leg.source, leg.target, leg.amount)]


def taken(leg: Take, kind: Kind, book: Book) -> list[tuple[str, str, int]]:
    """What is taken from the household, and in a reversal the rest from its debt."""
    has = min(book.spendable(leg.household, leg.lease), leg.amount)
    if has < leg.amount and kind is not Kind.REVERSAL:
        raise too_few_points(leg.amount, has)
    if leg.lease is not None:
        book.use_allowance(leg.household, leg.lease, leg.amount)
    return pour(out_of(leg.household, has, leg.amount), [(leg.target, leg.amount)])


def given(leg: Give, book: Book) -> list[tuple[str, str, int]]:
    """What fills a household's debt, and the rest for itself."""
    return pour([(leg.source, leg.amount)], into(leg.household, leg.amount, book))


def passed_on(leg: PassOn, kind: Kind, book: Book) -> list[tuple[str, str, int]]:
    """What goes from one household to another; none while the giver owes, unless reversed."""
    has = min(book.spendable(leg.giver), leg.amount)
    if kind is not Kind.REVERSAL:
        if book.owed(leg.giver):
            raise WrongState(_("This household's points are owed: they can't be passed on"))
        if has < leg.amount:
            raise too_few_points(leg.amount, has)
    return pour(out_of(leg.giver, has, leg.amount), into(leg.taker, leg.amount, book))


def out_of(household: str, has: int, amount: int) -> list[tuple[str, int]]:
    """What a household gives up: what it has, and the rest as debt."""
    return [(f"h.{household}", has), (f"debt.{household}", amount - has)]


def into(household: str, amount: int, book: Book) -> list[tuple[str, int]]:
    """Where what a household gets goes: its debt up to zero, then its own account."""
    fills = min(book.owed(household), amount)
    return [(f"debt.{household}", fills), (f"h.{household}", amount - fills)]


def pour(
    sources: Sequence[tuple[str, int]], targets: Sequence[tuple[str, int]]
) -> list[tuple[str, str, int]]:
    """Transfers that empty the sources into the targets, both in their order and of one sum."""
    moved: list[tuple[str, str, int]] = []
    left = [(code, amount) for code, amount in targets if amount]
    for source, amount in sources:
        while amount:
            target, room = left.pop(0)
            part = min(amount, room)
            moved.append((source, target, part))
            amount -= part
            if room > part:
                left.insert(0, (target, room - part))
    return moved


def may_shift(leg: Shift, kind: Kind) -> bool:
    """Whether a plain move may name these accounts."""
    if not (household_of(leg.source) or household_of(leg.target)):
        return True
    debts = leg.source.startswith("debt."), leg.target.startswith("debt.")
    if kind is Kind.HOUSEHOLD_MOVE or kind is Kind.REVERSAL:
        return all(debts)
    return kind is Kind.LOSS and leg.source == "offline_loss" and debts[1]


def transfer(book: Book, source: str, target: str, amount: int) -> Planned:
    """One transfer on the book; refuses what would leave a floor or a ceiling."""
    gives, takes = kind_of(source), kind_of(target)
    unit = unit_of_kind(gives)
    if source == target or unit is not unit_of_kind(takes):
        raise ValueError("a transfer joins two accounts of one unit")
    giving, taking = book.holding(source), book.holding(target)
    if gives in FLOOR_ZERO and giving.balance < amount:
        raise too_little(unit, amount, giving.balance)
    if takes in CEILING_ZERO and taking.balance + amount > 0:
        raise too_little(unit, amount, -taking.balance)
    giving.balance -= amount
    giving.version += 1
    taking.balance += amount
    taking.version += 1
    leaves = giving.balance, giving.version, taking.balance, taking.version
    return Planned(source, target, unit, amount, leaves)


def too_little(unit: Unit, needed: int, available: int) -> Refusal:
    """The refusal for an account that holds less than is needed."""
    if unit is Unit.POINT:
        return too_few_points(needed, available)
    yuan = f"{available // 100}.{available % 100:02d}"
    return InsufficientFunds(
        _("There are only ¥%(yuan)s", yuan=yuan), needed_fen=needed, available_fen=available
    )


def too_few_points(needed: int, spendable: int) -> InsufficientPoints:
    """The refusal for a household that may spend less than is needed."""
    return InsufficientPoints(
        _(
            "%(needed)s points are needed, %(spendable)s can be spent",
            needed=needed,
            spendable=spendable,
        ),
        needed=needed,
        spendable=spendable,
    )
