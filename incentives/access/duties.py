"""Duties that stay apart whatever roles one holds (docs: the separate duties).

Nobody decides on what they entered nor on their own household, and one person never acts twice
where the rules want two. People are `Actor.person`, so one human's two accounts count as one.
"""

from collections.abc import Iterable
from uuid import UUID

from incentives.access import hooks
from incentives.access.actor import Actor
from incentives.errors import OwnHousehold, OwnRequest, SamePerson


def refuse_own_household(actor: Actor, household_ids: Iterable[UUID | None]) -> None:
    """Refuse a decision on the actor's own household."""
    if actor.household_id is not None and actor.household_id in set(household_ids):
        raise OwnHousehold()


def refuse_own_entry(actor: Actor, *people: UUID | None) -> None:
    """Refuse a decision on what the actor entered; `people` are those who did."""
    if not actor.is_system and actor.person in people:
        raise OwnRequest()


def refuse_same_person(actor: Actor, *people: UUID | None) -> None:
    """Refuse a step that needs another person than those who took the earlier ones."""
    if not actor.is_system and actor.person in people:
        raise SamePerson()


def household_ids_of(*people: UUID | None) -> frozenset[UUID]:
    """The households of those of these people who are residents."""
    found = (hooks.find_household(person) for person in people if person is not None)
    return frozenset(household for household in found if household is not None)
