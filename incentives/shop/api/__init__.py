"""The shop by HTTP: goods, stock, redemptions, vouchers, settlements, phones, the day's close."""

from incentives.shop.api import (
    closings,
    exports,
    goods,
    redemptions,
    settlements,
    shops,
    stock,
    terminals,
    vouchers,
)
from incentives.shop.api.shared import blueprint

__all__ = [
    "blueprint",
    "closings",
    "exports",
    "goods",
    "redemptions",
    "settlements",
    "shops",
    "stock",
    "terminals",
    "vouchers",
]
