"""What points are worth, for anyone."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.shop import queries
from incentives.shop.models import (
    Shop,
)
from incentives.shop.pages.shared import blueprint
from incentives.shop.pages.views import GoodView, good_view
from incentives.web.pages import page, public_place, render

public_place(_("What points are worth"), "/v/{village}/prices", order=20)


@blueprint.get("/v/<village>/prices")
@page(permission=None)
def prices(village: str) -> Any:
    """What the village's households can get for how many points; anyone may read it."""
    listed: dict[UUID, tuple[Shop, list[GoodView]]] = {}
    for good, shelf, shop in queries.goods_for_village(village):
        listed.setdefault(shop.id, (shop, []))[1].append(good_view(good, shelf))
    return render("shop/prices.html", shops=list(listed.values()))
