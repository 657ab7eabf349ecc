"""The pages of the shop: counter, receipts, stock, goods, public prices, settlements."""

from incentives.shop.pages import agreements, counter, goods, prices, receipts, settlements, stock
from incentives.shop.pages.shared import blueprint

__all__ = [
    "agreements",
    "blueprint",
    "counter",
    "goods",
    "prices",
    "receipts",
    "settlements",
    "stock",
]
