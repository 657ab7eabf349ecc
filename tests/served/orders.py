"""What clients ask for: a sale, an income, an award in its two steps."""

from tests.factories import VILLAGE
from tests.served.ground import Ground
from tests.served.order import Order

NO_CAP = "SA04"  # the one rule item of the template that has none


def sale(ground: Ground, key: str, shopper: int = 0, quantity: int = 1) -> Order:
    """Soap for 10 points a piece."""
    body = ground.counter.body(ground.shoppers[shopper], soap=quantity)
    return Order("redemption", "shopkeeper", f"/villages/{VILLAGE}/redemptions", body, key)


def income(ground: Ground, key: str) -> Order:
    """A donation of 5 yuan, under a voucher that is its key."""
    body = {
        "source": "donation",
        "amount_fen": 500,
        "received_on": ground.today.isoformat(),
        "voucher": key,
        "method": "cash",
    }
    return Order("income", "treasurer", f"/villages/{VILLAGE}/fund/income", body, key)


def proposal(ground: Ground, key: str, resident: int = 0) -> Order:
    """An act of rescue, 30 points, with its key for a note."""
    body = {
        "rule_item": NO_CAP,
        "occurred_on": ground.today.isoformat(),
        "resident_id": str(ground.heads[resident]),
        "note": key,
    }
    return Order("proposal", "cadre", f"/villages/{VILLAGE}/awards", body, key)


def approval(award_id: str, key: str) -> Order:
    """An award approved, which posts it."""
    path = f"/villages/{VILLAGE}/awards/{award_id}/review"
    return Order("award", "reviewer", path, {"decision": "approve", "reason": "属实"}, key)
