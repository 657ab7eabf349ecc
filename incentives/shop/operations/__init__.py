"""What the shop does, by subject: goods, stock, sales, vouchers, settlements, phones, closings."""

from incentives.shop.operations.agreements import set_agreement
from incentives.shop.operations.closings import close_day
from incentives.shop.operations.counter import Item, Shown, by_code, by_scan
from incentives.shop.operations.expiring import expire_vouchers
from incentives.shop.operations.goods import Imported, add_good, change_good, import_goods
from incentives.shop.operations.purchases import link_purchase, unlink_purchase
from incentives.shop.operations.redemptions import Sold, redeem
from incentives.shop.operations.refunds import ReturnedLine, refund_redemption
from incentives.shop.operations.settlements import (
    approve_settlement,
    check_settlement,
    confirm_settlement,
    pay_settlement,
    reverse_settlement,
    submit_settlement,
)
from incentives.shop.operations.shops import leave_village, open_shop, serve_village
from incentives.shop.operations.stock import StockLine, count_stock, receive_stock, remove_stock
from incentives.shop.operations.terminals import (
    Nonce,
    act_at_terminal,
    make_nonce,
    register_terminal,
    reinstate_terminal,
    sign_in_terminal,
    suspend_terminal,
)
from incentives.shop.operations.vouchers import serve_voucher

__all__ = [
    "Imported",
    "Item",
    "Nonce",
    "ReturnedLine",
    "Shown",
    "Sold",
    "StockLine",
    "act_at_terminal",
    "add_good",
    "approve_settlement",
    "by_code",
    "by_scan",
    "change_good",
    "check_settlement",
    "close_day",
    "confirm_settlement",
    "count_stock",
    "expire_vouchers",
    "import_goods",
    "leave_village",
    "link_purchase",
    "make_nonce",
    "open_shop",
    "pay_settlement",
    "receive_stock",
    "redeem",
    "refund_redemption",
    "register_terminal",
    "reinstate_terminal",
    "remove_stock",
    "reverse_settlement",
    "serve_village",
    "serve_voucher",
    "set_agreement",
    "sign_in_terminal",
    "submit_settlement",
    "suspend_terminal",
    "unlink_purchase",
]
