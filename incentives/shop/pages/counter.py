"""The counter: scan a card, tick goods, hand over."""

from typing import Any

from flask_babel import lazy_gettext as _

from incentives.clock import now, village_day
from incentives.register.policy import policy_on
from incentives.shop import queries
from incentives.shop.models import (
    StockOwner,
)
from incentives.shop.pages.shared import blueprint, shop_here
from incentives.shop.pages.views import good_view
from incentives.web.pages import current_village, nav_item, page, render

nav_item(_("Counter"), "/shop", permission="redemption.make", order=5)


@blueprint.get("/shop")
@page(permission="redemption.make")
def counter() -> Any:
    """The counter: scan a card, tick goods, hand over."""
    shop = shop_here("redemption.make")
    village = current_village().code
    today = village_day(now())
    policy = policy_on(village, today)
    goods = queries.goods_of_shop(shop.id, on_sale=True, day=today)
    return render(
        "shop/counter.html",
        shop=shop,
        goods=[good_view(good, stock) for good, stock in goods],
        policy=policy,
        cash_top_up=policy.cash_top_up and shop.stock_owner is StockOwner.SHOPKEEPER,
        receipts_url="/receipts/",
    )
