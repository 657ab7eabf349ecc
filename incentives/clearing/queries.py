"""What is read about clearings: those that were, the one to come, what a household would lose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from incentives import ledger
from incentives.clearing.models import Clearing
from incentives.clearing.periods import A_YEAR, ends_period, quarter_ends
from incentives.clock import beginning
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register.policy import entries_of, policy_among

# How long before a period's end a household is told what it would lose, and how long after what
# it lost.
TOLD_BEFORE = timedelta(days=60)
TOLD_AFTER = timedelta(days=60)
LINES_AT_MOST = 200


@dataclass(frozen=True)
class Coming:
    """The next clearing of a village: of what is left on one day, through another."""

    period_ends_on: date
    due_on: date


@dataclass(frozen=True)
class Expiring:
    """Points of a household that are cleared after `due_on` unless they are spent by then."""

    points: int
    period_ends_on: date
    due_on: date


def clearings(village: str) -> Select[Clearing]:
    """A village's clearings, announced and carried out."""
    return select(Clearing).where(Clearing.village == village)


def coming(village: str, today: date) -> Coming | None:
    """The next clearing: an announced one, else the first period's end by what was resolved so far.

    None where points stay.
    """
    announced = db.session.scalars(
        clearings(village)
        .where(Clearing.due_on >= today, Clearing.cleared_at.is_(None))
        .order_by(Clearing.period_ends_on)
        .limit(1)
    ).one_or_none()
    if announced is not None:
        return Coming(announced.period_ends_on, announced.due_on)
    entries = entries_of(village)
    for ends_on in quarter_ends(today - timedelta(days=1), today + A_YEAR):
        policy = policy_among(entries, ends_on)
        if ends_period(policy, ends_on):
            return Coming(ends_on, ends_on + timedelta(days=policy.grace_days))
    return None


def expiring(village: str, household: str, today: date) -> Expiring | None:
    """What a household (its 8 characters) would lose; None where nothing is to be lost soon."""
    found = coming(village, today)
    if found is None or today + TOLD_BEFORE < found.period_ends_on:
        return None
    points = left_of_period(village, [household], found.period_ends_on)[household]
    return Expiring(points, found.period_ends_on, found.due_on) if points else None


@dataclass(frozen=True)
class Gone:
    """Points of a household that a clearing took, and when it last did."""

    points: int
    clearing: Clearing
    at: datetime


def gone(village: str, household: str, today: date) -> Gone | None:
    """What a household (its 8 characters) lost by the last clearing; None where it is long ago."""
    clearing = db.session.scalars(
        clearings(village)
        .where(Clearing.points > 0, Clearing.due_on >= today - TOLD_AFTER)
        .order_by(Clearing.period_ends_on.desc())
        .limit(1)
    ).one_or_none()
    return None if clearing is None else taken(clearing, household)


def find_clearing(village: str, clearing_id: UUID) -> Clearing:
    """A clearing of that village; refuses what isn't there."""
    clearing = db.session.get(Clearing, clearing_id)
    if clearing is None or clearing.village != village:
        raise NotFound()
    return clearing


def taken(clearing: Clearing, household: str) -> Gone | None:
    """What a clearing took from a household (its 8 characters); None where that is nothing."""
    lines = [line for line in lines_since(clearing, household) if line.record == clearing.id]
    points = -sum(line.points for line in lines)
    return Gone(points, clearing, lines[0].at) if points > 0 else None


def lines_since(clearing: Clearing, household: str) -> Sequence[ledger.Line]:
    """A household's newest lines since a clearing's grace was over, the newest first."""
    query = {"limit": LINES_AT_MOST}
    found = ledger.statement(clearing.village, household, start=clearing.due_on, query=query)
    lines: Sequence[ledger.Line] = found["items"]
    return lines


def left_of_period(village: str, households: Sequence[str], ends_on: date) -> dict[str, int]:
    """What households (8 characters each) can spend of what they had when a period ended.

    min(spendable, max(0, balance at the period's end − all taken since)): as the balance now is
    that balance and all that came since less all that was taken, this is what is left of it after
    what came since (docs/ledger.md, clearing).
    """
    since = beginning(ends_on + timedelta(days=1))
    came = ledger.received_since(village, households, since)
    return {
        household: min(position.spendable, max(0, position.balance - came.get(household, 0)))
        for household, position in ledger.positions(village, households).items()
    }
