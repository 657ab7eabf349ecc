"""The shop's lists that people narrow and take along: goods, movements, sales, settlements."""

from incentives.shop.lists.counter import CLOSINGS, TERMINALS
from incentives.shop.lists.goods import GOODS, PRICE_HISTORY, PUBLIC_GOODS, STOCK
from incentives.shop.lists.sales import REDEMPTIONS, SETTLEMENTS, SETTLEMENTS_SENT_UP, VOUCHER_LIST
from incentives.shop.lists.shops import AGREEMENTS, OWNERS, SHOPS
from incentives.shop.lists.stock import MOVEMENT_LINES, PURCHASES

__all__ = [
    "AGREEMENTS",
    "CLOSINGS",
    "GOODS",
    "MOVEMENT_LINES",
    "OWNERS",
    "PRICE_HISTORY",
    "PUBLIC_GOODS",
    "PURCHASES",
    "REDEMPTIONS",
    "SETTLEMENTS",
    "SETTLEMENTS_SENT_UP",
    "SHOPS",
    "STOCK",
    "TERMINALS",
    "VOUCHER_LIST",
]
