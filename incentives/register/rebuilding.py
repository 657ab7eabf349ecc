"""What the register enters where the seals know a household or a village that it doesn't."""

from datetime import datetime
from typing import Any

from incentives.access.actor import SYSTEM_PERSON
from incentives.extensions import db
from incentives.register.models import Division, Household
from incentives.register.operations.households import next_number

UNKNOWN_DOOR = "?"


def enter_household(village: str, code: str, now: datetime) -> dict[str, Any]:
    """Enter a household of which only its points account is known; under `hold`.

    Door and people are entered by the cadre. Its number may be another than the one on its card.
    """
    if db.session.get(Division, village) is None:
        return {}
    household = Household(
        village=village,
        number=next_number(village),
        account_code=code,
        door=UNKNOWN_DOOR,
        entered_by=SYSTEM_PERSON,
        entered_at=now,
    )
    db.session.add(household)
    db.session.flush()
    return {"household": str(household.id), "number": household.number}


def serve_village(village: str, at: datetime) -> None:
    """Serve a village again that was opened after the backup."""
    division = db.session.get(Division, village)
    if division is not None and division.opened_at is None:
        division.opened_at = at
        db.session.flush()
