"""What the shop does, by subject: shops and goods, stock, redemptions, refunds, settlements."""

from incentives.shop.operations.agreements import set_agreement
from incentives.shop.operations.allowing import Item
from incentives.shop.operations.goods import add_good, change_good, open_shop
from incentives.shop.operations.redemptions import Shown, redeem
from incentives.shop.operations.refunds import ReturnedLine, refund_redemption
from incentives.shop.operations.settlements import (
    approve_settlement,
    check_settlement,
    confirm_settlement,
    pay_settlement,
    reverse_settlement,
    submit_settlement,
)
from incentives.shop.operations.stock import StockLine, count_stock, receive_stock, remove_stock

__all__ = [
    "Item",
    "ReturnedLine",
    "Shown",
    "StockLine",
    "add_good",
    "approve_settlement",
    "change_good",
    "check_settlement",
    "confirm_settlement",
    "count_stock",
    "open_shop",
    "pay_settlement",
    "receive_stock",
    "redeem",
    "refund_redemption",
    "remove_stock",
    "reverse_settlement",
    "set_agreement",
    "submit_settlement",
]
