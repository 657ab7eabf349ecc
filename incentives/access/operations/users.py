"""What an administrator does with users: add, change, deactivate, set a password."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.access import audit, hooks, tokens
from incentives.access.actor import Actor, Assignment, Role
from incentives.access.models import User, UserRole
from incentives.access.operations.signing import place_of
from incentives.access.passwords import check_password_choice, hash_password
from incentives.access.permissions import may, require
from incentives.access.queries import find_user, get_user, known_divisions
from incentives.access.usernames import check_username
from incentives.errors import (
    Duplicate,
    FieldError,
    Invalid,
    NotPermitted,
    OwnRequest,
    WrongState,
)
from incentives.extensions import db
from incentives.texts import refuse_unseen


def add_user(
    *,
    username: str,
    name: str,
    password: str,
    roles: Sequence[Assignment],
    resident_id: UUID | None = None,
    language: str | None = None,
    actor: Actor,
    now: datetime,
) -> User:
    """Add a member of staff with roles, each at a division that the actor administers.

    Refuses a user name that is taken, a name with a letter that nobody sees, a password that is too
    easy, no role at all, roles elsewhere and a resident who isn't of those divisions.
    """
    require(actor, "user.manage", None)
    refuse_unseen(name, "/name")
    held = check_roles(roles, actor)
    check_resident(resident_id, actor)
    folded = check_username(username)
    check_password_choice(password, username=folded)
    if find_user(folded) is not None:
        raise Duplicate(errors=[FieldError("/username", _("This name is taken"))])
    user = User(
        username=folded,
        name=name.strip(),
        password_hash=hash_password(password),
        resident_id=resident_id,
        language=language,
        added_by=actor.person,
        added_at=now,
        roles=[UserRole(role=each.role, division=each.division) for each in held],
    )
    db.session.add(user)
    db.session.flush()
    record(user, audit.Tag.USER_ADDED, actor=actor, now=now, details={"roles": in_words(held)})
    return user


def change_user(*, user_id: UUID, changes: Mapping[str, Any], actor: Actor, now: datetime) -> User:
    """Change a user's `name`, `resident_id`, `language` or `roles` (all of them, anew).

    Refuses a user who holds a role that the actor doesn't administer, roles elsewhere, and that an
    administrator gives up their own administration.
    """
    require(actor, "user.manage", None)
    user = get_user(user_id, actor)
    before = user.assignments
    if "roles" in changes:
        held = check_roles(changes["roles"], actor)
        refuse_giving_up(user, held, actor)
        replace_roles(user, held)
    if "resident_id" in changes:
        check_resident(changes["resident_id"], actor)
        user.resident_id = changes["resident_id"]
    if "name" in changes:
        refuse_unseen(changes["name"], "/name")
        user.name = changes["name"].strip()
    if "language" in changes:
        user.language = changes["language"]
    db.session.flush()
    details: dict[str, Any] = {"changed": sorted(changes)}
    if "roles" in changes:
        details |= {"before": in_words(before), "after": in_words(held)}
    record(user, audit.Tag.USER_CHANGED, actor=actor, now=now, details=details)
    return user


def deactivate_user(*, user_id: UUID, actor: Actor, now: datetime) -> User:
    """Let a user sign in no more, and end their tokens and sessions; their acts stay.

    Refuses the actor's own account and one that is deactivated already.
    """
    require(actor, "user.manage", None)
    user = get_user(user_id, actor)
    if user.id == actor.user_id:
        raise OwnRequest(_("Somebody else must deactivate your own account"))
    if user.deactivated_at is not None:
        raise WrongState(_("This user is deactivated already"))
    user.deactivated_at = now
    user.session_number += 1
    tokens.end_tokens_of_user(user.id)
    record(user, audit.Tag.USER_DEACTIVATED, actor=actor, now=now)
    db.session.flush()
    return user


def set_password(*, user_id: UUID, password: str, actor: Actor, now: datetime) -> User:
    """Give a user another password, which ends their tokens and sessions.

    Refuses a user who holds a role that the actor doesn't administer: with it one could sign in
    as them.
    """
    require(actor, "user.manage", None)
    user = get_user(user_id, actor)
    replace_password(user, password)
    tokens.end_tokens_of_user(user.id)
    record(user, audit.Tag.PASSWORD_CHANGED, actor=actor, now=now)
    db.session.flush()
    return user


def replace_password(user: User, password: str) -> None:
    """Keep another password; older sessions end. Refuses one that is too easy."""
    check_password_choice(password, username=user.username)
    user.password_hash = hash_password(password)
    user.session_number += 1


def check_roles(roles: Sequence[Assignment], actor: Actor) -> list[Assignment]:
    """The roles, each once; refuses none, and one at a division that the actor doesn't administer
    or that doesn't exist."""
    held = list(dict.fromkeys(roles))
    if not held:
        raise Invalid(errors=[FieldError("/roles", _("A user needs at least one role"))])
    if not all(may(actor, "user.manage", each.division) for each in held):
        raise NotPermitted(_("You can give roles only within your own division"))
    known = known_divisions(each.division for each in held)
    bad = [
        FieldError(f"/roles/{place}/division", _("There is no such division"))
        for place, each in enumerate(roles)
        if each.division not in known
    ]
    if bad:
        raise Invalid(errors=bad)
    return held


def check_resident(resident_id: UUID | None, actor: Actor) -> None:
    """Refuse a resident of a village that the actor doesn't administer, as one who isn't there."""
    if resident_id is None:
        return
    _household, village = hooks.find_home(resident_id)
    if village is None or not may(actor, "user.manage", village):
        raise Invalid(errors=[FieldError("/resident_id", _("There is no such resident"))])


def refuse_giving_up(user: User, roles: Sequence[Assignment], actor: Actor) -> None:
    """Refuse that administrators shut themselves out."""
    if user.id != actor.user_id:
        return
    if not any(each.role is Role.ADMINISTRATOR for each in roles):
        raise OwnRequest(_("Somebody else must take your own administration from you"))


def replace_roles(user: User, roles: Sequence[Assignment]) -> None:
    """Hold exactly these roles; those kept stay the same rows."""
    wanted = set(roles)
    for held in list(user.roles):
        kept = Assignment(held.role, held.division)
        if kept in wanted:
            wanted.discard(kept)
        else:
            user.roles.remove(held)
    user.roles += [UserRole(role=each.role, division=each.division) for each in wanted]


def in_words(roles: Sequence[Assignment]) -> list[str]:
    """Roles as the trail keeps them: `cadre 513336101201`."""
    return [f"{each.role} {each.division}" for each in roles]


def record(
    user: User,
    tag: audit.Tag,
    *,
    actor: Actor,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Leave a row of what was done with a user."""
    audit.record(actor, tag, village=place_of(user), subject=user.id, now=now, details=details)
