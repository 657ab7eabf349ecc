"""What a payee had of a purpose this year, and what its cap leaves.

A cap that the assembly adopted with the year's budget holds; the county's list only advises. Who
it counts for is the household: naming its members one by one, or one of them and then the
household, gets past no cap. A cap a person counts what that person had, and what their household
had as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from incentives.clock import beginning, village_day
from incentives.extensions import db
from incentives.fund.models import Budget, Disbursement, Status
from incentives.fund.purposes import purposes
from incentives.fund.queries.payees import paid_to
from incentives.fund.queries.same_payee import Called, is_same_payee
from incentives.fund.queries.typed import Paid

UNDER_WAY = (Status.APPLIED, Status.EVALUATED, Status.PUBLISHED)
COUNTED = tuple(set(Status) - {Status.REJECTED, Status.WITHDRAWN, Status.REVERSED})


@dataclass(frozen=True)
class Cap:
    """A cap in a year: how much, what of it others of the payee's have, whether it is adopted."""

    amount_fen: int
    used_fen: int
    is_adopted: bool

    @property
    def left_fen(self) -> int:
        """What is left for this one, never below zero."""
        return max(0, self.amount_fen - self.used_fen)


@dataclass(frozen=True)
class Holder:
    """Whom money goes to, as caps count it: people one by one, their household; a team, a name.

    A team whose members are all of one household, now or when it was applied for, counts with it.
    """

    people: frozenset[UUID] = frozenset()
    homes: frozenset[UUID] = frozenset()
    teams: frozenset[UUID] = frozenset()
    called: Called | None = None

    def shares(self, other: "Holder", per: str) -> bool:
        """Whether what the other had counts for this one."""
        if self.is_named_as(other):
            return True
        if self.people & other.people or self.teams & other.teams:
            return True
        if per == "person" and self.people and other.people:
            return False
        return bool(self.homes & other.homes)

    def is_named_as(self, other: "Holder") -> bool:
        """Whether both were typed, and one name is the other."""
        if self.called is None or other.called is None:
            return False
        return is_same_payee(self.called, other.called)


def caps_of(rows: Sequence[Disbursement], *, ahead_only: bool = False) -> dict[UUID | None, Cap]:
    """The cap of each of these disbursements of one village, where its purpose has one.

    `ahead_only` counts of the payee's others what goes before it: what is paid, what has come as
    far and was applied for earlier, and what has come further.
    """
    if not rows:
        return {}
    village = rows[0].village
    years = {village_day(row.applied_at).year for row in rows}
    counted = {year: counted_in(village, year) for year in years}
    holders = holders_of([*rows, *(each for found in counted.values() for each in found)])
    adopted = {
        (each.year, each.purpose): each.cap_fen
        for each in db.session.scalars(
            select(Budget).where(Budget.village == village, Budget.year.in_(years))
        )
        if each.cap_fen is not None
    }
    caps: dict[UUID | None, Cap] = {}
    for row in rows:
        year = village_day(row.applied_at).year
        purpose = purposes().get(row.purpose)
        amount = adopted.get((year, row.purpose)) or (purpose.cap_fen if purpose else None)
        if purpose is None or amount is None:
            continue
        used = sum(
            each.amount_fen - each.returned_fen
            for each in counted[year]
            if each.id != row.id
            and each.purpose == row.purpose
            and (not ahead_only or place_of(each) < place_of(row))
            and purpose.cap_period
            and holders[row.id].shares(holders[each.id], purpose.cap_per)
        )
        caps[row.id] = Cap(amount, used, (year, row.purpose) in adopted)
    return caps


def place_of(row: Disbursement) -> tuple[int, datetime, UUID]:
    """Its place among those of a payee: paid, approved, under way, and within these by age."""
    stage = 2 if row.status in UNDER_WAY else 1 if row.status is Status.APPROVED else 0
    return stage, row.applied_at, row.id


def counted_in(village: str, year: int) -> list[Disbursement]:
    """What was applied for in a year and counts for caps: not what ended without money."""
    return list(
        db.session.scalars(
            select(Disbursement).where(
                Disbursement.village == village,
                Disbursement.status.in_(COUNTED),
                Disbursement.applied_at >= beginning(date(year, 1, 1)),
                Disbursement.applied_at < beginning(date(year + 1, 1, 1)),
            )
        )
    )


def holders_of(rows: Sequence[Disbursement]) -> dict[UUID | None, Holder]:
    """Whom each of these disbursements of one village goes to, as caps count it."""
    paid = paid_to(rows)
    return {row.id: holder_of(paid[row.id]) for row in rows}


def holder_of(paid: Paid) -> Holder:
    """Whom money goes to, as caps count it."""
    people = frozenset() if paid.as_a_whole else paid.people
    homes = paid.homes if paid.sole_homes is None else paid.sole_homes
    return Holder(people, homes, paid.teams, paid.called)
