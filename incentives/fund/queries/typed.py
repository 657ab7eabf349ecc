"""Whom a typed payee's name means: a villager, one of the staff, a household by its door.

A name that has somebody's full name in it, a title beside it or a shop's name around it, counts as
that person, in pinyin too; a door as its household. Nothing is refused for that: who pays a shop
that bears its owner's name pays the owner.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from incentives.access.models import User, UserRole
from incentives.extensions import db
from incentives.fund.queries.doors import door_of, doors_in
from incentives.fund.queries.same_payee import Called, called, is_around, outside_brackets
from incentives.register.models import Household, Resident
from incentives.register.names import Written, letters, plain, spellings
from incentives.register.queries.naming import place_names, without


@dataclass(frozen=True)
class Paid:
    """Whom money goes to: people, their households, and whether as a whole, not one by one.

    `sole_homes`: of a team, the households that all of it are of, or were. `called`: what was
    typed, if it was.
    """

    people: frozenset[UUID] = frozenset()
    homes: frozenset[UUID] = frozenset()
    as_a_whole: bool = False
    sole_homes: frozenset[UUID] | None = None
    called: Called | None = None


@dataclass
class Known:
    """Who may be meant: by each name and its pinyin the people and homes; by each door a home."""

    names: dict[str, set[tuple[UUID, UUID | None]]] = field(default_factory=dict)
    doors: dict[str, set[tuple[UUID, UUID]]] = field(default_factory=dict)
    places: Sequence[str] = ()

    def add(self, name: str, person: UUID, home: UUID | None) -> None:
        """Know somebody by their name, and by each spelling of it."""
        for form in spellings(name):
            self.names.setdefault(form, set()).add((person, home))


def meant_by(village: str, typed: Collection[str]) -> dict[str, Paid]:
    """Whom each of these typed names means; of one that means nobody, nobody. Three statements."""
    if not typed:
        return {}
    known = known_in(village)
    return {each: meant(each, known) for each in typed}


def known_in(village: str) -> Known:
    """Who lives in a village, and who of the staff holds a role in it, or above or below it."""
    known = Known(places=[plain(name) for name in place_names(village)])
    for row in db.session.execute(
        select(Resident, Household.door)
        .join(Household, Household.id == Resident.household_id)
        .where(Resident.village == village, Resident.left_on.is_(None))
    ):
        one = row.Resident
        known.add(one.name, one.id, one.household_id)
        known.doors.setdefault(door_of(row.door), set()).add((one.id, one.household_id))
    for row in staff_of(village):
        known.add(row.name, row.person, row.household_id)
    return known


def staff_of(village: str) -> Sequence[Any]:
    """Who holds a role in the village, or above or below it: name, person and household."""
    above = [village[:length] for length in range(len(village) + 1)]
    return db.session.execute(
        select(
            User.name,
            func.coalesce(User.resident_id, User.id).label("person"),
            Resident.household_id,
        )
        .join(UserRole, UserRole.user_id == User.id)
        .outerjoin(Resident, Resident.id == User.resident_id)
        .where(
            User.deactivated_at.is_(None),
            or_(
                UserRole.division.in_(above),
                UserRole.division.startswith(village, autoescape=True),
            ),
        )
        .distinct()
    ).all()


def meant(typed: str, known: Known) -> Paid:
    """Whom one typed name means: of names within one another the longest, and all who have it."""
    text = plain(typed)
    whole, elsewhere = Written(text), Written(without(text, known.places))
    outside = letters_of(text)
    found = [
        name
        for name in known.names
        if is_around(name, outside)
        or (elsewhere if any(name in place for place in known.places) else whole).has(name)
    ]
    named = {
        each
        for name in found
        if not any(name != other and name in other for other in found)
        for each in known.names[name]
    }
    at_home = without(text, known.places, "")
    there = {each for door in doors_in(at_home) for each in known.doors.get(door, ())}
    return Paid(
        people=frozenset(person for person, _home in named | there),
        homes=frozenset(home for _person, home in named | there if home is not None),
        as_a_whole=not named,
        called=called(typed, known.places),
    )


def is_name_of(typed: str, name: str) -> bool:
    """Whether what was typed is somebody's name, or their household's, however it is written."""
    return is_around(letters_of(name) or name, letters_of(typed))


def letters_of(text: str) -> str:
    """The letters and digits of a text outside brackets."""
    return letters(outside_brackets(text))
