"""Whose sales and money a shopkeeper reads: their own shops', and of no other in the village."""

from uuid import UUID

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.errors import NotFound
from incentives.shop.keeping import keeps, no_keeper
from incentives.shop.models import Shop
from incentives.shop.queries.shops import shops_of_village


def shops_read_by(actor: Actor, permission: str, village: str) -> list[Shop]:
    """The shops of a village that this person may read about, those that left it too.

    Whoever has the permission as a shopkeeper alone reads of those that they keep.
    """
    shops = shops_of_village(village, also_left=True)
    if reads_all(actor, permission, village):
        return shops
    return [shop for shop in shops if keeps(actor, shop)]


def own_shops(actor: Actor, permission: str, village: str) -> list[UUID] | None:
    """What narrows a list of a village to the shops that this person keeps; None: nothing does."""
    if reads_all(actor, permission, village):
        return None
    return [shop.id for shop in shops_read_by(actor, permission, village)]


def refuse_other_shops(actor: Actor, permission: str, village: str, shop_id: UUID) -> None:
    """Refuse a shopkeeper what is another shop's, as if it weren't there."""
    own = own_shops(actor, permission, village)
    if own is not None and shop_id not in own:
        raise NotFound()


def reads_all(actor: Actor, permission: str, village: str) -> bool:
    """Whether another role than the shopkeeper's lets this person read of all shops there."""
    return may(no_keeper(actor), permission, village)
