"""Tables of the shop: whom it serves, its goods and stock, what went over the counter."""

from incentives.shop.models.goods import Category, Good, GoodPrice
from incentives.shop.models.redemptions import Redemption, RedemptionLine
from incentives.shop.models.refunds import Refund, RefundLine
from incentives.shop.models.shops import Shop, ShopService, StockOwner
from incentives.shop.models.stock import (
    MovementKind,
    Purchase,
    PurchaseLink,
    Stock,
    StockMovement,
    StockMovementLine,
    StockSource,
)
from incentives.shop.models.vouchers import Voucher, VoucherStatus

__all__ = [
    "Category",
    "Good",
    "GoodPrice",
    "MovementKind",
    "Purchase",
    "PurchaseLink",
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
    "Voucher",
    "VoucherStatus",
]
