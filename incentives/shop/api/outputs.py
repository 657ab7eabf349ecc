"""Rows as answers show them."""

from typing import Any
from uuid import UUID

from incentives import ledger
from incentives.database import columns
from incentives.extensions import db
from incentives.register.models import Household
from incentives.shop import queries
from incentives.shop.models import Good, Redemption, Stock, StockMovement


def good_output(good: Good, stock: Stock) -> dict[str, Any]:
    """A good with what stands on the shelf."""
    return {
        **columns(good),
        "quantity": stock.quantity,
        "count_due": stock.count_due,
        "in_stock": stock.quantity > 0,
    }


def sale_output(sale: queries.Sale) -> dict[str, Any]:
    """A redemption as its receipt tells it."""
    lines = [{**columns(line), "points": line.unit_points * line.quantity} for line in sale.lines]
    return {**columns(sale.redemption), "lines": lines, "refunds": sale.refunds}


def receipt_output(redemption: Redemption) -> dict[str, Any]:
    """The receipt with the household's balance as it now is."""
    return {
        **sale_output(queries.sales([redemption])[0]),
        "balance": balance_of(redemption.village, redemption.household_id),
    }


def balance_of(village: str, household_id: UUID) -> int:
    """What a household owns now, in points."""
    household = db.session.get_one(Household, household_id)
    return ledger.positions(village, [household.account_code])[household.account_code].balance


def movement_outputs(movements: list[StockMovement]) -> list[dict[str, Any]]:
    """Movements with their lines."""
    lines = queries.movement_lines([each.id for each in movements])
    return [{**columns(each), "lines": lines[each.id]} for each in movements]
