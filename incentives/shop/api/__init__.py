"""The shop by HTTP: shops, goods, stock, redemptions and refunds."""

from incentives.shop.api import goods, redemptions, shops, stock
from incentives.shop.api.shared import blueprint

__all__ = ["blueprint", "goods", "redemptions", "shops", "stock"]
