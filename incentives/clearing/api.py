"""Clearings by HTTP: those of a village, for anyone, and what a household would lose."""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.access.permissions import refuse_others
from incentives.clearing import lists, queries, schemas
from incentives.clearing.models import Clearing
from incentives.clock import now, village_day
from incentives.register.queries import find_household
from incentives.web.api import Blueprint, reads
from incentives.web.cursors import page
from incentives.web.lists import export_api

blueprint = Blueprint("clearing", __name__, url_prefix="/api/v1", description=__doc__)

VILLAGE = "/villages/<village>"


@blueprint.route(f"{VILLAGE}/clearings")
@reads(schemas.ClearingPage, query=lists.CLEARINGS.query, permission=None)
def get_clearings(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's clearings, newest first: when, of how many households, how many points."""
    chosen = lists.CLEARINGS.narrow(queries.clearings(village), query)
    return page(chosen, [Clearing.period_ends_on.desc()], query)


@blueprint.route(f"{VILLAGE}/households/<uuid:household_id>/expiring")
@reads(schemas.ExpiringOutput, permission="statement.read", own=True)
def get_expiring(village: str, household_id: UUID) -> dict[str, Any]:
    """What a household would lose at the next clearing, and until when it can be spent."""
    refuse_others(current_actor(), "statement.read", village, household_id)
    household = find_household(village, household_id)
    found = queries.expiring(village, household.account_code, village_day(now()))
    if found is None:
        return {"points": 0, "period_ends_on": None, "due_on": None}
    return vars(found)


export_api(blueprint, f"{VILLAGE}/clearings", get_clearings, lists.CLEARINGS)
