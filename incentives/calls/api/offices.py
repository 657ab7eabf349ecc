"""Offices by HTTP: which there are, who answers for them, their calls, the limits of the clocks."""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.calls import lists, operations, queries, schemas
from incentives.calls.api.blueprint import blueprint
from incentives.calls.models import Call, Category, Office
from incentives.calls.operations import Answerer
from incentives.calls.operations.offices import managed_office
from incentives.calls.outputs import call_rows, office_rows
from incentives.calls.queries import Limits
from incentives.clock import now
from incentives.errors import NotFound
from incentives.register.queries import find_division
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

OFFICE = "/offices/<uuid:office_id>"
LIMITS = "/divisions/<code>/call-limits"


@blueprint.route("/offices")
@reads(schemas.OfficePage, query=lists.OFFICES.query, permission=None)
def get_offices(query: dict[str, Any]) -> dict[str, Any]:
    """The offices that answer calls at a division and below, for anyone."""
    chosen = queries.offices(query["division"], query["category"])
    found = page(lists.OFFICES.narrow(chosen, query), [Office.division, Office.id], query)
    return {**found, "items": office_rows(found["items"])}


export_api(blueprint, "/offices", get_offices, lists.OFFICES)


@blueprint.route("/offices", methods=["POST"])
@writes(schemas.OfficeOutput, status=201, body=schemas.OfficeInput, permission="office.manage")
def post_office(body: dict[str, Any]) -> dict[str, Any]:
    """Make an office of the county, a township or a village."""
    return office_rows([operations.add_office(actor=current_actor(), now=now(), **body)])[0]


@blueprint.route(OFFICE, methods=["PATCH"])
@writes(schemas.OfficeOutput, body=schemas.OfficeChange, permission="office.manage")
def patch_office(office_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Change an office's name or what it answers for; close it, or open it again."""
    office = operations.change_office(office_id=office_id, actor=current_actor(), now=now(), **body)
    return office_rows([office])[0]


def people_output(office_id: UUID) -> dict[str, Any]:
    """Who answers for an office, by name."""
    found = queries.people_of(office_id)
    names = person_names(each.user_id for each in found)
    return {
        "people": [
            {
                "user_id": each.user_id,
                "name": names.get(each.user_id, ""),
                "is_deputy": each.is_deputy,
            }
            for each in found
        ]
    }


@blueprint.route(f"{OFFICE}/people")
@reads(schemas.OfficePeopleOutput, permission="office.manage")
def get_people(office_id: UUID) -> dict[str, Any]:
    """Who answers for an office, and who stands in."""
    return people_output(managed_office(office_id, current_actor()).id)


@blueprint.route(f"{OFFICE}/people", methods=["PUT"])
@writes(schemas.OfficePeopleOutput, body=schemas.OfficePeopleInput, permission="office.manage")
def put_people(office_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say anew who answers for an office, and who stands in: users with the role `responder`."""
    office = operations.set_office_people(
        office_id=office_id,
        people=[Answerer(**each) for each in body["people"]],
        actor=current_actor(),
        now=now(),
    )
    return people_output(office.id)


@blueprint.route(f"{OFFICE}/calls")
@reads(schemas.CallPage, query=lists.OFFICE_CALLS.query, permission="call.read")
def get_office_calls(office_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """An office's calls, oldest first; `open`: what it has to do, or what is done."""
    actor, office = current_actor(), queries.find_office(office_id)
    reads_all = may(actor, "village_call.read", office.division)
    if not reads_all and not queries.answers_for(actor, office.id):
        raise NotFound()
    chosen = queries.calls_of_office(office.id, is_open=query["open"])
    found = page(lists.OFFICE_CALLS.narrow(chosen, query), [Call.id], query)
    return {**found, "items": call_rows(found["items"])}


export_api(blueprint, f"{OFFICE}/calls", get_office_calls, lists.OFFICE_CALLS)


def limits_output(code: str) -> dict[str, Any]:
    """The limits that hold at a division."""
    held = {each: queries.limits_of(code, each) for each in Category}
    return {"limits": [{"category": each, **vars(limits)} for each, limits in held.items()]}


@blueprint.route(LIMITS)
@reads(schemas.LimitsOutput, permission=None)
def get_limits(code: str) -> dict[str, Any]:
    """In how many minutes each step is due at a division, by category; for anyone."""
    return limits_output(find_division(code).code)


@blueprint.route(LIMITS, methods=["PUT"])
@writes(schemas.LimitsOutput, body=schemas.LimitInput, permission="office.manage")
def put_limit(code: str, body: dict[str, Any]) -> dict[str, Any]:
    """Set in how many minutes each step of a category is due, at a division and below."""
    operations.set_call_limits(
        division=code,
        category=body.pop("category"),
        limits=Limits(**body),
        actor=current_actor(),
        now=now(),
    )
    return limits_output(code)
