"""What the rooms below ask of the register: villages, and the household of a person."""

from typing import Any
from uuid import UUID

from incentives.access import hooks
from incentives.access.actor import Actor
from incentives.extensions import db
from incentives.register.forms import POLICY_WORDS
from incentives.register.models import Division, Resident
from incentives.register.queries import residents_by_id, served_villages
from incentives.web.guard import Village, guard
from incentives.web.languages import in_language


def init_app() -> None:
    """Set what `web` and access ask."""
    guard.find_village = find_village
    guard.villages_of = villages_of
    guard.open_villages = open_villages
    hooks.home_of[:] = [home_of]
    hooks.names_of[:] = [names_of]
    if policy_word not in hooks.words_for:
        hooks.words_for.append(policy_word)


def named(division: Division) -> Village:
    """A village under its name in the reader's language."""
    return Village(code=division.code, name=in_language(division.short_name, division.name_en))


def find_village(code: str) -> Village | None:
    """A village that is served here, or None."""
    division = db.session.get(Division, code)
    return None if division is None or division.opened_at is None else named(division)


def open_villages() -> list[Village]:
    """The villages that are served here, by code."""
    return [named(division) for division in served_villages()]


def villages_of(actor: Actor) -> list[Village]:
    """The served villages that the actor's roles cover, and the one of their own household."""
    codes = {held.division for held in actor.roles}
    if actor.village is not None:
        codes.add(actor.village)
    return [
        named(division)
        for division in served_villages()
        if any(division.code.startswith(code) for code in codes)
    ]


def home_of(resident_id: UUID) -> tuple[UUID, str] | None:
    """The household of a resident who lives in the village, and the village; or None."""
    resident = db.session.get(Resident, resident_id)
    if resident is None or resident.left_on is not None:
        return None
    return resident.household_id, resident.village


def names_of(ids: set[UUID]) -> dict[UUID, str]:
    """The names of residents by id, those missing left out."""
    found: dict[UUID, Any] = residents_by_id(list(ids))
    return {each: resident.name for each, resident in found.items()}


def policy_word(code: str) -> str | None:
    """What a policy is called, None for what is none."""
    return str(POLICY_WORDS[code]) if code in POLICY_WORDS else None
