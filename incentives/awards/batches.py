"""What is read before one act of many people is entered: who there is, and what caps leave."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from incentives.awards.models import RuleItem
from incentives.awards.operations import caps
from incentives.awards.queries import rules_in_force
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.register.models import Household, Resident

PEOPLE_AT_MOST = 3000


@dataclass(frozen=True, slots=True)
class Person:
    """What a list of thousands shows of a resident."""

    id: UUID
    name: str
    pinyin: str
    initials: str
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Home:
    """What a list of thousands shows of a household."""

    id: UUID
    number: int
    door: str
    grid: str | None
    departed_on: date | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who can be ticked, with the household; one who moved away stays on a sheet."""

    resident: Person
    household: Home

    @property
    def here(self) -> bool:
        """Whether the person still lives in the village."""
        return self.resident.left_on is None and self.household.departed_on is None


@dataclass(frozen=True)
class Room:
    """Whose points a cap counts, and how many count already; `left` is None without a cap."""

    holder: UUID
    used: int
    left: int | None


def people_of(
    village: str, *, grid: str | None = None, printed: datetime | None = None
) -> list[Candidate]:
    """Who lives in the village or one grid of it, by household, in one statement.

    `printed` is when a sign-up sheet was printed: those who were registered then and had not moved
    away, so that they stand in the sheet's order with its numbers.
    """
    chosen = candidates(village).limit(PEOPLE_AT_MOST)
    if grid is not None:
        chosen = chosen.where(Household.grid == grid)
    if printed is None:
        chosen = chosen.where(Resident.left_on.is_(None), Household.departed_on.is_(None))
    else:
        day = village_day(printed)
        chosen = chosen.where(
            Resident.entered_at <= printed,
            Resident.left_on.is_(None) | (Resident.left_on > day),
            Household.departed_on.is_(None) | (Household.departed_on > day),
        )
    return read_candidates(chosen)


def people_named(village: str, ids: Collection[UUID]) -> list[Candidate]:
    """These people of the village by household, whoever moved away with them, in one statement."""
    return read_candidates(candidates(village).where(Resident.id.in_(ids))) if ids else []


def candidates(village: str) -> Select[Any]:
    """Everybody who lives in the village or did, with the household, by household."""
    return (
        select(
            *(getattr(Resident, each.name) for each in fields(Person)),
            *(getattr(Household, each.name) for each in fields(Home)),
        )
        .join(Household, Household.id == Resident.household_id)
        .where(Resident.village == village)
        .order_by(Household.number, Resident.id)
    )


def read_candidates(chosen: Select[Any]) -> list[Candidate]:
    """The people that a statement finds."""
    of_person = len(fields(Person))
    return [
        Candidate(Person(*row[:of_person]), Home(*row[of_person:]))
        for row in db.session.execute(chosen)
    ]


def item_on(village: str, code: str, day: date) -> RuleItem:
    """The rule item with this code on that day; refuses a code that the day's rules don't have."""
    _rulebook, items = rules_in_force(village, day)
    for item in items:
        if item.code == code:
            return item
    raise Invalid(errors=[FieldError("/rule_item", caps.NO_SUCH_ITEM)])


def room_of(item: RuleItem, day: date, people: Sequence[Candidate]) -> dict[UUID, Room]:
    """What the item's cap leaves each of these people in the day's period, in one statement."""
    holders = {
        each.resident.id: caps.holder_of(item, each.resident.id, each.household.id)
        or each.household.id
        for each in people
    }
    had = caps.used(item, day, list(set(holders.values())))
    return {
        resident_id: Room(
            holder,
            had.get(holder, 0),
            None if item.cap_points is None else max(0, item.cap_points - had.get(holder, 0)),
        )
        for resident_id, holder in holders.items()
    }
