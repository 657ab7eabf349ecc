"""What terminals without signal hold back of households' points: reserved and released here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert

from incentives.extensions import db
from incentives.ledger.holding import held_heads
from incentives.ledger.models import Allowance


def reserve(
    village: str, lease: UUID, points_by_household: dict[str, int], *, ends_at: datetime
) -> None:
    """Hold back points of these households (8 characters each) for a lease; needs `hold`."""
    held_heads([village])
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
    """Give back what a lease still holds back in a village; needs `hold`."""
    held_heads([village])
    db.session.execute(
        delete(Allowance).where(Allowance.village == village, Allowance.lease == lease)
    )
