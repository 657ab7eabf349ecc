"""What the pages of notices share."""

from uuid import UUID

from flask import Blueprint

from incentives.access.actor import find_actor
from incentives.access.permissions import may
from incentives.notices.models import Objection
from incentives.web.pages import of_villages

blueprint = Blueprint("notices_pages", __name__)
of_villages.update(objection_id=Objection)

FOUND_AT_MOST = 20


def writes_for(village: str, household_id: UUID) -> bool:
    """Whether the reader may write down objections for a household: for any but their own."""
    actor = find_actor()
    if actor is None or actor.household_id == household_id:
        return False
    return may(actor, "objection.make", village)
