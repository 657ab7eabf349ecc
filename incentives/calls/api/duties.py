"""Public duties by HTTP: both ledgers for anyone, one entered by hand, one struck off."""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.calls import lists, operations, schemas
from incentives.calls.api.blueprint import blueprint
from incentives.calls.models import Duty
from incentives.calls.outputs import duty_rows
from incentives.calls.queries.duties import done_duties, open_duties
from incentives.clock import now
from incentives.register.queries import find_division
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

DUTIES = "/divisions/<code>/duties"
DONE = "/divisions/<code>/done-duties"


@blueprint.route(DUTIES)
@reads(schemas.LedgerLinePage, query=lists.DUTIES.query, permission=None)
def get_duties(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """What offices are still to do at a division and below: what is overdue stands first."""
    found = open_duties(find_division(code).code, now())
    items = [vars(each) for each in found]
    return {"items": lists.DUTIES.sift(items, query), "next": None}


export_api(blueprint, DUTIES, get_duties, lists.DUTIES)


@blueprint.route(DONE)
@reads(schemas.DoneDutyPage, query=lists.DONE_DUTIES.query, permission=None)
def get_done_duties(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """The duties that were entered by hand and are struck off, newest first."""
    chosen = lists.DONE_DUTIES.narrow(done_duties(find_division(code).code), query)
    found = page(chosen, [Duty.id.desc()], query)
    return {**found, "items": duty_rows(found["items"])}


export_api(blueprint, DONE, get_done_duties, lists.DONE_DUTIES)


@blueprint.route(DUTIES, methods=["POST"])
@writes(schemas.DoneDutyOutput, status=201, body=schemas.DutyInput, permission="duty.enter")
def post_duty(code: str, body: dict[str, Any]) -> dict[str, Any]:
    """Put what an office is to do by a day on the public ledger."""
    actor = current_actor()
    return duty_rows([operations.enter_duty(division=code, actor=actor, now=now(), **body)])[0]


@blueprint.route(f"{DUTIES}/<uuid:duty_id>/done", methods=["POST"])
@writes(schemas.DoneDutyOutput, body=schemas.DoneInput, permission="duty.do")
def post_done(code: str, duty_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Strike off a duty that is done, with a note that anyone reads."""
    actor = current_actor()
    duty = operations.strike_off_duty(
        division=code, duty_id=duty_id, actor=actor, now=now(), **body
    )
    return duty_rows([duty])[0]
