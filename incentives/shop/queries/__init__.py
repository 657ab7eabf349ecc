"""What the shop shows: shops and goods, stock, redemptions and receipts."""

from incentives.shop.queries.closings import (
    Day,
    Totals,
    closings_of_shop,
    day_of,
    find_closing,
    open_totals,
)
from incentives.shop.queries.goods import (
    count_low,
    find_good,
    goods_for_village,
    goods_of_shop,
    low_goods,
    price_history,
)
from incentives.shop.queries.month import MonthLine, MonthSheet, month_sheet
from incentives.shop.queries.purchases import (
    Payment,
    payments_for_goods,
    sums_of_movements,
    unlinked_purchases,
)
from incentives.shop.queries.reading import own_shops, refuse_other_shops, shops_read_by
from incentives.shop.queries.redemptions import (
    Sale,
    find_redemption,
    new_sale,
    redemptions,
    refund_lines,
    sales,
)
from incentives.shop.queries.shops import (
    find_shop,
    serves_village,
    shops_in,
    shops_near,
    shops_of_village,
    shops_of_villages,
    villages_ever_served,
    villages_served,
)
from incentives.shop.queries.stock import (
    handed_out_fen,
    movement_lines,
    movements,
    shelf_value_fen,
)
from incentives.shop.queries.terminals import find_terminal, join_terminal, terminals_of_shop
from incentives.shop.queries.vouchers import find_voucher, voucher_url, vouchers, vouchers_of_sales

__all__ = [
    "Day",
    "MonthLine",
    "MonthSheet",
    "Payment",
    "Sale",
    "Totals",
    "closings_of_shop",
    "count_low",
    "day_of",
    "find_closing",
    "find_good",
    "find_redemption",
    "find_shop",
    "find_terminal",
    "find_voucher",
    "goods_for_village",
    "goods_of_shop",
    "handed_out_fen",
    "join_terminal",
    "low_goods",
    "month_sheet",
    "movement_lines",
    "movements",
    "new_sale",
    "open_totals",
    "own_shops",
    "payments_for_goods",
    "price_history",
    "redemptions",
    "refund_lines",
    "refuse_other_shops",
    "sales",
    "serves_village",
    "shelf_value_fen",
    "shops_in",
    "shops_near",
    "shops_of_village",
    "shops_of_villages",
    "shops_read_by",
    "sums_of_movements",
    "terminals_of_shop",
    "unlinked_purchases",
    "villages_ever_served",
    "villages_served",
    "voucher_url",
    "vouchers",
    "vouchers_of_sales",
]
