"""The rota by HTTP: shifts, exceptions, and swaps with consent."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select

from incentives.access.actor import current_actor
from incentives.clock import now, village_day
from incentives.database import columns
from incentives.patrols import operations, queries, schemas
from incentives.patrols.api.shared import VILLAGE, blueprint
from incentives.patrols.lists import SHIFTS, SHIFTS_BELOW
from incentives.patrols.models import Shift, ShiftSwap
from incentives.patrols.operations import Plan
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

ONE = f"{VILLAGE}/shifts/<uuid:shift_id>"


def shift_output(view: queries.ShiftView) -> dict[str, Any]:
    """A shift with names and outcome."""
    return {
        **columns(view.shift),
        "team": view.team,
        "route": view.route,
        "people": view.people,
        "outcome": view.outcome,
        "patrol_id": view.patrol_id,
    }


def outputs(found: list[Shift]) -> list[dict[str, Any]]:
    """Shifts with names and outcomes."""
    return [shift_output(each) for each in queries.shift_views(found, now())]


def from_today(code: str, query: dict[str, Any]) -> Select[Shift]:
    """The shifts of a village, or of those below a division, that a query asks for.

    Without days it is those from today on.
    """
    first = query["first"]
    if first is None and query["last"] is None:
        first = village_day(now())
    return queries.shifts(code, team_id=query["team_id"], first=first, last=query["last"])


@blueprint.route(f"{VILLAGE}/shifts")
@reads(schemas.ShiftPage, query=SHIFTS.query, permission="patrol.read")
def get_shifts(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's shifts, the first to come first; without days, from today on."""
    found = page(from_today(village, query), [Shift.starts_at, Shift.id], query)
    return {**found, "items": outputs(found["items"])}


@blueprint.route(f"{VILLAGE}/shifts", methods=["POST"])
@writes(schemas.ShiftList, status=201, body=schemas.ShiftsInput, permission="patrol.plan")
def post_shifts(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Put a team's shifts on the calendar: on these weekdays, from one day to another."""
    plan = Plan(**body)
    made = operations.plan_shifts(village=village, plan=plan, actor=current_actor(), now=now())
    return {"items": outputs(made)}


@blueprint.route(f"{ONE}/cancellation", methods=["POST"])
@writes(schemas.ShiftOutput, body=schemas.CancelShiftInput, permission="patrol.plan")
def post_shift_cancellation(village: str, shift_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take a shift off the calendar, with the reason; with `following` the rest of its series."""
    cancelled = operations.cancel_shift(
        village=village, shift_id=shift_id, actor=current_actor(), now=now(), **body
    )
    return outputs(cancelled[:1])[0]


@blueprint.route(f"{ONE}/swaps", methods=["POST"])
@writes(
    schemas.SwapOutput,
    status=201,
    body=schemas.SwapInput,
    permission="patrol.walk",
    own=True,
)
def post_swap(village: str, shift_id: UUID, body: dict[str, Any]) -> ShiftSwap:
    """Ask somebody to walk a shift for a member."""
    return operations.ask_swap(
        village=village, shift_id=shift_id, actor=current_actor(), now=now(), **body
    )


@blueprint.route(f"{VILLAGE}/swaps/<uuid:swap_id>/answer", methods=["POST"])
@writes(schemas.SwapOutput, body=schemas.AnswerInput, permission="patrol.walk", own=True)
def post_swap_answer(village: str, swap_id: UUID, body: dict[str, Any]) -> ShiftSwap:
    """Say yes or no to walking for another."""
    return operations.answer_swap(
        village=village, swap_id=swap_id, actor=current_actor(), now=now(), **body
    )


@blueprint.route("/divisions/<code>/shifts")
@reads(schemas.ShiftPage, query=SHIFTS_BELOW.query, permission="overview.read")
def get_shifts_below(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """Who walks when in all villages of a division, the first to come first."""
    found = page(from_today(code, query), [Shift.starts_at, Shift.id], query)
    return {**found, "items": outputs(found["items"])}


export_api(blueprint, f"{VILLAGE}/shifts", get_shifts, SHIFTS)
export_api(blueprint, "/divisions/<code>/shifts", get_shifts_below, SHIFTS_BELOW)
