"""What the ledger must come to, in a few lines: no versions, no leaves, no database."""

from collections import Counter
from copy import deepcopy

HOUSEHOLDS = ("A", "B", "C")
AT_LEAST_ZERO = ("cash", "bank", "spending.custom", "spending.settlement", "settled.1", "expired")
AT_MOST_ZERO = ("payable.1",)

Moves = list[tuple[str, str, int]]


class Refused(Exception):
    """The ledger must refuse this."""


class Model:
    """What each party has and owes; a party is a household, or an account that is no household's.

    `held` is what a lease holds back of a household.
    """

    def __init__(self) -> None:
        self.has: Counter[str] = Counter()
        self.owes: Counter[str] = Counter()
        self.held: Counter[str] = Counter()

    def apply(self, moves: Moves, *, by_reversal: bool = False) -> None:
        """Move it all, or change nothing and raise `Refused`."""
        after = deepcopy(self)
        for giver, taker, amount in moves:
            if (
                giver in HOUSEHOLDS
                and taker in HOUSEHOLDS
                and after.owes[giver]
                and not by_reversal
            ):
                raise Refused
            after.take(giver, amount, by_reversal)
            after.give(taker, amount)
        self.__dict__ = after.__dict__

    def take(self, party: str, amount: int, by_reversal: bool) -> None:
        """A household gives what it may spend; only a reversal makes it owe the rest."""
        part = amount
        if party in HOUSEHOLDS:
            part = min(amount, max(0, self.has[party] - self.held[party]))
            if part < amount and not by_reversal:
                raise Refused
            self.owes[party] += amount - part
        self.has[party] -= part
        if party in AT_LEAST_ZERO and self.has[party] < 0:
            raise Refused

    def give(self, party: str, amount: int) -> None:
        """What comes to a household pays first what it owes."""
        paid = min(amount, self.owes[party])
        self.owes[party] -= paid
        self.has[party] += amount - paid
        if party in AT_MOST_ZERO and self.has[party] > 0:
            raise Refused

    def accounts(self, codes: dict[str, str]) -> dict[str, int]:
        """Every account's balance that isn't zero; `codes` are the households' 8 characters."""
        found = {}
        for party in {*self.has, *self.owes}:
            if party in HOUSEHOLDS:
                found[f"h.{codes[party]}"] = self.has[party]
                found[f"debt.{codes[party]}"] = -self.owes[party]
            else:
                found[party] = self.has[party]
        return {code: balance for code, balance in found.items() if balance}
