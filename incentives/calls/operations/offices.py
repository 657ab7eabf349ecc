"""What an administrator does with offices: make one, change it, say who answers, set the limits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select

from incentives.access import audit
from incentives.access.actor import Actor, Role
from incentives.access.permissions import require
from incentives.access.queries import get_user
from incentives.calls.models import (
    MINUTES_AT_MOST,
    NAME_LENGTH,
    CallLimit,
    Category,
    Office,
    OfficeCategory,
    OfficePerson,
)
from incentives.calls.operations.steps import refuse_names
from incentives.calls.queries import Limits, find_office
from incentives.calls.queries.offices import VILLAGE_CODE
from incentives.errors import Duplicate, FieldError, Invalid, NotFound
from incentives.extensions import db
from incentives.register.queries import find_division
from incentives.texts import check_text, refuse_unseen


@dataclass(frozen=True)
class Answerer:
    """Who answers for an office, or stands in."""

    user_id: UUID
    is_deputy: bool = False


def add_office(
    *,
    division: str,
    name: str,
    categories: Collection[Category],
    actor: Actor,
    now: datetime,
) -> Office:
    """Make an office of a county, township or village, which answers for these categories.

    Refuses a grid, and a name that another office of the division has.
    """
    require(actor, "office.manage", division)
    find_division(division)
    if len(division) > VILLAGE_CODE:
        detail = _("An office is of a village, a township or the county")
        raise Invalid(errors=[FieldError("/division", detail)])
    office = Office(
        division=division, name=check_name(division, name), made_by=actor.person, made_at=now
    )
    db.session.add(office)
    db.session.flush()
    set_categories(office, categories)
    audit.record(actor, audit.Tag.OFFICE_ADDED, village=division, subject=office.id, now=now)
    return office


def change_office(
    *,
    office_id: UUID,
    actor: Actor,
    now: datetime,
    name: str | None = None,
    categories: Collection[Category] | None = None,
    closed: bool | None = None,
) -> Office:
    """Change an office's name or what it answers for, close it or open it again.

    What it has to do stays with it, to be done or handed over. Refuses another office's name.
    """
    office = managed_office(office_id, actor)
    if name is not None and name.strip() != office.name:
        office.name = check_name(office.division, name)
    if categories is not None:
        set_categories(office, categories)
    if closed is not None:
        office.closed_at = (office.closed_at or now) if closed else None
    db.session.flush()
    audit.record(
        actor, audit.Tag.OFFICE_CHANGED, village=office.division, subject=office.id, now=now
    )
    return office


def set_office_people(
    *, office_id: UUID, people: Sequence[Answerer], actor: Actor, now: datetime
) -> Office:
    """Say anew who answers for an office, and who stands in for them.

    Refuses who stands there twice, whom the actor doesn't administer, and who isn't a `responder`
    for the office's division.
    """
    office = managed_office(office_id, actor)
    if len({each.user_id for each in people}) != len(people):
        raise Invalid(errors=[FieldError("/people", _("Somebody stands here twice"))])
    for place, each in enumerate(people):
        refuse_no_responder(office, each.user_id, actor, f"/people/{place}/user_id")
    db.session.execute(delete(OfficePerson).where(OfficePerson.office_id == office.id))
    db.session.add_all(
        OfficePerson(office_id=office.id, user_id=each.user_id, is_deputy=each.is_deputy)
        for each in people
    )
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.OFFICE_PEOPLE_SET,
        village=office.division,
        subject=office.id,
        now=now,
        details={"people": [str(each.user_id) for each in people]},
    )
    return office


def refuse_no_responder(office: Office, user_id: UUID, actor: Actor, pointer: str) -> None:
    """Refuse a user who couldn't take the office's steps."""
    detail = _("This is nobody who answers calls there: give the role first")
    try:
        user = get_user(user_id, actor)
    except NotFound:
        raise Invalid(errors=[FieldError(pointer, detail)]) from None
    held = any(
        each.role is Role.RESPONDER and each.covers(office.division) for each in user.assignments
    )
    if not held or user.deactivated_at is not None:
        raise Invalid(errors=[FieldError(pointer, detail)])


def set_call_limits(
    *, division: str, category: Category, limits: Limits, actor: Actor, now: datetime
) -> CallLimit:
    """Set within how many minutes of being pushed a category's calls are to be accepted, seen to
    on the spot and resolved, here and below; for calls pushed from now on.

    Refuses less than a minute, more than 60 days, and a later step that is due earlier.
    """
    require(actor, "office.manage", division)
    find_division(division)
    minutes = (limits.accept_minutes, limits.on_site_minutes, limits.resolve_minutes)
    if minutes[0] < 1 or minutes[2] > MINUTES_AT_MOST or list(minutes) != sorted(minutes):
        detail = _("Each step has its time, a later one no less than the one before")
        raise Invalid(errors=[FieldError("/accept_minutes", detail)])
    limit = db.session.get(CallLimit, (division, category))
    if limit is None:
        limit = CallLimit(division=division, category=category)
        db.session.add(limit)
    limit.accept_minutes, limit.on_site_minutes, limit.resolve_minutes = minutes
    limit.set_by, limit.set_at = actor.person, now
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.CALL_LIMITS_SET,
        village=division,
        now=now,
        details={"category": category.value, "minutes": list(minutes)},
    )
    return limit


def managed_office(office_id: UUID, actor: Actor) -> Office:
    """An office that the actor administers; refuses others as if they weren't there."""
    require(actor, "office.manage", None)
    office = find_office(office_id)
    require(actor, "office.manage", office.division)
    return office


def check_name(division: str, name: str) -> str:
    """The name without blanks around it; refuses an empty, a too long and a taken one, and one that
    names a villager or has a letter that nobody sees."""
    refuse_unseen(name, "/name")
    name = check_text(name, "/name", NAME_LENGTH)
    refuse_names(division, name, "/name")
    if db.session.scalar(select(Office.id).where(Office.division == division, Office.name == name)):
        raise Duplicate(_("There is an office of that name"))
    return name


def set_categories(office: Office, categories: Collection[Category]) -> None:
    """Say anew what an office answers for."""
    db.session.execute(delete(OfficeCategory).where(OfficeCategory.office_id == office.id))
    db.session.add_all(
        OfficeCategory(office_id=office.id, category=each) for each in set(categories)
    )
    db.session.flush()
