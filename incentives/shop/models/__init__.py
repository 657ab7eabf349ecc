"""Tables of the shop: whom it serves, its goods and stock, what went over the counter."""

from incentives.shop.models.goods import Good
from incentives.shop.models.redemptions import Redemption, RedemptionLine
from incentives.shop.models.refunds import Refund, RefundLine
from incentives.shop.models.shops import Shop, ShopService, StockOwner
from incentives.shop.models.stock import (
    MovementKind,
    Stock,
    StockMovement,
    StockMovementLine,
    StockSource,
)

__all__ = [
    "Good",
    "MovementKind",
    "Redemption",
    "RedemptionLine",
    "Refund",
    "RefundLine",
    "Shop",
    "ShopService",
    "Stock",
    "StockMovement",
    "StockMovementLine",
    "StockOwner",
    "StockSource",
]
