"""Patrols by HTTP: begin, sign in, say what was found, close with the log; a month's view."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.database import columns
from incentives.patrols import operations, queries, schemas, sheets
from incentives.patrols.api.places import stop_output, team_outputs
from incentives.patrols.api.rota import shift_output
from incentives.patrols.api.shared import VILLAGE, blueprint
from incentives.patrols.lists import MONTH, PATROLS
from incentives.patrols.models import Finding, Patrol
from incentives.patrols.months import month_of
from incentives.patrols.operations import Log
from incentives.patrols.own import Own, own_of
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

ONE = f"{VILLAGE}/patrols/<uuid:patrol_id>"


def line_output(line: queries.PatrolLine) -> dict[str, Any]:
    """A patrol with its names and counts."""
    return {
        **columns(line.patrol),
        "team": line.team,
        "route": line.route,
        "leader": line.leader,
        "scans": line.scans,
        "attended": line.attended,
        "findings": line.findings,
    }


def scan_outputs(found: Sequence[queries.ScanView]) -> list[dict[str, Any]]:
    """Scans with their names."""
    return [
        {
            **columns(each.scan),
            "waypoint": each.waypoint,
            "resident": each.resident,
            "signed_by": each.signed_by,
        }
        for each in found
    ]


def whole_output(village: str, patrol_id: UUID) -> dict[str, Any]:
    """A patrol with all that was recorded on it."""
    view = queries.patrol_view(village, patrol_id)
    return {
        **line_output(view.line),
        "begun_by": view.begun_by,
        "ended_by": view.ended_by,
        "scan_list": scan_outputs(view.scans),
        "finding_list": view.findings,
        "attendance": [
            {
                **columns(each.attendance),
                "resident": each.resident,
                "places": each.places,
                "added_by": each.added_by,
            }
            for each in view.attended
        ],
    }


@blueprint.route(f"{VILLAGE}/patrols")
@reads(schemas.PatrolPage, query=PATROLS.query, permission="patrol.read")
def get_patrols(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's patrols, newest first."""
    chosen = PATROLS.narrow(queries.patrols(village), query)
    found = page(chosen, [Patrol.started_at.desc(), Patrol.id.desc()], query)
    lines = queries.patrol_lines(found["items"])
    return {**found, "items": [line_output(each) for each in lines]}


@blueprint.route(f"{VILLAGE}/patrols/own")
@reads(schemas.OwnOutput, permission="patrol.walk", own=True)
def get_own_patrols(village: str) -> dict[str, Any]:
    """What the caller walks: teams, shifts to come with their places, walks that go on, askings."""
    own = own_of(current_actor(), village, now())
    return {
        "teams": team_outputs(own.teams),
        "shifts": [own_shift(own, each) for each in own.shifts],
        "asked": [{"swap": swap, "shift": shift_output(each)} for swap, each in own.asked],
        "walking": [line_output(each) for each in queries.patrol_lines(own.walking)],
    }


def own_shift(own: Own, view: queries.ShiftView) -> dict[str, Any]:
    """A shift of one's own team, with its places in order and what was asked about it."""
    stops = own.stops[view.shift.route_id]
    return {
        **shift_output(view),
        "stops": [stop_output(stop, name) for stop, name in stops],
        "swaps": own.swaps[view.shift.id],
    }


