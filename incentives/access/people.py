"""The `Actor` of a user, and of whoever signed in by card."""

from uuid import UUID

from incentives.access import hooks
from incentives.access.actor import Actor, Assignment
from incentives.access.hooks import CardHolder
from incentives.access.models import User


def actor_of_user(user: User) -> Actor:
    """Who a user is, with their roles and their own household as they stand now."""
    return user_actor(
        user.id, user.name, user.resident_id, language=user.language, roles=user.assignments
    )


def user_actor(
    user_id: UUID,
    name: str,
    resident_id: UUID | None,
    *,
    language: str | None,
    roles: tuple[Assignment, ...],
) -> Actor:
    """The actor of a user of whom this is known; their household is asked for."""
    household, village = hooks.find_home(resident_id)
    return Actor(
        person=resident_id or user_id,
        user_id=user_id,
        resident_id=resident_id,
        household_id=household,
        name=name,
        roles=roles,
        language=language,
        village=village,
    )


def holder_actor(holder: CardHolder) -> Actor:
    """Who a card's holder is, just signed in."""
    return Actor(
        person=holder.person,
        user_id=None,
        resident_id=holder.resident_id,
        household_id=holder.household_id,
        name=holder.name,
        roles=(),
        village=holder.village,
    )
