"""The way from what a clearing took from a household to an objection to it."""

from datetime import date
from uuid import UUID

from flask import url_for

from incentives.clearing.models import Clearing
from incentives.clearing.queries import Gone, gone
from incentives.clearing.telling import WayToObject
from incentives.clock import now
from incentives.notices import operations, queries
from incentives.notices.pages.shared import writes_for
from incentives.register.models import Household


def objectionable_clearing(home: Household, today: date) -> Gone | None:
    """What was cleared of a household lately, if it can be objected to now."""
    lately = gone(home.village, home.account_code, today)
    if lately and operations.may_object_to_clearing(lately.clearing, home.id, now()):
        return lately
    return None


def way_to_clearing(clearing: Clearing, household_id: UUID, own: bool) -> WayToObject | None:
    """How a household, or staff for it, objects to what a clearing took, or reads that it did."""
    if operations.may_object_to_clearing(clearing, household_id, now()):
        if own:
            url = url_for("notices_pages.new_objection", clearing=clearing.id)
            return WayToObject(url, made=False)
        if writes_for(clearing.village, household_id):
            endpoint = "notices_pages.new_objection_for"
            url = url_for(endpoint, household_id=household_id, clearing=clearing.id)
            return WayToObject(url, made=False)
    elif own and queries.objections_to_clearing(clearing.id, household_id):
        return WayToObject(url_for("notices_pages.list_own"), made=True)
    return None
