"""The shop by HTTP: shops, goods, stock, redemptions, refunds and vouchers."""

from incentives.shop.api import goods, redemptions, shops, stock, vouchers
from incentives.shop.api.shared import blueprint

__all__ = ["blueprint", "goods", "redemptions", "shops", "stock", "vouchers"]
