"""The shop's lists as Excel sheets."""

from incentives.shop import lists
from incentives.shop.api.goods import get_goods, get_village_goods
from incentives.shop.api.redemptions import get_redemptions
from incentives.shop.api.shared import blueprint
from incentives.shop.api.shops import get_shops
from incentives.shop.api.stock import get_stock, get_stock_movements
from incentives.web.lists import export_api

VILLAGE, SHOP = "/villages/<village>", "/shops/<uuid:shop_id>"

export_api(blueprint, f"{VILLAGE}/shops", get_shops, lists.SHOPS)
export_api(blueprint, f"{VILLAGE}/goods", get_village_goods, lists.PUBLIC_GOODS)
export_api(blueprint, f"{SHOP}/goods", get_goods, lists.GOODS)
export_api(blueprint, f"{SHOP}/stock", get_stock, lists.GOODS)
export_api(blueprint, f"{SHOP}/stock-movements", get_stock_movements, lists.MOVEMENT_LINES)
export_api(blueprint, f"{VILLAGE}/redemptions", get_redemptions, lists.REDEMPTIONS)
