"""Duties that stay apart whatever roles one holds (docs: the separate duties).

Nobody decides on what they entered nor on their own household, and one person never acts twice
where the rules want two. People are `Actor.person`, so one human's two accounts count as one.
"""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.access import hooks
from incentives.access.actor import Actor, Role
from incentives.errors import NotPermitted, OwnHousehold, OwnRequest, SamePerson


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


def is_second(actor: Actor, first: UUID | None) -> bool:
    """Whether the actor can stand beside the first: another person, of another household."""
    if actor.person == first:
        return False
    return actor.household_id is None or actor.household_id not in household_ids_of(first)


def household_ids_of(*people: UUID | None) -> frozenset[UUID]:
    """The households of those of these people who are residents."""
    found = (hooks.find_home(person)[0] for person in people)
    return frozenset(household for household in found if household is not None)


def decides_here(actor: Actor, role: Role, village: str) -> bool:
    """Whether the actor holds a role in the village itself, or is the clock."""
    return actor.is_system or any(
        held.role is role and held.division == village for held in actor.roles
    )


def refuse_from_above(actor: Actor, role: Role, village: str, *, too_small: bool) -> None:
    """Refuse the township what a village can decide itself (duty 4).

    `role` is the village's that decides; `too_small` says that too few of the village may
    (`register.deciders`).
    """
    if not too_small and not decides_here(actor, role, village):
        raise NotPermitted(_("The village decides this itself: it has enough people who may"))
