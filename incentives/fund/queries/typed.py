"""Whom a typed payee's name means: a villager, one of the staff, a household by its door, a team,
who keeps a shop.

A name that has somebody's full name in it, a title beside it or a shop's name around it, counts as
that person, in pinyin too; a door as its household; a team's or a shop's name, as payees' names are
compared, as its members or its keepers. Nothing is refused for that: who pays a shop that bears its
owner's name pays the owner. Who has left is known as who lives here: nobody is a new payee then.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from incentives.access.models import User, UserRole
from incentives.extensions import db
from incentives.fund.queries.doors import door_of, doors_in
from incentives.fund.queries.same_payee import (
    Called,
    called,
    is_around,
    is_same_payee,
    outside_brackets,
)
from incentives.register.models import Household, Resident, Team, TeamMember
from incentives.register.names import Written, letters, plain, spellings
from incentives.register.queries.naming import Places, places_around, without

Person = tuple[UUID, UUID | None]
IN_BRACKETS = re.compile(r"[(\[](.*?)[)\]]")
# A prefecture, province, county or city, and neither all of it, this one, each, nor a market; or,
# right before a name, another village or township: neither ours nor all, each, this, a new, a rural
# one, nor one where somebody is stationed.
OTHER_PLACE = re.compile(
    "^[\u4e00-\u9fff]{2,6}?(?<![\u5168\u672c\u5404\u8d85\u95e8\u591c])[\u5dde\u7701\u53bf\u5e02]"
    "|[\u4e00-\u9fff]{2}(?<![\u4eec\u4e2a\u5168\u672c\u519c\u65b0\u9a7b\u5404])[\u6751\u4e61\u9547]$"
)

# Set by shop: the shops of a village whose goods are their keepers' own, by their names, each with
# one of its keepers.
shop_keepers: list[Callable[[str], Iterable[tuple[str, UUID]]]] = []


@dataclass(frozen=True)
class Paid:
    """Whom money goes to: people, their households, and whether as a whole, not one by one.

    `teams` are those that it goes to, `sole_homes` the households that all of them are of, or were.
    `called`: what was typed, if it was.
    """

    people: frozenset[UUID] = frozenset()
    homes: frozenset[UUID] = frozenset()
    as_a_whole: bool = False
    teams: frozenset[UUID] = frozenset()
    sole_homes: frozenset[UUID] | None = None
    called: Called | None = None


@dataclass
class Body:
    """A team, or a shop (`team` is None), as it is called, and who is of it."""

    called: Called
    team: UUID | None = None
    people: set[Person] = field(default_factory=set)


@dataclass
class Known:
    """Who may be meant: by each name and its pinyin the people and homes; by each door a home.

    And teams and shops.
    """

    names: dict[str, set[Person]] = field(default_factory=dict)
    doors: dict[str, set[tuple[UUID, UUID]]] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)
    places: Places = field(default_factory=lambda: Places((), (), ()))

    def add(self, name: str, person: UUID, home: UUID | None) -> None:
        """Know somebody by their name, and by each spelling of it."""
        for form in spellings(name):
            self.names.setdefault(form, set()).add((person, home))


def meant_by(village: str, typed: Collection[str]) -> dict[str, Paid]:
    """Whom each of these typed names means; of one that means nobody, nobody. Six statements."""
    if not typed:
        return {}
    known = known_in(village)
    return {each: meant(each, known) for each in typed}


def known_in(village: str) -> Known:
    """Who lives in a village or did, who of the staff holds a role in it, or above or below it.

    And its teams and shops.
    """
    known = Known(places=places_around(village))
    for row in db.session.execute(
        select(Resident, Household.door)
        .join(Household, Household.id == Resident.household_id)
        .where(Resident.village == village)
    ):
        one = row.Resident
        known.add(one.name, one.id, one.household_id)
        known.doors.setdefault(door_of(row.door), set()).add((one.id, one.household_id))
    for row in staff_of(village):
        known.add(row.name, row.person, row.household_id)
    known.bodies = [*teams_in(village, known.places.all), *shops_in(village, known.places.all)]
    return known


def teams_in(village: str, places: Sequence[str]) -> Sequence[Body]:
    """The village's teams, also those that were disbanded, with who is in them."""
    found: dict[UUID, Body] = {}
    for row in db.session.execute(
        select(Team.id, Team.name, Resident.id.label("person"), Resident.household_id)
        .outerjoin(TeamMember, TeamMember.team_id == Team.id)
        .outerjoin(Resident, Resident.id == TeamMember.resident_id)
        .where(Team.village == village)
    ):
        team = found.setdefault(row.id, Body(called(row.name, places), row.id))
        if row.person is not None:
            team.people.add((row.person, row.household_id))
    return list(found.values())


