"""A village's calls by HTTP: report one, send it on, take an office's steps, name its award."""

from typing import Any
from uuid import UUID

from flask import url_for

from incentives.access.actor import Actor, current_actor, find_actor
from incentives.access.limits import reports
from incentives.access.permissions import may
from incentives.calls import lists, operations, queries, schemas
from incentives.calls.api.blueprint import blueprint
from incentives.calls.models import Call, CallSource
from incentives.calls.operations import Report, Reported
from incentives.calls.outputs import call_rows, whole_call
from incentives.clock import now
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

CALLS = "/villages/<village>/calls"
ONE = f"{CALLS}/<uuid:call_id>"
PUBLIC = "/villages/<village>/public-calls"


def caller_here(village: str, source: CallSource) -> Actor | None:
    """Who reports, as far as the village knows them: others report as anyone may."""
    actor = find_actor()
    if actor is None or source is not CallSource.PAGE:
        return actor
    return actor if may(actor, "call.report", village, own=True) else None


def report(village: str, body: dict[str, Any]) -> Reported:
    """Report a call as a form or the API brings it."""
    source = body.pop("source")
    photo = body.pop("photo", None)
    return operations.report_call(
        village=village,
        report=Report(**body, photo=photo.read() if photo else None),
        source=source,
        actor=caller_here(village, source),
        now=now(),
    )


@blueprint.route(CALLS, methods=["POST"])
@reports
@writes(schemas.ReportedOutput, status=201, upload=schemas.CallInput, permission=None, secret=True)
def post_call(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Report what an office is to see to; anyone may. The answer has the caller's link, once."""
    reported = report(village, body)
    follow_url = url_for("calls_pages.follow", secret=reported.secret)
    return {"id": reported.call.id, "status": reported.call.status, "follow_url": follow_url}


@blueprint.route(CALLS)
@reads(schemas.CallPage, query=lists.CALLS.query, permission="call.read")
def get_calls(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's calls, newest first; for an office's people those of their offices."""
    narrowed = lists.CALLS.narrow(queries.calls(village), query)
    chosen = queries.readable_calls(narrowed, village, current_actor())
    found = page(chosen, [Call.id.desc()], query)
    return {**found, "items": call_rows(found["items"])}


export_api(blueprint, CALLS, get_calls, lists.CALLS)


@blueprint.route(PUBLIC)
@reads(schemas.PublicCallPage, query=lists.PUBLIC_CALLS.query, permission=None)
def get_public_calls(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What anyone may know of a village's calls, newest first: never who or what was written."""
    chosen = lists.PUBLIC_CALLS.narrow(queries.public_calls(village), query)
    found = page(chosen, [Call.id.desc()], query)
    return {**found, "items": call_rows(found["items"])}


export_api(blueprint, PUBLIC, get_public_calls, lists.PUBLIC_CALLS)


@blueprint.route(ONE)
@reads(schemas.WholeCallOutput, permission="call.read")
def get_call(village: str, call_id: UUID) -> dict[str, Any]:
    """One call with its steps."""
    actor = current_actor()
    return whole_call(queries.readable_call(village, call_id, actor), actor)


@blueprint.route(f"{ONE}/push", methods=["POST"])
@writes(schemas.WholeCallOutput, body=schemas.PushInput, permission="call.sort")
def post_push(village: str, call_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Send a report to the office that answers for it, or to another."""
    actor = current_actor()
    call = operations.push_call(village=village, call_id=call_id, actor=actor, now=now(), **body)
    return whole_call(call, actor)


@blueprint.route(f"{ONE}/steps", methods=["POST"])
@writes(schemas.WholeCallOutput, upload=schemas.StepInput, permission="call.step")
def post_step(village: str, call_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take an office's step: accept, arrive, resolve, answer, hand_over (with `office_id`).

    `resolve` says that it was as reported, and proposes the points of who reported it by card, if
    not `unfounded`.
    """
    return whole_call(take_step(village, call_id, body), current_actor())


def take_step(village: str, call_id: UUID, body: dict[str, Any]) -> Call:
    """Take a step as a form or the API brings it."""
    photo = body.pop("photo", None)
    return operations.step_call(
        village=village,
        call_id=call_id,
        photo=photo.read() if photo else None,
        actor=current_actor(),
        now=now(),
        **body,
    )


@blueprint.route(f"{ONE}/merge", methods=["POST"])
@writes(schemas.WholeCallOutput, body=schemas.MergeInput, permission="call.sort")
def post_merge(village: str, call_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """End a call that was reported before; its caller follows the other one."""
    actor = current_actor()
    call = operations.merge_call(village=village, call_id=call_id, actor=actor, now=now(), **body)
    return whole_call(call, actor)


@blueprint.route(f"{ONE}/strike", methods=["POST"])
@writes(schemas.WholeCallOutput, body=schemas.StrikeInput, permission="call.sort")
def post_strike(village: str, call_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Answer what is no call with a reason to its caller."""
    actor = current_actor()
    call = operations.strike_call(village=village, call_id=call_id, actor=actor, now=now(), **body)
    return whole_call(call, actor)


@blueprint.route(f"{ONE}/award", methods=["POST"])
@writes(
    schemas.WholeCallOutput, status=201, body=schemas.CallAwardInput, permission="award.propose"
)
def post_award(village: str, call_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Propose the points of a report that proved true and that a cadre was told; once."""
    actor = current_actor()
    call = operations.propose_call_award(
        village=village, call_id=call_id, actor=actor, now=now(), **body
    )
    return whole_call(call, actor)
