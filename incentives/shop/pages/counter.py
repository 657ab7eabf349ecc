"""The counter: scan a card, tick goods, hand over."""

from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _
from pypinyin import lazy_pinyin

from incentives.access.actor import current_actor
from incentives.clock import now, village_day
from incentives.register.policy import policy_on
from incentives.shop import queries
from incentives.shop.models import Good, Shop, Stock, StockOwner
from incentives.shop.operations.vouchers import AT_MOST
from incentives.shop.pages.shared import blueprint, shop_here
from incentives.shop.words import CATEGORIES
from incentives.web.guard import get_village
from incentives.web.languages import in_language
from incentives.web.pages import nav_item, page, render

nav_item(_("Counter"), "/shop", permission="redemption.make", order=5, of_village=False)


@blueprint.get("/shop")
@page(permission="redemption.make")
def counter() -> Any:
    """The counter: scan a card, tick goods, hand over."""
    shop = shop_here("redemption.make")
    today = village_day(now())
    goods = queries.goods_of_shop(shop.id, on_sale=True, day=today)
    listed = {good.category for good, _stock in goods}
    return render(
        "shop/counter.html",
        shop=shop,
        keeper=current_actor().user_id,
        goods=[tile(good, stock) for good, stock in goods],
        categories=[(code.value, word) for code, word in CATEGORIES.items() if code in listed],
        served=served_by(shop, today),
        receipts_url="/receipts/",
        vouchers_url=queries.voucher_url(""),
    )


def served_by(shop: Shop, day: date) -> dict[str, dict[str, Any]]:
    """The villages whose cards the counter takes, by code: names, and cash by their own policy."""
    served = {}
    for code in queries.villages_served(shop.id):
        policy = policy_on(code, day)
        served[code] = {
            "name": get_village(code).name,
            "cash": policy.cash_top_up and shop.stock_owner is StockOwner.SHOPKEEPER,
            "fen_per_point": policy.fen_per_point,
        }
    return served


def tile(good: Good, stock: Stock) -> dict[str, Any]:
    """A good as the page's script takes it: with 500 of them, only those looked at are drawn."""
    return {
        "id": str(good.id),
        "name": in_language(good.name_zh, good.name_en),
        "points": good.price_points,
        "left": AT_MOST if good.is_service else stock.quantity,
        "category": good.category.value,
        "codes": [each for each in (good.sku, good.barcode) if each],
        "words": pinyin_of(good.name_zh),
        "photo": good.photo_id is not None,
    }


@lru_cache(maxsize=4096)
def pinyin_of(name: str) -> str:
    """The initials and the pinyin of a good's name, to be found by on any keyboard."""
    syllables = lazy_pinyin(name)
    return f"{''.join(each[0] for each in syllables if each)} {''.join(syllables)}"
