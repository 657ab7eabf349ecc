"""Balances and versions followed through the transfers, and the rules of taking and giving."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from incentives.ledger.audit.comparing import Told
from incentives.ledger.audit.findings import Finding
from incentives.ledger.kinds import (
    CEILING_ZERO,
    FLOOR_ZERO,
    AccountKind,
    Kind,
    household_of,
    kind_of,
    may_move,
    unit_of,
)
from incentives.ledger.models import MAX_AMOUNT

STORED = ("from_balance_after", "from_version", "to_balance_after", "to_version")


@dataclass(slots=True)
class Held:
    """What an account must hold after the transfers so far.

    `household` is the 8 characters of whose it is, if any. `assumed` says of a debt that a move
    between households made it: whoever took it over may own points all the same.
    """

    code: str
    unit: str | None
    floor: bool
    ceiling: bool
    household: str | None
    is_debt: bool
    balance: int = 0
    version: int = 0
    assumed: bool = False


@dataclass
class Replay:
    """A village's accounts while its log is walked."""

    village: str
    held: dict[str, Held] = field(default_factory=dict)

    def account(self, code: str) -> Held:
        """An account, at zero where nothing has moved it yet."""
        found = self.held.get(code)
        if found is None:
            kind = known_kind(code)
            found = self.held[code] = Held(
                code,
                None if kind is None else unit_of(code).value,
                kind in FLOOR_ZERO,
                kind in CEILING_ZERO,
                household_of(code),
                kind is AccountKind.DEBT,
            )
        return found

    def owes(self, household: str) -> int:
        """What a household owes; a negative number would be a debt above zero."""
        found = self.held.get(f"debt.{household}")
        return 0 if found is None else -found.balance


def known_kind(code: str) -> AccountKind | None:
    """The kind of the account with this code, None for a code of no kind."""
    try:
        return kind_of(code)
    except ValueError:
        return None


def follow(replay: Replay, told: Told, transfers: Sequence[Any]) -> Iterator[Finding]:
    """Move an event's transfers; what breaks a rule, and what the rows have otherwise."""
    village = replay.village
    whole = len(transfers) == len(told.moves)
    stored = None if whole else {row[1]: row for row in transfers}
    for line, (source, target, unit, amount) in enumerate(told.moves):
        giving, taking = replay.account(source), replay.account(target)
        for column, expected, found in broken_rules(replay, told.kind, giving, taking):
            yield Finding(village, "transfer", f"{told.seq}/{line}", column, expected, found)
        if not isinstance(amount, int) or not 0 < amount <= MAX_AMOUNT:
            place = f"{told.seq}/{line}"
            yield Finding(village, "transfer", place, "amount", "a whole number > 0", str(amount))
            continue
        giving.balance -= amount
        giving.version += 1
        taking.balance += amount
        taking.version += 1
        taking.assumed = taking.assumed and taking.balance < 0
        if (giving.floor and giving.balance < 0) or (taking.ceiling and taking.balance > 0):
            yield beyond_limit(village, f"{told.seq}/{line}", giving, taking)
        if unit != giving.unit or unit != taking.unit:
            wanted = f"{giving.unit} and {taking.unit}"
            yield Finding(village, "transfer", f"{told.seq}/{line}", "unit", wanted, str(unit))
        row = transfers[line] if stored is None else stored.get(line)
        after = giving.balance, giving.version, taking.balance, taking.version
        if row is not None and row[6:10] != after:
            for column, value, has in zip(STORED, after, row[6:10], strict=True):
                if value != has:
                    place = f"{told.seq}/{line}"
                    yield Finding(village, "transfer", place, column, str(value), str(has))


def beyond_limit(village: str, place: str, giving: Held, taking: Held) -> Finding:
    """A transfer that takes an account below its floor or above its ceiling."""
    if giving.floor and giving.balance < 0:
        found = f"{giving.code} {giving.balance}"
        return Finding(village, "transfer", place, "from_code", "at least 0", found)
    found = f"{taking.code} {taking.balance}"
    return Finding(village, "transfer", place, "to_code", "at most 0", found)


def broken_rules(
    replay: Replay, kind: Any, giving: Held, taking: Held
) -> Iterator[tuple[str, str, str]]:
    """What one transfer does against the table of flows, and against "debt first"."""
    reversal = kind == Kind.REVERSAL
    if not reversal and not may_move(kind, giving.code, taking.code):
        yield "from_code", f"what {kind} may move", f"{giving.code} > {taking.code}"
    taker, giver = taking.household, giving.household
    if taker is not None and not taking.is_debt and replay.owes(taker) > 0:
        yield "to_code", f"debt.{taker} first", taking.code
    if giver is not None and giving.is_debt:
        taking_over = kind == Kind.HOUSEHOLD_MOVE and taking.is_debt
        if not (reversal or taking_over):
            yield "from_code", "no debt outside a reversal", giving.code
        giving.assumed = giving.assumed or taking_over
    if kind == Kind.HOUSEHOLD_MOVE and giver == taker:
        yield "to_code", "another household", taking.code
    if kind == Kind.HOUSEHOLD_MOVE and not giving.is_debt and replay.owes(str(giver)) > 0:
        yield "from_code", f"no points while debt.{giver} is open", giving.code
    if kind == Kind.DEBT_PAYMENT and giver != taker:
        yield "to_code", f"debt.{giver}", taking.code
