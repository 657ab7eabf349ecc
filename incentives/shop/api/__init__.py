"""The shop by HTTP: shops, goods, stock, redemptions, refunds, vouchers, settlements."""

from incentives.shop.api import goods, redemptions, settlements, shops, stock, vouchers
from incentives.shop.api.shared import blueprint

__all__ = ["blueprint", "goods", "redemptions", "settlements", "shops", "stock", "vouchers"]
