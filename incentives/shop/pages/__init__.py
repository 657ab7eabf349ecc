"""The pages of the shop: counter, receipts, stock, goods, prices, vouchers, settlements."""

from incentives.shop.pages import (
    agreements,
    counter,
    goods,
    month,
    prices,
    receipts,
    settlements,
    stock,
    vouchers,
)
from incentives.shop.pages.shared import blueprint

__all__ = [
    "agreements",
    "blueprint",
    "counter",
    "goods",
    "month",
    "prices",
    "receipts",
    "settlements",
    "stock",
    "vouchers",
]
