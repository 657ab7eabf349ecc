"""What terminals without signal hold back of households' points: reserved and released here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert

from incentives.extensions import db
from incentives.ledger.holding import held_heads
from incentives.ledger.models import Allowance
from incentives.ledger.planning import too_few_points
from incentives.ledger.queries import positions


def reserve(
    village: str, lease: UUID, points_by_household: dict[str, int], *, ends_at: datetime
) -> None:
    """Hold back points of these households (8 characters each) for a lease; needs `hold`.

    Refuses more than a household may spend (`insufficient_points`): what all leases hold back of
    it is never more than it owns.
    """
    held_heads([village])
    for household, found in positions(village, list(points_by_household)).items():
        if points_by_household[household] > found.spendable:
            raise too_few_points(points_by_household[household], found.spendable)
    rows = [
        {
            "lease": lease,
            "village": village,
            "account_code": f"h.{household}",
            "points": points,
            "ends_at": ends_at,
        }
        for household, points in points_by_household.items()
    ]
    if rows:
        db.session.execute(insert(Allowance), rows)


def release(village: str, lease: UUID) -> None:
    """Give back what a lease still holds back in a village; needs `hold`.

    Where a household owes that gets points to spend by it, a `debt_payment` belongs into the same
    transaction: who owes owns no more than is held back.
    """
    held_heads([village])
    db.session.execute(
        delete(Allowance).where(Allowance.village == village, Allowance.lease == lease)
    )
