"""What is read about users and the audit trail."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, literal, or_, select

from incentives.access import hooks
from incentives.access.actor import Actor, Role
from incentives.access.audit import Tag
from incentives.access.models import AuditRow, User, UserRole
from incentives.errors import NotFound
from incentives.extensions import db


@dataclass(frozen=True)
class DivisionChoice:
    """A division in which a role can be given."""

    code: str
    name_zh: str
    name_en: str | None


def division_column() -> Any:
    """The code of the table of divisions, which the register, a room above, owns."""
    (key,) = UserRole.__table__.c.division.foreign_keys
    return key.column


def known_divisions(codes: Iterable[str]) -> dict[str, DivisionChoice]:
    """Those of these codes that are divisions."""
    return divisions_where(division_column().in_(list(codes)))


def divisions_under(actor: Actor) -> dict[str, DivisionChoice]:
    """The divisions that the actor administers, by code."""
    held = [each.division for each in actor.roles if each.role is Role.ADMINISTRATOR]
    return divisions_below(held)


def divisions_below(codes: Iterable[str]) -> dict[str, DivisionChoice]:
    """These divisions and those below them, by code."""
    column = division_column()
    below = [column.startswith(code, autoescape=True) for code in codes]
    return divisions_where(or_(false(), *below))


def divisions_where(condition: ColumnElement[bool]) -> dict[str, DivisionChoice]:
    """The divisions that meet a condition, in the order of their codes."""
    table = division_column().table.c
    rows = db.session.execute(
        select(table.code, table.name_zh, table.name_en).where(condition).order_by(table.code)
    )
    return {row.code: DivisionChoice(row.code, row.name_zh, row.name_en) for row in rows}


def person_names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of people (`Actor.person`), those who are not known any more left out.

    Who has several accounts is named as in the oldest: a later one renames nobody in old lines.
    """
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    names: dict[UUID, str] = {}
    users = db.session.execute(
        select(User.id, User.resident_id, User.name)
        .where(or_(User.id.in_(wanted), User.resident_id.in_(wanted)))
        .order_by(User.added_at, User.id)
    )
    for user_id, resident_id, name in users:
        names[user_id] = name
        if resident_id is not None:
            names.setdefault(resident_id, name)
    missing = wanted - names.keys()
    if missing and hooks.names_of:
        names |= hooks.names_of[-1](missing)
    return {person: name for person, name in names.items() if person in wanted}


def people_with_role(role: Role, division: str) -> set[UUID]:
    """Who holds a role in a division or above it (`Actor.person`), by an account in use."""
    rows = db.session.execute(
        select(User.id, User.resident_id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(
            UserRole.role == role,
            literal(division).startswith(UserRole.division),
            User.deactivated_at.is_(None),
        )
    )
    return {resident_id or user_id for user_id, resident_id in rows}


def find_user(username: str) -> User | None:
    """The user with that folded name, or None."""
    return db.session.scalar(select(User).where(User.username == username))


def get_user(user_id: UUID, actor: Actor) -> User:
    """A user all of whose roles lie under a division that the actor administers; refuses others."""
    user = db.session.get(User, user_id)
    if user is None or not is_under(user, actor):
        raise NotFound()
    return user


def is_under(user: User, actor: Actor) -> bool:
    """Whether the actor administers every division in which the user holds a role."""
    return actor.is_system or all(
        actor.has_role(Role.ADMINISTRATOR, held.division) for held in user.roles
    )


def users_under(actor: Actor) -> Select[User]:
    """The users whose roles all lie under the divisions that the actor administers."""
    chosen = select(User)
    if actor.is_system:
        return chosen
    codes = [held.division for held in actor.roles if held.role is Role.ADMINISTRATOR]
    inside = or_(*[UserRole.division.startswith(code, autoescape=True) for code in codes])
    outside = select(UserRole.user_id).where(UserRole.user_id == User.id, ~inside)
    return chosen.where(~outside.exists(), User.roles.any())


def is_making(subjects: Collection[UUID]) -> ColumnElement[bool]:
    """Whether a row says who made one of these records (objections)."""
    made = AuditRow.tag == Tag.OBJECTION_MADE.value
    return and_(made, AuditRow.subject.in_(subjects))


def is_card_sign_in() -> ColumnElement[bool]:
    """Whether a row says that a resident signed in by card."""
    return and_(AuditRow.tag == Tag.SIGNED_IN.value, AuditRow.subject.is_(None))


def audit_rows(divisions: Iterable[str]) -> Select[AuditRow]:
    """The audit trail of these divisions and everything below them."""
    below = [AuditRow.village.startswith(code, autoescape=True) for code in divisions]
    return select(AuditRow).where(or_(false(), *below))


def by_people_named(part: str) -> ColumnElement[bool]:
    """The condition for what users with a name like this did."""
    named = User.name.icontains(part, autoescape=True)
    users = select(User.id).where(named)
    residents = select(User.resident_id).where(named, User.resident_id.is_not(None))
    return or_(AuditRow.person.in_(users), AuditRow.person.in_(residents))
