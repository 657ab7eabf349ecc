"""What a payee had of a purpose this year, and what its cap leaves.

A cap that the assembly adopted with the year's budget holds; the county's list only advises. Who
it counts for is the household: naming its members one by one, or one of them and then the
household, gets past no cap. A cap a person counts what that person had, and what their household
had as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from incentives.clock import beginning, village_day
from incentives.extensions import db
from incentives.fund.models import Budget, Disbursement, Status
from incentives.fund.purposes import purposes
from incentives.fund.queries.payees import is_name_of
from incentives.register.models import Resident

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
    """Whom money goes to, as caps count it: a household, maybe one in it, a team, or a name."""

    household: UUID | None = None
    resident: UUID | None = None
    team: UUID | None = None
    name: str | None = None

    def shares(self, other: "Holder", per: str) -> bool:
        """Whether what the other had counts for this one."""
        if self.name is not None and other.name is not None:
            return is_name_of(self.name, other.name) or is_name_of(other.name, self.name)
        if self.team is not None or self.name is not None or self.household is None:
            return (self.team, self.name) == (other.team, other.name)
        if self.household != other.household:
            return False
        if per == "person" and self.resident is not None and other.resident is not None:
            return self.resident == other.resident
        return True


def caps_of(rows: Sequence[Disbursement]) -> dict[UUID | None, Cap]:
    """The cap of each of these disbursements of one village, where its purpose has one."""
    if not rows:
        return {}
    village = rows[0].village
    years = {village_day(row.applied_at).year for row in rows}
    counted = {year: counted_in(village, year) for year in years}
    homes = homes_of([*rows, *(each for found in counted.values() for each in found)])
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
        holder = holder_of(row, homes)
        used = sum(
            each.amount_fen - each.returned_fen
            for each in counted[year]
            if each.id != row.id
            and each.purpose == row.purpose
            and purpose.cap_period
            and holder.shares(holder_of(each, homes), purpose.cap_per)
        )
        caps[row.id] = Cap(amount, used, (year, row.purpose) in adopted)
    return caps


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


def homes_of(rows: Sequence[Disbursement]) -> dict[UUID, UUID]:
    """The households of the residents among these payees."""
    residents = {row.resident_id for row in rows if row.resident_id is not None}
    if not residents:
        return {}
    found = db.session.execute(
        select(Resident.id, Resident.household_id).where(Resident.id.in_(residents))
    )
    return {row.id: row.household_id for row in found}


def holder_of(row: Disbursement, homes: dict[UUID, UUID]) -> Holder:
    """Whom a disbursement goes to."""
    if row.resident_id is not None:
        return Holder(household=homes.get(row.resident_id), resident=row.resident_id)
    if row.household_id is not None:
        return Holder(household=row.household_id)
    if row.team_id is not None:
        return Holder(team=row.team_id)
    return Holder(name=row.payee_name or "")
