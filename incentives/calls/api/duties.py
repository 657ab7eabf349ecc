"""Public duties by HTTP: both ledgers for anyone, one entered by hand, one struck off.

A village's stand under the village, those of a township or the county under the division.
"""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.calls import lists, operations, schemas
from incentives.calls.api.blueprint import blueprint
from incentives.calls.outputs import duty_rows
from incentives.calls.queries.done import done_duties
from incentives.calls.queries.duties import open_duties
from incentives.calls.queries.numbers import period
from incentives.clock import now
from incentives.register.queries import find_division
from incentives.web.api import reads, writes
from incentives.web.lists import export_api

VILLAGE, DIVISION = "/villages/<village>", "/divisions/<code>"
DONE_DAYS = 30


def ledgers(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """Both ledgers of a division and below."""
    found = lists.DUTIES.sift(open_duties(find_division(code).code, now()), query)
    return {"items": [vars(each) for each in found], "next": None}


@blueprint.route(f"{VILLAGE}/duties")
@reads(schemas.LedgerLinePage, query=lists.DUTIES.query, permission=None)
def get_village_duties(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What offices owe a village, on the red and the blue ledger: what is overdue stands first."""
    return ledgers(village, query)


@blueprint.route(f"{DIVISION}/duties")
@reads(schemas.LedgerLinePage, query=lists.DUTIES.query, permission=None)
def get_duties(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """What offices owe a division and the villages below: what is overdue stands first."""
    return ledgers(code, query)


def struck_off(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """What was done at a division and below: in the days asked for, else in the last 30."""
    first, last = period(query["first"], query["last"], now(), days=DONE_DAYS)
    found = done_duties(find_division(code).code, first, last)
    return {"items": [vars(each) for each in lists.DONE_DUTIES.sift(found, query)], "next": None}


@blueprint.route(f"{VILLAGE}/done-duties")
@reads(schemas.DoneLinePage, query=lists.DONE_DUTIES.query, permission=None)
def get_village_done_duties(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What offices owed a village and did, from the last 30 days or others, newest first."""
    return struck_off(village, query)


@blueprint.route(f"{DIVISION}/done-duties")
@reads(schemas.DoneLinePage, query=lists.DONE_DUTIES.query, permission=None)
def get_done_duties(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """What offices owed and did, from the last 30 days or others, newest first."""
    return struck_off(code, query)


for rule, open_ones, done_ones in (
    (VILLAGE, get_village_duties, get_village_done_duties),
    (DIVISION, get_duties, get_done_duties),
):
    export_api(blueprint, f"{rule}/duties", open_ones, lists.DUTIES)
    export_api(blueprint, f"{rule}/done-duties", done_ones, lists.DONE_DUTIES)


def enter(code: str, body: dict[str, Any]) -> dict[str, Any]:
    """Put a duty on a division's ledger."""
    actor = current_actor()
    return duty_rows([operations.enter_duty(division=code, actor=actor, now=now(), **body)])[0]


@blueprint.route(f"{VILLAGE}/duties", methods=["POST"])
@writes(schemas.DutyOutput, status=201, body=schemas.DutyInput, permission="duty.enter")
def post_village_duty(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Put what an office is to do in a village by a day on the public ledger."""
    return enter(village, body)


@blueprint.route(f"{DIVISION}/duties", methods=["POST"])
@writes(schemas.DutyOutput, status=201, body=schemas.DutyInput, permission="duty.enter")
def post_duty(code: str, body: dict[str, Any]) -> dict[str, Any]:
    """Put what an office is to do by a day on the public ledger."""
    return enter(code, body)


def strike_off(code: str, duty_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Strike off a duty of a division."""
    actor = current_actor()
    duty = operations.strike_off_duty(
        division=code, duty_id=duty_id, actor=actor, now=now(), **body
    )
    return duty_rows([duty])[0]


@blueprint.route(f"{VILLAGE}/duties/<uuid:duty_id>/done", methods=["POST"])
@writes(schemas.DutyOutput, body=schemas.DoneInput, permission="duty.do")
def post_village_done(village: str, duty_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Strike off a village's duty that is done, with a note that anyone reads."""
    return strike_off(village, duty_id, body)


@blueprint.route(f"{DIVISION}/duties/<uuid:duty_id>/done", methods=["POST"])
@writes(schemas.DutyOutput, body=schemas.DoneInput, permission="duty.do")
def post_done(code: str, duty_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Strike off a duty that is done, with a note that anyone reads."""
    return strike_off(code, duty_id, body)
