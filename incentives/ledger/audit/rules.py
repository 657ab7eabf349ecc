"""What the table of flows asks of a whole event: its parties, its mirror, what it gives back."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from incentives.extensions import db
from incentives.ledger.audit.comparing import Move, Told, told_by
from incentives.ledger.audit.findings import Finding
from incentives.ledger.kinds import REVERSIBLE, Kind, household_of
from incentives.ledger.leaves import read_leaf
from incentives.ledger.models import Event, Leaf
from incentives.ledger.planning import party

KINDS = frozenset(kind.value for kind in Kind)
# Acts for one party: what they give or take goes between the same two.
OF_ONE_PAIR = frozenset({Kind.AWARD, Kind.REDEMPTION, Kind.DEBT_PAYMENT})
LOSS_ACCOUNT = "offline_loss"


@dataclass
class Rules:
    """What an event's rules ask of those before it: what was reversed, and what was handed out.

    `refundable` is by shop and household (or `offline_loss`) what the shop took from it and didn't
    give back.
    """

    village: str
    reversed: set[Any] = field(default_factory=set)
    refundable: Counter[tuple[str, str]] = field(default_factory=Counter)


def audit_event(rules: Rules, told: Told) -> Iterator[Finding]:
    """Whether an event does what its kind may do."""
    place = str(told.seq)
    if told.kind not in KINDS:
        yield Finding(rules.village, "event", place, "kind", "a known kind", str(told.kind))
    if (told.kind == Kind.REVERSAL) != (told.reverses is not None):
        found = str(told.reverses)
        yield Finding(rules.village, "event", place, "reverses", "by a reversal alone", found)
    if (told.kind == Kind.REOPEN) == bool(told.moves):
        found = str(len(told.moves))
        yield Finding(rules.village, "transfer", place, "line", "what moves, if it does", found)
    if told.reverses is not None:
        yield from audit_reversal(rules, told)
    elif len(told.moves) > 1 or told.kind in (Kind.REDEMPTION, Kind.REFUND, Kind.LOSS):
        yield from audit_parties(rules, told)


def audit_parties(rules: Rules, told: Told) -> Iterator[Finding]:
    """Whether an act concerns the parties that it may, and a refund no more than was taken."""
    place, village = str(told.seq), rules.village
    pairs = sums_of(told.moves)
    if told.kind in OF_ONE_PAIR and len(pairs) > 1:
        yield Finding(village, "transfer", place, "to_code", "one household", shown(pairs))
    if told.kind == Kind.OPENING and len(pairs) > 1 and any(has_household(pair) for pair in pairs):
        yield Finding(village, "transfer", place, "to_code", "one household", shown(pairs))
    if told.kind == Kind.SETTLEMENT_APPROVED:
        shops = {code.partition(".")[2] for pair in pairs for code in pair if "." in code}
        if len(shops - {"settlement"}) > 1:
            yield Finding(village, "transfer", place, "to_code", "one shop", shown(pairs))
    if told.kind == Kind.REFUND and len({pair[0] for pair in pairs}) > 1:
        yield Finding(village, "transfer", place, "from_code", "one shop", shown(pairs))
    if told.kind == Kind.REFUND and sum(has_household(pair) for pair in pairs) > 1:
        yield Finding(village, "transfer", place, "to_code", "one household", shown(pairs))
    for (source, target), amount in pairs.items():
        if target.startswith("shop."):
            rules.refundable[target, source] += amount
        elif told.kind == Kind.REFUND:
            rules.refundable[source, target] -= amount
            left = rules.refundable[source, target]
            if left < 0:
                taken = f"at most {left + amount} from {source} to {target}"
                yield Finding(village, "transfer", place, "amount", taken, str(amount))


def audit_reversal(rules: Rules, told: Told) -> Iterator[Finding]:
    """Whether a reversal undoes an earlier event of the village, once, whole and by sum."""
    place, village = str(told.seq), rules.village
    undone = read_reversed(village, told)
    if told.reverses in rules.reversed:
        yield Finding(village, "event", place, "reverses", "an event not reversed yet", "reversed")
    rules.reversed.add(told.reverses)
    if undone is None:
        found = str(told.reverses)
        yield Finding(village, "event", place, "reverses", "an earlier event", found)
        return
    if undone.kind not in REVERSIBLE:
        wanted = "a kind that can be reversed"
        yield Finding(village, "event", place, "reverses", wanted, str(undone.kind))
    mirror = {(target, source): n for (source, target), n in sums_of(undone.moves).items()}
    sums = sums_of(told.moves)
    if sums != mirror:
        yield Finding(village, "transfer", place, "amount", shown(mirror), shown(sums))
    owing: set[tuple[str, str]] = set()
    for line, (source, target, _unit, _amount) in enumerate(told.moves):
        pair = party(source), party(target)
        if source.startswith("debt."):
            owing.add(pair)
        elif pair in owing:
            at = f"{place}/{line}"
            yield Finding(village, "transfer", at, "from_code", "the household's first", source)


def read_reversed(village: str, told: Told) -> Told | None:
    """The event that another reverses, by its leaf; None where it doesn't come before it here."""
    try:
        wanted = UUID(told.reverses)
        body = db.session.scalar(
            select(Leaf.body)
            .join(Event, (Event.village == Leaf.village) & (Event.seq == Leaf.seq))
            .where(Event.id == wanted, Event.village == village, Event.seq < told.seq)
        )
        return None if body is None else told_by(read_leaf(body), body)
    except (ValueError, TypeError, AttributeError):
        return None


def sums_of(moves: Sequence[Move]) -> Counter[tuple[str, str]]:
    """What went from one party to another: a household and its debt are one."""
    sums: Counter[tuple[str, str]] = Counter()
    for source, target, _unit, amount in moves:
        sums[party(source), party(target)] += amount
    return sums


def has_household(pair: tuple[str, str]) -> bool:
    """Whether one of two parties is a household."""
    return any(household_of(code) for code in pair)


def shown(sums: Any) -> str:
    """Parties and amounts in one line."""
    return ", ".join(f"{source} > {target} {n}" for (source, target), n in sorted(sums.items()))
