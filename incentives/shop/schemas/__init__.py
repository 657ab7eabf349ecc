"""What the shop's calls take and give."""

from incentives.shop.schemas.goods import (
    GoodChange,
    GoodInput,
    GoodOutput,
    GoodPage,
    PublicGood,
    PublicGoodPage,
)
from incentives.shop.schemas.redemptions import (
    ItemInput,
    PastRedemption,
    PastRefund,
    RedemptionInput,
    RedemptionLineOutput,
    RedemptionOutput,
    RedemptionPage,
    RedemptionQuery,
    RefundInput,
    RefundOutput,
    ReturnedLineInput,
)
from incentives.shop.schemas.shared import LINES, QUANTITY, REASON
from incentives.shop.schemas.shops import ShopInput, ShopOutput, ShopPage
from incentives.shop.schemas.stock import (
    StockLineInput,
    StockMovementInput,
    StockMovementLineOutput,
    StockMovementOutput,
    StockMovementPage,
)

__all__ = [
    "LINES",
    "QUANTITY",
    "REASON",
    "GoodChange",
    "GoodInput",
    "GoodOutput",
    "GoodPage",
    "ItemInput",
    "PastRedemption",
    "PastRefund",
    "PublicGood",
    "PublicGoodPage",
    "RedemptionInput",
    "RedemptionLineOutput",
    "RedemptionOutput",
    "RedemptionPage",
    "RedemptionQuery",
    "RefundInput",
    "RefundOutput",
    "ReturnedLineInput",
    "ShopInput",
    "ShopOutput",
    "ShopPage",
    "StockLineInput",
    "StockMovementInput",
    "StockMovementLineOutput",
    "StockMovementOutput",
    "StockMovementPage",
]
