"""What the shop's pages share: their blueprint, which shop is meant, and the way to another."""

from uuid import UUID

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from incentives.access.actor import Actor, current_actor
from incentives.errors import NotFound
from incentives.register.answers import named
from incentives.register.queries import divisions_by_code
from incentives.shop import queries
from incentives.shop.keeping import may_at
from incentives.shop.models import Redemption, Settlement, Shop
from incentives.web.guard import Village
from incentives.web.lists import Place
from incentives.web.pages import current_village, go_to_village, of_villages
from incentives.web.pages.shell import page_section

blueprint = Blueprint("shop_pages", __name__)
of_villages.update(redemption_id=Redemption, settlement_id=Settlement)

NO_SHOP = _("No shop serves this village yet")


def place_of_shop(permission: str) -> Place:
    """Where the lists of a shop's pages stand: the shop is in `?shop=`, or the first."""
    return Place(path=lambda: {"shop_id": shop_here(permission).id}, names=("shop",))


def shop_here(permission: str, none: LazyString = NO_SHOP) -> Shop:
    """The shop asked for, else the first that serves the page's village, else the first at all.

    It is one at which the caller has the permission; `none` says that there isn't any. The page's
    village becomes one of the shop's. A shop that serves a village no more comes last there: what
    it sold is still its to answer for.
    """
    asked = request.args.get("shop")
    for shop, village in shops_open(permission):
        if asked is None or str(shop.id) == asked:
            go_to_village(village)
            g.shop_shown = shop
            return shop
    raise NotFound(none)


def shops_open(permission: str) -> list[tuple[Shop, str]]:
    """The shops at which the caller has the permission, with a village of theirs: this one first.

    They are found once a request.
    """
    found: list[tuple[Shop, str]] | None = g.get("shops_open")
    if found is None or g.shops_open_for != permission:
        actor, here = current_actor(), current_village().code
        codes = [each.code for each in g.get("villages", []) if each.code != here]
        found = [
            (shop, village)
            for shop, village in queries.shops_of_villages([here, *codes])
            if may_at(actor, permission, shop)
        ]
        g.shops_open, g.shops_open_for = found, permission
    return found


def other_shops(_actor: Actor, _village: Village) -> str:
    """On top of a shop's pages: the same page of the other shops that the caller has it for."""
    shown: Shop | None = g.get("shop_shown")  # none where another was asked for in vain
    shops: dict[UUID, tuple[Shop, str]] = {}
    for shop, village in g.get("shops_open", []):
        if shown is None or shop.id != shown.id:
            shops.setdefault(shop.id, (shop, village))
    if not shops:
        return ""
    places = divisions_by_code([shop.division for shop, _village in shops.values()])
    others = [
        (f"{named(places[shop.division]).name} · {shop.name}", shop_url(shop, village))
        for shop, village in shops.values()
    ]
    text = render_template("shop/other_shops.html", others=others)
    return Markup(text)  # noqa: S704 -- a template's output


def shop_url(shop: Shop, village: str) -> str:
    """This page of another shop."""
    return url_for(str(request.endpoint), shop=shop.id, village=village)


for address in ("/shop", "/shop/closings", "/shop/terminals", "/stock", "/desk/goods", "/vouchers"):
    page_section(address, other_shops)
