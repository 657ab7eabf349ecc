"""What is read about users and the audit trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, literal, or_, select

from incentives.access import hooks
from incentives.access.actor import Actor, Role
from incentives.access.models import AuditRow, User, UserRole
from incentives.clock import beginning
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
    code = division_column()
    administered = [
        code.startswith(held.division, autoescape=True)
        for held in actor.roles
        if held.role is Role.ADMINISTRATOR
    ]
    return divisions_where(or_(false(), *administered))


def divisions_where(condition: ColumnElement[bool]) -> dict[str, DivisionChoice]:
    """The divisions that meet a condition, in the order of their codes."""
    table = division_column().table.c
    rows = db.session.execute(
        select(table.code, table.name_zh, table.name_en).where(condition).order_by(table.code)
    )
    return {row.code: DivisionChoice(row.code, row.name_zh, row.name_en) for row in rows}


def person_names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of people (`Actor.person`), those who are not known any more left out."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    names: dict[UUID, str] = {}
    users = db.session.execute(
        select(User.id, User.resident_id, User.name).where(
            or_(User.id.in_(wanted), User.resident_id.in_(wanted))
        )
    )
    for user_id, resident_id, name in users:
        names[user_id] = name
        if resident_id is not None:
            names[resident_id] = name
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


def users_under(
    actor: Actor,
    *,
    q: str | None = None,
    role: Role | None = None,
    deactivated: bool | None = None,
) -> Select[User]:
    """The users whose roles all lie under the divisions that the actor administers.

    By a part of the name or user name, by a role that they hold, those who sign in no more or can.
    """
    chosen = select(User)
    if q:
        named = User.name.contains(q, autoescape=True)
        chosen = chosen.where(or_(named, User.username.contains(q.lower(), autoescape=True)))
    if role is not None:
        chosen = chosen.where(User.roles.any(UserRole.role == role))
    if deactivated is not None:
        gone = User.deactivated_at.is_not(None)
        chosen = chosen.where(gone if deactivated else ~gone)
    if actor.is_system:
        return chosen
    codes = [held.division for held in actor.roles if held.role is Role.ADMINISTRATOR]
    inside = or_(*[UserRole.division.startswith(code, autoescape=True) for code in codes])
    outside = select(UserRole.user_id).where(UserRole.user_id == User.id, ~inside)
    return chosen.where(~outside.exists(), User.roles.any())


def audit_rows(
    division: str,
    *,
    tag: str | None = None,
    person: UUID | None = None,
    subject: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Select[AuditRow]:
    """The audit trail of a division and everything below it, by what, whom, to what and when."""
    chosen = select(AuditRow).where(AuditRow.village.startswith(division, autoescape=True))
    given = {AuditRow.tag: tag, AuditRow.person: person, AuditRow.subject: subject}
    for column, value in given.items():
        if value is not None:
            chosen = chosen.where(column == value)
    if first is not None:
        chosen = chosen.where(AuditRow.at >= beginning(first))
    if last is not None:
        chosen = chosen.where(AuditRow.at < beginning(last + timedelta(days=1)))
    return chosen
