"""The lists of access that people narrow and take along: users and the audit trail."""

import json
from typing import Any

from flask_babel import lazy_gettext as _

from incentives.access.words import ROLES
from incentives.web.lists import Column, Filter, Kind, Listing, Look, words

STANDING = {"false": _("can sign in"), "true": _("can't sign in")}


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
        Filter("q", _("Name or user name")),
        Filter("role", _("Role"), Look.CHOICE, options=words(ROLES)),
        Filter("deactivated", _("Who"), Look.CHOICE, options=words(STANDING)),
    ],
    named=True,
)

AUDIT = Listing(
    "audit",
    _("Audit trail"),
    columns=[
        Column(_("At"), "at", Kind.INSTANT),
        Column(_("Village"), "village"),
        Column(_("What was done"), "tag"),
        Column(_("By"), "name"),
        Column(_("To what"), "subject"),
        Column(
            _("Details"),
            lambda each: each["details"] and json.dumps(each["details"], ensure_ascii=False),
            Kind.LONG,
        ),
    ],
    named=True,
)
