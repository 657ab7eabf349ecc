"""Who acts: the signed-in member of staff or resident, or the clock."""

from dataclasses import dataclass
from enum import StrEnum
from typing import cast
from uuid import UUID

from incentives.errors import NotSignedIn
from incentives.web.guard import guard


class Role(StrEnum):
    """What somebody is in a division (docs: the table of roles)."""

    ADMINISTRATOR = "administrator"
    OVERSEER = "overseer"
    CADRE = "cadre"
    REVIEWER = "reviewer"
    TREASURER = "treasurer"
    SUPERVISOR = "supervisor"
    SHOPKEEPER = "shopkeeper"
    RESPONDER = "responder"


@dataclass(frozen=True)
class Assignment:
    """A role at a division; it covers everything whose code begins with the division's."""

    role: Role
    division: str

    def covers(self, division: str) -> bool:
        """Whether the division is this one or lies below it."""
        return division.startswith(self.division)


@dataclass(frozen=True)
class Actor:
    """Who acts.

    `person` is the resident where the user is one, else the user: what records keep. `household_id`
    is the actor's own household and `village` where it lives; a resident signed in by card has no
    roles and no user. `terminal_id` is the registered terminal of a shop that the call came from.
    """

    person: UUID
    user_id: UUID | None
    resident_id: UUID | None
    household_id: UUID | None
    name: str
    roles: tuple[Assignment, ...]
    language: str | None = None
    village: str | None = None
    terminal_id: UUID | None = None

    def has_role(self, role: Role, division: str) -> bool:
        """Whether the actor holds that role there or above."""
        return any(held.role == role and held.covers(division) for held in self.roles)

    def is_at_home(self, division: str) -> bool:
        """Whether the actor's own household lives in that village, or its grid."""
        return (
            self.household_id is not None
            and self.village is not None
            and division.startswith(self.village)
        )

    @property
    def is_system(self) -> bool:
        """Whether this is the clock, not a person."""
        return self.person == SYSTEM_PERSON


SYSTEM_PERSON = UUID(int=0)
SYSTEM = Actor(
    person=SYSTEM_PERSON,
    user_id=None,
    resident_id=None,
    household_id=None,
    name="system",
    roles=(),
)


def find_actor() -> Actor | None:
    """Who is signed in, or None for the public."""
    return cast("Actor | None", guard.caller())


def current_actor() -> Actor:
    """Who is signed in; refuses the public."""
    actor = find_actor()
    if actor is None:
        raise NotSignedIn()
    return actor
