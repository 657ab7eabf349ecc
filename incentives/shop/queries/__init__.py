"""What the shop shows: shops and goods, stock, redemptions and receipts."""

from incentives.shop.queries.goods import find_good, goods_for_village, goods_of_shop
from incentives.shop.queries.redemptions import (
    Sale,
    find_redemption,
    redemptions,
    refund_lines,
    sales,
)
from incentives.shop.queries.shops import (
    division_of_shop,
    find_shop,
    serves_village,
    shops_in,
    shops_of_village,
    villages_served,
)
from incentives.shop.queries.stock import movement_lines, movements, shelf_value_fen

__all__ = [
    "Sale",
    "division_of_shop",
    "find_good",
    "find_redemption",
    "find_shop",
    "goods_for_village",
    "goods_of_shop",
    "movement_lines",
    "movements",
    "redemptions",
    "refund_lines",
    "sales",
    "serves_village",
    "shelf_value_fen",
    "shops_in",
    "shops_of_village",
    "villages_served",
]
