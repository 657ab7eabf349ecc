"""The `Actor` of a user, and of whoever signed in by card."""

from incentives.access import hooks
from incentives.access.actor import Actor
from incentives.access.hooks import CardHolder
from incentives.access.models import Token, User


def actor_of_user(user: User) -> Actor:
    """Who a user is, with their roles and their own household as they stand now."""
    household, village = hooks.find_home(user.resident_id)
    return Actor(
        person=user.person,
        user_id=user.id,
        resident_id=user.resident_id,
        household_id=household,
        name=user.name,
        roles=user.assignments,
        language=user.language,
        village=village,
    )


def actor_of_holder(token: Token) -> Actor:
    """Who a card's holder is: a resident of their household, without any role."""
    return Actor(
        person=token.person,
        user_id=None,
        resident_id=token.resident_id,
        household_id=token.household_id,
        name=token.name or "",
        roles=(),
        language=token.language,
        village=token.village,
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
