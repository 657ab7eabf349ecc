"""The pages of the shop: the counter, receipts and refunds, stock, goods and the public prices."""

from incentives.shop.pages import counter, goods, month, prices, receipts, stock, vouchers
from incentives.shop.pages.shared import blueprint

__all__ = [
    "blueprint",
    "counter",
    "goods",
    "month",
    "prices",
    "receipts",
    "stock",
    "vouchers",
]
