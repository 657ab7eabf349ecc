"""Acts on households and residents: register, add, mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.register.models import (
    DOOR_LENGTH,
    NAME_LENGTH,
    Division,
    Household,
    Resident,
)
from incentives.register.names import readings
from incentives.register.queries.divisions import find_village
from incentives.register.queries.households import find_household, get_resident
from incentives.texts import check_name

MEMBERS_AT_MOST = 30
ADULT_FROM = 18


@dataclass(frozen=True)
class Person:
    """What is entered of a resident; `minor` follows from the year of birth unless said."""

    name: str
    phone: str | None = None
    birth_year: int | None = None
    minor: bool | None = None


def register_household(
    *,
    village: str,
    door: str,
    head: Person,
    members: Sequence[Person] = (),
    grid: str | None = None,
    actor: Actor,
    now: datetime,
) -> Household:
    """Enter a household with its head and members, and open its points account.

    Refuses more than 30 people, names and doors that are empty or too long, years of birth that
    can't be, and a grid of another village.
    """
    require(actor, "household.register", village)
    find_village(village)
    if 1 + len(members) > MEMBERS_AT_MOST:
        detail = _("At most %(count)s people in a household", count=MEMBERS_AT_MOST)
        raise Invalid(errors=[FieldError("/members", detail)])
    today = village_day(now)
    check_person(head, "/head", today)
    for index, person in enumerate(members):
        check_person(person, f"/members/{index}", today)
    door = check_name(door, "/door", DOOR_LENGTH)
    check_grid(village, grid)
    ledger.hold([village])
    household = Household(
        village=village,
        number=next_number(village),
        account_code=ledger.open_household(village),
        door=door,
        grid=grid,
        entered_by=actor.person,
        entered_at=now,
    )
    db.session.add(household)
    db.session.flush()
    residents = [new_resident(household, person, actor, now) for person in (head, *members)]
    db.session.add_all(residents)
    db.session.flush()
    household.head_id = residents[0].id
    db.session.flush()
    audit.record(
        actor, audit.Tag.HOUSEHOLD_REGISTERED, village=village, subject=household.id, now=now
    )
    return household


def add_resident(
    *, village: str, household_id: UUID, person: Person, actor: Actor, now: datetime
) -> Resident:
    """Enter one more member of a household; refuses a household that has left or is full."""
    require(actor, "household.register", village)
    household = find_household(village, household_id)
    refuse_departed(household)
    check_person(person, "", village_day(now))
    ledger.hold([village])
    living = select(func.count()).where(
        Resident.household_id == household_id, Resident.left_on.is_(None)
    )
    if db.session.scalar(living) == MEMBERS_AT_MOST:
        raise WrongState(_("At most %(count)s people in a household", count=MEMBERS_AT_MOST))
    resident = new_resident(household, person, actor, now)
    db.session.add(resident)
    db.session.flush()
    audit.record(actor, audit.Tag.RESIDENT_ADDED, village=village, subject=resident.id, now=now)
    return resident


def edit_resident(
    *, village: str, resident_id: UUID, changes: Mapping[str, Any], actor: Actor, now: datetime
) -> Resident:
    """Mend what is entered of a resident: `name`, `phone`, `birth_year`, `minor`, `left_on`.

    Refuses what a new entry refuses, a day of leaving in the future, and that the head leaves
    before another one is named.
    """
    require(actor, "household.register", village)
    resident = get_resident(village, resident_id)
    person = Person(
        name=changes.get("name", resident.name),
        phone=changes.get("phone", resident.phone),
        birth_year=changes.get("birth_year", resident.birth_year),
        minor=changes.get("minor", None if "birth_year" in changes else resident.minor),
    )
    today = village_day(now)
    check_person(person, "", today)
    left_on = changes.get("left_on", resident.left_on)
    refuse_leaving(resident, left_on, today)
    resident.name = person.name.strip()
    resident.pinyin, resident.initials = readings(resident.name)
    resident.phone = person.phone or None
    resident.birth_year = person.birth_year
    resident.minor = is_minor(person, today)
    resident.left_on = left_on
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.RESIDENT_EDITED,
        village=village,
        subject=resident.id,
        now=now,
        details={"changed": sorted(changes)},
    )
    return resident


def edit_household(
    *, village: str, household_id: UUID, changes: Mapping[str, Any], actor: Actor, now: datetime
) -> Household:
    """Mend what is entered of a household: `door`, `grid`, `head_id`, `hide_balance`.

    Refuses what a new entry refuses, and a head who isn't one of its members.
    """
    require(actor, "household.register", village)
    household = find_household(village, household_id)
    refuse_departed(household)
    grid = changes.get("grid", household.grid)
    check_grid(village, grid)
    household.door = check_name(changes.get("door", household.door), "/door", DOOR_LENGTH)
    household.grid = grid
    household.hide_balance = changes.get("hide_balance", household.hide_balance)
    if "head_id" in changes:
        household.head_id = check_head(household, changes["head_id"])
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.HOUSEHOLD_EDITED,
        village=village,
        subject=household.id,
        now=now,
        details={"changed": sorted(changes)},
    )
    return household


def next_number(village: str) -> int:
    """The number that the village's next household gets; read after `hold`."""
    last = db.session.scalar(select(func.max(Household.number)).where(Household.village == village))
    return (last or 0) + 1


def new_resident(household: Household, person: Person, actor: Actor, now: datetime) -> Resident:
    """A member of the household as entered."""
    name = person.name.strip()
    pinyin, initials = readings(name)
    return Resident(
        village=household.village,
        household_id=household.id,
        name=name,
        pinyin=pinyin,
        initials=initials,
        phone=person.phone or None,
        birth_year=person.birth_year,
        minor=is_minor(person, village_day(now)),
        entered_by=actor.person,
        entered_at=now,
    )


def is_minor(person: Person, today: date) -> bool:
    """As entered, else by the year of birth, else no."""
    if person.minor is not None:
        return person.minor
    return person.birth_year is not None and today.year - person.birth_year < ADULT_FROM


def check_person(person: Person, pointer: str, today: date) -> None:
    """Refuse a name that is empty or too long, and a year of birth that can't be."""
    check_name(person.name, f"{pointer}/name", NAME_LENGTH)
    year = person.birth_year
    if year is not None and not 1900 <= year <= today.year:
        detail = _("A year from 1900 to this one")
        raise Invalid(errors=[FieldError(f"{pointer}/birth_year", detail)])


def check_grid(village: str, grid: str | None) -> None:
    """Refuse a grid that isn't one of the village's."""
    found = None if grid is None else db.session.get(Division, grid)
    if grid is not None and (found is None or found.parent != village):
        raise Invalid(errors=[FieldError("/grid", _("This village has no such grid"))])


def check_head(household: Household, resident_id: UUID) -> UUID:
    """The id of a member who can be head; refuses anybody else."""
    head = db.session.get(Resident, resident_id)
    if head is None or head.household_id != household.id or head.left_on is not None:
        raise Invalid(errors=[FieldError("/head_id", _("The head must be a member"))])
    return head.id


def refuse_leaving(resident: Resident, left_on: date | None, today: date) -> None:
    """Refuse a day of leaving that is to come, and the head's leaving."""
    if left_on is None:
        return
    if left_on > today:
        raise Invalid(errors=[FieldError("/left_on", _("This day is still to come"))])
    household = db.session.get_one(Household, resident.household_id)
    if household.head_id == resident.id:
        raise WrongState(_("Name another head of the household first"))


def refuse_departed(household: Household) -> None:
    """Refuse a household that has left the village."""
    if household.departed_on is not None:
        raise WrongState(_("This household has left the village"))
