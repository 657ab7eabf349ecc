"""What the shop does, by subject: goods, stock, redemptions, refunds, vouchers, settlements."""

from incentives.shop.operations.agreements import set_agreement
from incentives.shop.operations.allowing import Item, Shown
from incentives.shop.operations.expiring import expire_vouchers
from incentives.shop.operations.goods import add_good, change_good
from incentives.shop.operations.purchases import link_purchase, unlink_purchase
from incentives.shop.operations.redemptions import redeem
from incentives.shop.operations.refunds import ReturnedLine, refund_redemption
from incentives.shop.operations.settlements import (
    approve_settlement,
    check_settlement,
    confirm_settlement,
    pay_settlement,
    reverse_settlement,
    submit_settlement,
)
from incentives.shop.operations.shops import open_shop
from incentives.shop.operations.stock import StockLine, count_stock, receive_stock, remove_stock
from incentives.shop.operations.vouchers import serve_voucher

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
    "expire_vouchers",
    "link_purchase",
    "open_shop",
    "pay_settlement",
    "receive_stock",
    "redeem",
    "refund_redemption",
    "remove_stock",
    "reverse_settlement",
    "serve_voucher",
    "set_agreement",
    "submit_settlement",
    "unlink_purchase",
]
