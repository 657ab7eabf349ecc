"""What the ledger must come to, in a few lines: no versions, no leaves, no database."""

from collections import Counter
from copy import deepcopy

HOUSEHOLDS = ("A", "B", "C")
AT_LEAST_ZERO = (
    *("cash", "bank", "spending.custom", "spending.settlement", "spending.difference"),
    *("settled.1", "expired"),
)
AT_MOST_ZERO = ("payable.1",)

Moves = list[tuple[str, str, int]]


class Refused(Exception):
    """The ledger must refuse this."""


class Model:
    """What each party has and owes; a party is a household, or an account that is no household's.

    `held` is what a lease holds back of a household, by lease and household.
    """

    def __init__(self) -> None:
        self.has: Counter[str] = Counter()
        self.owes: Counter[str] = Counter()
        self.held: Counter[tuple[str, str]] = Counter()

    def spendable(self, party: str, lease: str | None = None) -> int:
        """What a household may spend, under a lease its own part of what is held back too."""
        held = sum(n for (by, of), n in self.held.items() if of == party and by != lease)
        return max(0, self.has[party] - held)

    def apply(self, moves: Moves, *, by_reversal: bool = False, lease: str | None = None) -> None:
        """Move it all, or change nothing and raise `Refused`."""
        after = deepcopy(self)
        for giver, taker, amount in moves:
            if giver.startswith("debt.") and not by_reversal:
                after.take_over(giver[5:], taker[5:], amount)
                continue
            giver, taker = giver.removeprefix("debt."), taker.removeprefix("debt.")
            both = giver in HOUSEHOLDS and taker in HOUSEHOLDS
            if both and after.owes[giver] and not by_reversal:
                raise Refused
            after.take(giver, amount, by_reversal, lease)
            after.give(taker, amount)
        self.__dict__ = after.__dict__

    def take_over(self, debtor: str, former: str, amount: int) -> None:
        """One household owes what another owed."""
        if amount > self.owes[former]:
            raise Refused
        self.owes[former] -= amount
        self.owes[debtor] += amount

    def take(self, party: str, amount: int, by_reversal: bool, lease: str | None) -> None:
        """A household gives what it may spend; only a reversal makes it owe the rest."""
        part = amount
        if party in HOUSEHOLDS:
            part = min(amount, self.spendable(party, lease))
            if part < amount and not by_reversal:
                raise Refused
            self.owes[party] += amount - part
            if lease is not None:
                self.held[lease, party] = max(0, self.held[lease, party] - amount)
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

    def hold_back(self, lease: str, party: str, points: int) -> None:
        """A lease holds points back, if the household may spend so many."""
        if points > self.spendable(party):
            raise Refused
        self.held[lease, party] = points

    def let_go(self, lease: str | None = None) -> Moves:
        """A lease ends, or all of them; what was held back pays what its households owe."""
        ended = [each for each in self.held if lease in (None, each[0])]
        for each in ended:
            del self.held[each]
        parties = dict.fromkeys(party for _lease, party in ended)
        due = {party: min(self.spendable(party), self.owes[party]) for party in parties}
        return [(party, f"debt.{party}", points) for party, points in due.items() if points]

    def pay_debt(self, party: str, points: int) -> None:
        """A household pays what it owes."""
        self.has[party] -= points
        self.owes[party] -= points

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
