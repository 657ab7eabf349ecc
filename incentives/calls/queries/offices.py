"""What is read about offices: which there are, who answers for them, what they answer for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import force_locale, gettext
from sqlalchemy import ColumnElement, Select, func, or_, select

from incentives.access.actor import Actor, Role
from incentives.access.models import User, UserRole
from incentives.calls.models import CallLimit, Category, Office, OfficeCategory, OfficePerson
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register.models import COMMITTEES
from incentives.register.queries import divisions_by_code
from incentives.web.languages import LANGUAGES

VILLAGE_CODE = 12


@dataclass(frozen=True)
class Limits:
    """Minutes from being pushed to each step."""

    accept_minutes: int
    on_site_minutes: int
    resolve_minutes: int


HOUR, DAY = 60, 24 * 60
DEFAULTS = {
    Category.HAZARD: Limits(15, HOUR, DAY),
    Category.WATER: Limits(30, 2 * HOUR, DAY),
    Category.POWER: Limits(30, 2 * HOUR, DAY),
    Category.ROAD: Limits(HOUR, 4 * HOUR, 3 * DAY),
    Category.TELECOM: Limits(HOUR, DAY, 3 * DAY),
    Category.DISPUTE: Limits(HOUR, 4 * HOUR, 3 * DAY),
    Category.SANITATION: Limits(2 * HOUR, DAY, 2 * DAY),
    Category.OTHER: Limits(4 * HOUR, DAY, 5 * DAY),
}


def find_office(office_id: UUID) -> Office:
    """An office; refuses what isn't there."""
    office = db.session.get(Office, office_id)
    if office is None:
        raise NotFound()
    return office


def offices(
    division: str | None = None, category: Category | None = None, *, closed: bool = False
) -> Select[Office]:
    """The offices at a division and below it, or those that answer for a category."""
    chosen = select(Office)
    if division is not None:
        chosen = chosen.where(Office.division.startswith(division, autoescape=True))
    if category is not None:
        answering = select(OfficeCategory.office_id).where(OfficeCategory.category == category)
        chosen = chosen.where(Office.id.in_(answering))
    return chosen if closed else chosen.where(Office.closed_at.is_(None))


def divisions_over(division: str) -> list[str]:
    """A division and those that it lies in, the nearest first."""
    return [division[:length] for length in (12, 9, 6) if len(division) >= length]


def offices_over(village: str) -> list[Office]:
    """The offices to which a village's calls may go, the nearest first."""
    found = db.session.scalars(
        select(Office).where(
            Office.division.in_(divisions_over(village)), Office.closed_at.is_(None)
        )
    )
    return sorted(found, key=lambda each: (-len(each.division), each.name))


def answering_over(village: str) -> list[Office]:
    """Those of the offices to which a village's calls may go that have somebody to answer."""
    found = offices_over(village)
    answered = with_somebody(found)
    return [each for each in found if each.id in answered]


def routes_of(village: str) -> dict[Category, Office]:
    """Which office answers for each category: the village's, else the township's, the county's; of
    those that have somebody to answer."""
    over = answering_over(village)
    answering = categories_of(over)
    return {category: office for office in reversed(over) for category in answering[office.id]}


def with_somebody(found: Collection[Office]) -> set[UUID]:
    """Those of these offices that somebody can answer for now."""
    ids = [each.id for each in found]
    return set(db.session.scalars(select(Office.id).where(Office.id.in_(ids), is_answered())))


def is_answered() -> ColumnElement[bool]:
    """Whether somebody can answer for an office now: a person or deputy who is still a responder
    there, or a cadre of the office's own village."""
    held = (
        select(UserRole.user_id)
        .join(User, User.id == UserRole.user_id)
        .where(User.deactivated_at.is_(None))
    )
    responder = held.join(OfficePerson, OfficePerson.user_id == User.id).where(
        OfficePerson.office_id == Office.id,
        UserRole.role == Role.RESPONDER,
        Office.division.startswith(UserRole.division),
    )
    cadre = held.where(
        UserRole.role == Role.CADRE,
        UserRole.division == Office.division,
        func.length(Office.division) == VILLAGE_CODE,
    )
    return or_(responder.correlate(Office).exists(), cadre.correlate(Office).exists())