@blueprint.route(f"{VILLAGE}/patrols", methods=["POST"])
@writes(
    schemas.PatrolOutput,
    status=201,
    body=schemas.PatrolInput,
    permission="patrol.walk",
    own=True,
)
def post_patrol(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Begin a walk of a team. Where another phone has begun it, `patrol_id` says which it is."""
    patrol_id = body.pop("id")
    patrol = operations.start_patrol(
        village=village, patrol_id=patrol_id, actor=current_actor(), now=now(), **body
    )
    return line_output(queries.patrol_lines([patrol])[0])


@blueprint.route(ONE)
@reads(schemas.WholePatrolOutput, permission="patrol.read")
def get_patrol(village: str, patrol_id: UUID) -> dict[str, Any]:
    """A patrol with all that was recorded on it."""
    return whole_output(village, patrol_id)


@blueprint.route(f"{ONE}.pdf")
@reads(None, permission="patrol.read", produces="application/pdf")
def get_log_sheet(village: str, patrol_id: UUID) -> Response:
    """A patrol's log on A4."""
    return sheets.log_pdf(village, patrol_id)


@blueprint.route(f"{ONE}/scans", methods=["POST"])
@writes(
    schemas.ScansOutput,
    status=201,
    body=schemas.ScansInput,
    permission="patrol.walk",
    own=True,
)
def post_scans(village: str, patrol_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Sign people in at a place by its sign's code, or the QR's whole text; `refused` are those
    whom it doesn't sign in, with the reason. Where that is everybody, it is an error."""
    signed = operations.record_scans(
        village=village, patrol_id=patrol_id, actor=current_actor(), now=now(), **body
    )
    return {
        "items": scan_outputs(queries.scan_views(signed.scans)),
        "refused": [
            {"resident_id": each, "detail": operations.why(refusal)}
            for each, refusal in signed.refused.items()
        ],
    }


@blueprint.route(f"{ONE}/findings", methods=["POST"])
@writes(
    schemas.FindingOutput,
    status=201,
    body=schemas.FindingInput,
    permission="patrol.walk",
    own=True,
)
def post_finding(village: str, patrol_id: UUID, body: dict[str, Any]) -> Finding:
    """Say what was found; it becomes a call to the office that answers for it."""
    finding_id = body.pop("id")
    return operations.record_finding(
        village=village,
        patrol_id=patrol_id,
        finding_id=finding_id,
        actor=current_actor(),
        now=now(),
        **body,
    )


@blueprint.route(f"{ONE}/closing", methods=["POST"])
@writes(schemas.WholePatrolOutput, body=schemas.ClosingInput, permission="patrol.close", own=True)
def post_closing(village: str, patrol_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """End a walk with its log; an award is proposed for each who attended, and the leader's. Whom
    `attended` names and `attendance` doesn't have doesn't walk with the team."""
    patrol = operations.close_patrol(
        village=village,
        patrol_id=patrol_id,
        log=Log(**body.pop("log")),
        actor=current_actor(),
        now=now(),
        **body,
    )
    return whole_output(village, patrol.id)


@blueprint.route(f"{ONE}/attendance", methods=["POST"])
@writes(schemas.WholePatrolOutput, body=schemas.AttendanceInput, permission="patrol.add")
def post_attendance(village: str, patrol_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Add somebody to the log of a closed patrol, with the reason; their award is proposed."""
    patrol = operations.add_attendance(
        village=village, patrol_id=patrol_id, actor=current_actor(), now=now(), **body
    )
    return whole_output(village, patrol.id)


@blueprint.route(f"{ONE}/cancellation", methods=["POST"])
@writes(
    schemas.WholePatrolOutput,
    body=schemas.CancellationInput,
    permission="patrol.cancel",
    own=True,
)
def post_cancellation(village: str, patrol_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """End a walk that wasn't one, with the reason; it earns nothing."""
    patrol = operations.cancel_patrol(
        village=village, patrol_id=patrol_id, actor=current_actor(), now=now(), **body
    )
    return whole_output(village, patrol.id)


@blueprint.route(f"{VILLAGE}/patrol-month")
@reads(schemas.MonthPage, query=MONTH.query, permission="patrol.read")
def get_patrol_month(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """Who walked in a month (`YYYY-MM`; this one unless said) with which team, how often, when."""
    first, last = month_of(query["month"], now())
    return {"items": queries.month_lines(village, first, last, query["team_id"]), "next": None}


@blueprint.route(f"{VILLAGE}/patrol-month.pdf")
@reads(None, query=MONTH.query, permission="patrol.read", produces="application/pdf")
def get_month_sheet(village: str, query: dict[str, Any]) -> Response:
    """A month on A4: who walked with which team, and each walk of it."""
    return sheets.month_pdf(village, query["month"], query["team_id"], now())


export_api(blueprint, f"{VILLAGE}/patrols", get_patrols, PATROLS)
export_api(blueprint, f"{VILLAGE}/patrol-month", get_patrol_month, MONTH)
