"""The lists of access that people narrow and take along: users and the audit trail."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields

from incentives.access.actor import Actor, current_actor
from incentives.access.details import details_said
from incentives.access.models import AuditRow, User, UserRole
from incentives.access.permissions import may
from incentives.access.queries import by_people_named, divisions_below
from incentives.access.schemas import DIVISION
from incentives.access.tags import TAGS
from incentives.access.words import ROLES
from incentives.web.lists import (
    Column,
    Kind,
    Listing,
    choice,
    days,
    hidden,
    is_there,
    search,
)


def a_division(**given: Any) -> fields.String:
    """The code of a division."""
    return fields.String(validate=DIVISION, **given)


def roles_in_words(user: Any) -> str:
    """A user's roles, each with the code of its division."""
    return ", ".join(f"{ROLES[held.role]} {held.division}" for held in user.assignments)


USERS = Listing(
    "users",
    _("Users"),
    columns=[
        Column(_("Name"), "name"),
        Column(_("User name"), "username"),
        Column(_("Roles"), roles_in_words, Kind.LONG),
        Column(_("Added at"), "added_at", Kind.INSTANT),
        Column(_("Signs in no more since"), "deactivated_at", Kind.INSTANT),
    ],
    filters=[
        search(_("Name or user name"), User.name, User.username),
        replace(
            choice("role", _("Role"), ROLES),
            where=lambda value: User.roles.any(UserRole.role == value),
        ),
        is_there("deactivated", _("Signs in no more"), User.deactivated_at),
    ],
    named=True,
)


def trails_of(actor: Actor) -> list[str]:
    """The divisions whose trail somebody reads."""
    return sorted(
        {held.division for held in actor.roles if may(actor, "audit.read", held.division)}
    )


def where_options() -> list[tuple[str, str]]:
    """The divisions whose trail the reader may narrow to."""
    found = divisions_below(trails_of(current_actor())).values()
    return [(each.code, each.name_zh) for each in found]


AUDIT = Listing(
    "audit",
    _("Audit trail"),
    columns=[
        Column(_("At"), "at", Kind.INSTANT),
        Column(_("What was done"), lambda each: TAGS.get(each["tag"], each["tag"]), Kind.LONG),
        Column(_("By"), "name"),
        Column(_("Village"), "village"),
        Column(_("To what"), "subject"),
        Column(_("Details"), details_said, Kind.LONG),
    ],
    filters=[
        replace(search(_("Who"), name="who"), where=by_people_named),
        choice("tag", _("What was done"), TAGS, AuditRow.tag),
        choice("village", _("Where"), where_options, field=a_division),
        *days(AuditRow.at),
        hidden("person", _("One person"), AuditRow.person),
        hidden("subject", _("One record"), AuditRow.subject),
    ],
    named=True,
)
