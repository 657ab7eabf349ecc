"""The blueprint of the pages of access, and how they name divisions and roles."""

from flask import Blueprint

from incentives.access import queries
from incentives.access.actor import Assignment
from incentives.access.words import ROLES
from incentives.web.languages import in_language

blueprint = Blueprint("access_pages", __name__)


def division_name(choice: queries.DivisionChoice | None) -> str:
    """A division's name in the reader's language."""
    return "" if choice is None else in_language(choice.name_zh, choice.name_en)


def shown_roles(roles: tuple[Assignment, ...]) -> list[tuple[Assignment, str]]:
    """Roles with the names of their divisions."""
    names = queries.known_divisions(held.division for held in roles)
    return [(held, division_name(names.get(held.division))) for held in roles]


def in_words(shown: tuple[Assignment, str]) -> str:
    """A role as people say it: the role and where."""
    held, place = shown
    return f"{ROLES[held.role]} · {place or held.division}"
