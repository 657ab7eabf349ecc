"""Tables of the shop: whom it serves, goods and stock, what was handed out, what is owed."""

from incentives.shop.models.agreements import Basis, ShopAgreement
from incentives.shop.models.closings import Closing
from incentives.shop.models.goods import Category, Good, GoodPrice
from incentives.shop.models.redemptions import Redemption, RedemptionLine
from incentives.shop.models.refunds import Refund, RefundCause, RefundLine
from incentives.shop.models.settlements import (
    Settlement,
    SettlementLine,
    SettlementReversal,
    SettlementStatus,
    Undone,
)
from incentives.shop.models.shops import VILLAGE_CODE_LENGTH, Shop, ShopService, StockOwner
from incentives.shop.models.stock import (
    MovementKind,
    Purchase,
    PurchaseLink,
    Stock,
    StockMovement,
    StockMovementLine,
    StockSource,
)
from incentives.shop.models.terminals import Terminal, TerminalStatus
from incentives.shop.models.vouchers import Voucher, VoucherStatus

__all__ = [
    "VILLAGE_CODE_LENGTH",
    "Basis",
    "Category",
    "Closing",
    "Good",
    "GoodPrice",
    "MovementKind",
    "Purchase",
    "PurchaseLink",
    "Redemption",
    "RedemptionLine",
    "Refund",
    "RefundCause",
    "RefundLine",
    "Settlement",
    "SettlementLine",
    "SettlementReversal",
    "SettlementStatus",
    "Shop",
    "ShopAgreement",
    "ShopService",
    "Stock",
    "StockMovement",
    "StockMovementLine",
    "StockOwner",
    "StockSource",
    "Terminal",
    "TerminalStatus",
    "Undone",
    "Voucher",
    "VoucherStatus",
]
