"""Rows as answers show them."""

from typing import Any
from uuid import UUID

from incentives import ledger
from incentives.access.queries import person_names
from incentives.clock import now, village_day
from incentives.database import columns
from incentives.extensions import db
from incentives.register.models import Household
from incentives.shop import queries
from incentives.shop.lists import GOODS
from incentives.shop.models import Good, Stock, StockMovement


def good_output(good: Good, stock: Stock, *, points: int | None = None) -> dict[str, Any]:
    """A good with what stands on the shelf; with how many `points` more it needs, where asked."""
    found = {
        **columns(good),
        "quantity": stock.quantity,
        "count_due": stock.count_due,
        "in_stock": good.is_service or stock.quantity > 0,
        "in_season": good.in_season(village_day(now())),
        "low": good.low_at is not None and not good.is_service and stock.quantity <= good.low_at,
    }
    if points is not None:
        found["points_to_go"] = max(0, good.price_points - points)
    return found


def chosen_goods(shop_id: UUID, query: dict[str, Any]) -> list[tuple[Good, Stock]]:
    """A shop's goods with what stands on the shelf, those that the list's filters keep."""
    listed = queries.goods_of_shop(shop_id)
    return [each for each in listed if GOODS.sift([good_output(*each)], query)]


def price_outputs(good_id: UUID) -> list[dict[str, Any]]:
    """What a good was for since when, with who set it."""
    history = queries.price_history([good_id])
    names = person_names(each.set_by for each in history if each.set_by)
    return [
        {**columns(each), "set_by_name": names.get(each.set_by) if each.set_by else None}
        for each in history
    ]


def sale_output(sale: queries.Sale) -> dict[str, Any]:
    """A redemption as its receipt tells it."""
    lines = [{**columns(line), "points": line.unit_points * line.quantity} for line in sale.lines]
    return {
        **columns(sale.redemption),
        "lines": lines,
        "refunds": sale.refunds,
        "vouchers": sale.vouchers,
    }


def receipt_output(sale: queries.Sale, balance: int) -> dict[str, Any]:
    """The receipt with the household's balance as it now is."""
    return {**sale_output(sale), "balance": balance}


def balance_of(village: str, household_id: UUID) -> int:
    """What a household owns now, in points."""
    household = db.session.get_one(Household, household_id)
    return ledger.positions(village, [household.account_code])[household.account_code].balance


def movement_outputs(movements: list[StockMovement]) -> list[dict[str, Any]]:
    """Movements with their lines."""
    lines = queries.movement_lines([each.id for each in movements])
    return [{**columns(each), "lines": lines[each.id]} for each in movements]
