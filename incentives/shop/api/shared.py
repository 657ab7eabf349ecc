"""What the shop's calls share: their blueprint, and whose shop a path names."""

from uuid import UUID

from incentives.access.actor import find_actor
from incentives.errors import NotFound
from incentives.shop import queries
from incentives.shop.keeping import at_shop
from incentives.web.api import Blueprint

DESCRIPTION = "Shops: goods, stock, sales, vouchers, settlements, phones, closings."

blueprint = Blueprint("shop", __name__, url_prefix="/api/v1", description=DESCRIPTION)


def division_of_shop(*, shop_id: UUID, **_arguments: object) -> str:
    """The division that a shop belongs to: where its staff need their roles.

    Refuses whoever would be let in by a shop that they keep elsewhere.
    """
    shop, actor = queries.find_shop(shop_id), find_actor()
    if actor is not None:
        left = at_shop(actor, shop).roles
        if left != actor.roles and not any(held.covers(shop.division) for held in left):
            raise NotFound()
    return shop.division
