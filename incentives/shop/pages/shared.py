"""What the shop's pages share: their blueprint, and which shop is meant."""

from flask import Blueprint, request
from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, current_actor
from incentives.errors import NotFound
from incentives.shop import queries
from incentives.shop.keeping import may_at
from incentives.shop.models import (
    Shop,
)
from incentives.web.lists import Place
from incentives.web.pages import current_village

blueprint = Blueprint("shop_pages", __name__)


def place_of_shop(permission: str) -> Place:
    """Where the lists of a shop's pages stand: the shop is in `?shop=`, or the first."""
    return Place(path=lambda: {"shop_id": shop_here(permission).id}, names=("shop",))


def shop_here(permission: str) -> Shop:
    """The shop that serves the page's village: the one asked for, else the first.

    One that serves it no more comes last: what it sold is still its to answer for.
    """
    actor: Actor = current_actor()
    shops = [
        shop
        for shop in queries.shops_of_village(current_village().code, also_left=True)
        if may_at(actor, permission, shop)
    ]
    asked = request.args.get("shop")
    for shop in shops:
        if asked is None or str(shop.id) == asked:
            return shop
    raise NotFound(_("No shop serves this village yet"))
