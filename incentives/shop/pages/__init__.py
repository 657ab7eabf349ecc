"""The pages of the shop: counter, receipts, stock, goods, prices, vouchers, settlements, phones."""

from incentives.shop.pages import (
    agreements,
    app,
    closings,
    counter,
    goods,
    month,
    prices,
    receipts,
    settlements,
    shops,
    stock,
    terminals,
    vouchers,
)
from incentives.shop.pages.shared import blueprint

__all__ = [
    "agreements",
    "app",
    "blueprint",
    "closings",
    "counter",
    "goods",
    "month",
    "prices",
    "receipts",
    "settlements",
    "shops",
    "stock",
    "terminals",
    "vouchers",
]
