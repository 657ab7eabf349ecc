"""Who keeps a shop: whoever is a shopkeeper at the shop's own division, and nobody from above.

A township's shopkeeper sells from the township's shop to its villages; the villages' own shops are
none of theirs, though they lie below.
"""

from dataclasses import replace

from incentives.access.actor import Actor, Role
from incentives.access.permissions import may, require
from incentives.shop.models import Shop


def keeps(actor: Actor, shop: Shop) -> bool:
    """Whether this person keeps the shop."""
    return any(
        held.role is Role.SHOPKEEPER and held.division == shop.division for held in actor.roles
    )


def may_at(actor: Actor, permission: str, shop: Shop) -> bool:
    """Whether this person may do something at the shop: as its keeper, or in another role."""
    return may(at_shop(actor, shop), permission, shop.division)


def require_at(actor: Actor, permission: str, shop: Shop) -> None:
    """Refuse what this person may not do at the shop, as `permissions.require` does."""
    require(at_shop(actor, shop), permission, shop.division)


def at_shop(actor: Actor, shop: Shop) -> Actor:
    """The person without the shops that they keep elsewhere."""
    if keeps(actor, shop):
        return actor
    return no_keeper(actor)


def no_keeper(actor: Actor) -> Actor:
    """The person as if they kept no shop."""
    others = tuple(held for held in actor.roles if held.role is not Role.SHOPKEEPER)
    return replace(actor, roles=others)