def office_for(village: str, category: Category) -> Office | None:
    """The office that answers for a category, if there is one."""
    return routes_of(village).get(category)


def limits_of(village: str, category: Category) -> Limits:
    """The limits that hold for a category: the nearest division's, else the usual ones."""
    found = {
        each.division: each
        for each in db.session.scalars(
            select(CallLimit).where(
                CallLimit.division.in_(divisions_over(village)), CallLimit.category == category
            )
        )
    }
    for code in divisions_over(village):
        if code in found:
            held = found[code]
            return Limits(held.accept_minutes, held.on_site_minutes, held.resolve_minutes)
    return DEFAULTS[category]


def offices_by_id(ids: Iterable[UUID | None]) -> dict[UUID, Office]:
    """These offices, those missing left out."""
    wanted = {each for each in ids if each is not None}
    found = db.session.scalars(select(Office).where(Office.id.in_(wanted)))
    return {each.id: each for each in found}


def names_at(division: str, found: Collection[Office]) -> dict[UUID, str]:
    """What these offices are called at a division: one from below it with its place, as every
    village may have a committee."""
    below = {each.division for each in found if len(each.division) > len(division)}
    places = {code: place.short_name for code, place in divisions_by_code(sorted(below)).items()}

    def name_of(office: Office) -> str:
        place = places.get(office.division, "")
        return office.name if office.name.startswith(place) else f"{place} · {office.name}"

    return {each.id: name_of(each) for each in found}


def committees_of(villages: Collection[str]) -> dict[str, Office]:
    """The office of each of these villages that is called its committee, in Chinese as in any
    language, in full or for short, with the place before it or not; where it has one."""
    with force_locale(LANGUAGES["zh-CN"].catalogue):
        names = (gettext("Village committee"), *COMMITTEES)
    called = or_(*(Office.name.endswith(each, autoescape=True) for each in names))
    found = db.session.scalars(select(Office).where(Office.division.in_(villages), called))
    nearest = sorted(found, key=lambda each: (-len(each.name), each.name))
    return {each.division: each for each in nearest}


def categories_of(found: Collection[Office]) -> dict[UUID, list[Category]]:
    """What these offices answer for, in the order of the categories."""
    rows = db.session.execute(
        select(OfficeCategory.office_id, OfficeCategory.category).where(
            OfficeCategory.office_id.in_([each.id for each in found])
        )
    ).all()
    held: dict[UUID, set[Category]] = {each.id: set() for each in found}
    for office_id, category in rows:
        held[office_id].add(category)
    return {key: [each for each in Category if each in value] for key, value in held.items()}


def people_of(office_id: UUID) -> Sequence[OfficePerson]:
    """Who answers for an office, deputies last."""
    return db.session.scalars(
        select(OfficePerson)
        .where(OfficePerson.office_id == office_id)
        .order_by(OfficePerson.is_deputy, OfficePerson.user_id)
    ).all()


def own_offices(actor: Actor) -> Select[Office]:
    """The offices that one answers for: as their person, or as a cadre of that very village."""
    cadre_at = [
        held.division
        for held in actor.roles
        if held.role is Role.CADRE and len(held.division) == VILLAGE_CODE
    ]
    tied = select(OfficePerson.office_id).where(OfficePerson.user_id == actor.user_id)
    return select(Office).where(or_(Office.id.in_(tied), Office.division.in_(cadre_at)))


def answers_for(actor: Actor, office_id: UUID | None) -> bool:
    """Whether one may act for an office; the clock may for all."""
    if actor.is_system:
        return True
    chosen = own_offices(actor).where(Office.id == office_id)
    return db.session.scalar(chosen) is not None
