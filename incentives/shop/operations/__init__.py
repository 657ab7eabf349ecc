"""What the shop does, by subject: shops and goods, stock, redemptions, refunds."""

from incentives.shop.operations.allowing import Item, Shown
from incentives.shop.operations.goods import add_good, change_good, open_shop
from incentives.shop.operations.redemptions import redeem
from incentives.shop.operations.refunds import ReturnedLine, refund_redemption
from incentives.shop.operations.stock import StockLine, count_stock, receive_stock, remove_stock

__all__ = [
    "Item",
    "ReturnedLine",
    "Shown",
    "StockLine",
    "add_good",
    "change_good",
    "count_stock",
    "open_shop",
    "receive_stock",
    "redeem",
    "refund_redemption",
    "remove_stock",
]
