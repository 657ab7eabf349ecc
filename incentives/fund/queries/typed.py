"""Whom a typed payee's name means: a villager, one of the staff, a household by its door.

A name that has somebody's full name in it, a title beside it or a shop's name around it, counts as
that person, in pinyin too; a door as its household. Nothing is refused for that: who pays a shop
that bears its owner's name pays the owner.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from incentives.access.models import User, UserRole
from incentives.extensions import db
from incentives.register.models import Household, Resident
from incentives.register.names import letters, readings, stands_in, toneless
from incentives.register.queries.naming import place_names, without

# What may stand around somebody's name without making it another's: a door, a household, a number.
AROUND_A_NAME = re.compile(r"(\d|[\u7ec4\u53f7\u6237\u5bb6\u6751\u793e]|(the)?householdof)*")
WHO_LIVES_THERE = re.compile("(\u6237\u4e3b|\u4e3b\u4eba|\u6237|\u5bb6)+$")
DIGITS = str.maketrans("\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d", "123456789")
TENS = re.compile("(\\d?)\u5341(\\d?)")


@dataclass(frozen=True)
class Paid:
    """Whom money goes to: people, their households, and whether as a whole, not one by one."""

    people: frozenset[UUID] = frozenset()
    homes: frozenset[UUID] = frozenset()
    as_a_whole: bool = False


@dataclass
class Known:
    """Who may be meant: by each name and its pinyin the people and homes; by each door a home."""

    names: dict[str, set[tuple[UUID, UUID | None]]] = field(default_factory=dict)
    doors: dict[str, set[tuple[UUID, UUID]]] = field(default_factory=dict)
    places: Sequence[str] = ()

    def add(self, name: str, pinyin: str, person: UUID, home: UUID | None) -> None:
        """Know somebody by their name, and by each reading of it."""
        for form in (name, *pinyin.split()):
            self.names.setdefault(form, set()).add((person, home))


def meant_by(village: str, typed: Collection[str]) -> dict[str, Paid]:
    """Whom each of these typed names means; of one that means nobody, nobody. Three statements."""
    if not typed:
        return {}
    known = known_in(village)
    return {each: meant(each, known) for each in typed}


def known_in(village: str) -> Known:
    """Who lives in a village, and who of the staff holds a role in it, or above or below it."""
    known = Known(places=place_names(village))
    for row in db.session.execute(
        select(Resident, Household.door)
        .join(Household, Household.id == Resident.household_id)
        .where(Resident.village == village, Resident.left_on.is_(None))
    ):
        one = row.Resident
        known.add(one.name, one.pinyin, one.id, one.household_id)
        known.doors.setdefault(door_of(row.door), set()).add((one.id, one.household_id))
    for row in staff_of(village):
        known.add(row.name, readings(row.name)[0], row.person, row.household_id)
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
    text = toneless(typed)
    plain, bare, orders = letters(text), without(text, known.places), orders_of(text)
    found = [
        name
        for name in known.names
        if letters(name)[:1] in plain
        and (
            any(is_name_of(each, name) for each in orders)
            or stands_in(name, bare if any(name in place for place in known.places) else text)
        )
    ]
    named = {
        each
        for name in found
        if not any(name != other and name in other for other in found)
        for each in known.names[name]
    }
    at_door = known.doors.get(door_of(without(typed, known.places, "")))
    both = named | (at_door or set())
    return Paid(
        people=frozenset(person for person, _home in both),
        homes=frozenset(home for _person, home in both if home is not None),
        as_a_whole=not named,
    )


def orders_of(text: str) -> list[str]:
    """A text, and of words in Latin letters each turn: Xiaoqin He is He Xiaoqin."""
    words = text.split()
    if not all(word.isascii() for word in words):
        return [text]
    return [text, *(" ".join(words[at:] + words[:at]) for at in range(1, len(words)))]


def door_of(text: str) -> str:
    """A door as it is compared: its numbers in digits, without a word for who lives there."""
    plain = letters_of(text).translate(DIGITS)
    numbered = TENS.sub(lambda each: f"{each[1] or 1}{each[2] or 0}", plain)
    return WHO_LIVES_THERE.sub("", numbered) or numbered


def is_name_of(typed: str, name: str) -> bool:
    """Whether what was typed is somebody's name, or their household's, however it is written."""
    wanted = letters_of(name) or name
    before, found, after = letters_of(typed).partition(wanted)
    return bool(found) and AROUND_A_NAME.fullmatch(before + after) is not None


def letters_of(text: str) -> str:
    """The letters and digits of a text outside brackets."""
    return letters(re.sub(r"\(.*?\)|\[.*?\]", "", unicodedata.normalize("NFKC", text)))