def shops_in(village: str, places: Sequence[str]) -> Sequence[Body]:
    """The shops that sell their keepers' goods, with their keepers; the village's own is nobody's.

    What is paid to them is the keepers'.
    """
    kept = [each for keepers in shop_keepers for each in keepers(village)]
    if not kept:
        return []
    people = {person for _name, person in kept}
    homes = {
        row.id: row.household_id
        for row in db.session.execute(
            select(Resident.id, Resident.household_id).where(Resident.id.in_(people))
        )
    }
    found: dict[str, Body] = {}
    for name, person in kept:
        shop = found.setdefault(name, Body(called(name, places)))
        shop.people.add((person, homes.get(person)))
    return list(found.values())


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
    text, places = plain(typed), known.places.all
    whole, elsewhere = Written(text), Written(without(text, places))
    outside = letters_of(text)
    found = [
        name
        for name in known.names
        if is_around(name, outside)
        or (elsewhere if any(name in place for place in places) else whole).has(name)
    ]
    named = {
        each
        for name in found
        if not any(name != other and name in other for other in found)
        for each in known.names[name]
    }
    at_home = without(text, places, "")
    there = {each for door in doors_in(at_home) for each in known.doors.get(door, ())}
    as_typed = called(typed, places)
    bodies = [
        each
        for each in known.bodies
        if is_same_payee(as_typed, each.called)
        and (each.team is None or not is_elsewhere(typed, each.called, known.places))
    ]
    named |= {each for shop in bodies if shop.team is None for each in shop.people}
    return paid_by_name(named, there, [each for each in bodies if each.team is not None], as_typed)


def is_elsewhere(typed: str, team: Called, places: Places) -> bool:
    """Whether a typed name that a team's stands in is another place's body.

    That place is named before the team's name or in brackets, and the village's own nowhere.
    """
    text = plain(typed)
    if any(each in text for each in places.own):
        return False
    before, found, _after = letters_of(text).partition(letters(team.bare))
    if not found:
        return False
    before = without(before, sorted(team.places), "")
    said = [before, *IN_BRACKETS.findall(text)]
    return OTHER_PLACE.search(before) is not None or any(
        place in each for place in places.beside for each in said
    )


def paid_by_name(
    named: Collection[Person], there: Collection[Person], teams: Sequence[Body], as_typed: Called
) -> Paid:
    """What a typed name pays: these people, who lives at a door, and these teams."""
    alone = {*named, *there}
    of_teams = {each for team in teams for each in team.people}
    each_team = [homes_of(team.people) for team in teams]
    sole = {home for homes in each_team if len(homes) == 1 for home in homes}
    return Paid(
        people=frozenset(person for person, _home in alone | of_teams),
        homes=homes_of(alone | of_teams),
        as_a_whole=bool(teams) or not named,
        teams=frozenset(team.team for team in teams if team.team is not None),
        sole_homes=homes_of(alone) | sole if teams else None,
        called=as_typed,
    )


def homes_of(people: Iterable[Person]) -> frozenset[UUID]:
    """The households of these people."""
    return frozenset(home for _person, home in people if home is not None)


def is_name_of(typed: str, name: str) -> bool:
    """Whether what was typed is somebody's name, or their household's, however it is written."""
    return is_around(letters_of(name) or name, letters_of(typed))


def letters_of(text: str) -> str:
    """The letters and digits of a text outside brackets."""
    return letters(outside_brackets(text))
