"""The shop's lists as Excel sheets."""

from incentives.shop import lists
from incentives.shop.api.closings import get_closings
from incentives.shop.api.goods import get_goods, get_prices, get_village_goods
from incentives.shop.api.redemptions import get_redemptions
from incentives.shop.api.settlements import get_agreements
from incentives.shop.api.shared import blueprint
from incentives.shop.api.shops import get_shops
from incentives.shop.api.stock import get_purchases, get_stock, get_stock_movements
from incentives.shop.api.terminals import get_terminals
from incentives.shop.api.vouchers import get_vouchers
from incentives.web.lists import export_api

VILLAGE, SHOP = "/villages/<village>", "/shops/<uuid:shop_id>"

export_api(blueprint, f"{VILLAGE}/shops", get_shops, lists.SHOPS)
export_api(blueprint, f"{VILLAGE}/goods", get_village_goods, lists.PUBLIC_GOODS)
export_api(blueprint, f"{SHOP}/goods", get_goods, lists.GOODS)
export_api(blueprint, f"{SHOP}/stock", get_stock, lists.GOODS)
export_api(blueprint, f"{SHOP}/stock-movements", get_stock_movements, lists.MOVEMENT_LINES)
export_api(blueprint, f"{VILLAGE}/redemptions", get_redemptions, lists.REDEMPTIONS)
export_api(blueprint, f"{SHOP}/closings", get_closings, lists.CLOSINGS)
export_api(blueprint, f"{SHOP}/goods/<uuid:good_id>/prices", get_prices, lists.PRICE_HISTORY)
export_api(blueprint, f"{SHOP}/purchases", get_purchases, lists.PURCHASES)
export_api(blueprint, f"{SHOP}/agreements", get_agreements, lists.AGREEMENTS)
export_api(blueprint, f"{SHOP}/terminals", get_terminals, lists.TERMINALS)
export_api(blueprint, f"{VILLAGE}/vouchers", get_vouchers, lists.VOUCHER_LIST)
