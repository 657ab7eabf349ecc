"""The day's close by HTTP."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.access.queries import person_names
from incentives.clock import now
from incentives.database import columns
from incentives.shop import lists, operations, queries, schemas
from incentives.shop.api.shared import blueprint, division_of_shop
from incentives.shop.models import Closing
from incentives.web.api import reads, writes
from incentives.web.cursors import page

CLOSINGS = "/shops/<uuid:shop_id>/closings"


def day_output(day: queries.Day) -> dict[str, Any]:
    """What a day's close holds, its sums beside their parts."""
    return {**asdict(day.totals), "since": day.since, "counters": day.counters, "goods": day.goods}


def past_outputs(closings: Sequence[Closing]) -> list[dict[str, Any]]:
    """Closings with the names of who made them."""
    names = person_names({each.closed_by for each in closings})
    return [
        {
            **columns(each),
            "cash_due_fen": each.cash_due_fen,
            "difference_fen": each.difference_fen,
            "closed_by": names.get(each.closed_by, ""),
        }
        for each in closings
    ]


def closing_output(closing: Closing) -> dict[str, Any]:
    """A closing with all that it holds."""
    return {**day_output(queries.day_of(closing.shop_id, closing)), **past_outputs([closing])[0]}


@blueprint.route(CLOSINGS)
@reads(
    schemas.ClosingPage,
    query=lists.CLOSINGS.query,
    permission="closing.read",
    division=division_of_shop,
)
def get_closings(shop_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """A shop's closings, newest first."""
    chosen = lists.CLOSINGS.narrow(queries.closings_of_shop(shop_id), query)
    found = page(chosen, [Closing.id.desc()], query)
    return {**found, "items": past_outputs(found["items"])}


@blueprint.route(f"{CLOSINGS}/open")
@reads(schemas.DayOutput, permission="closing.read", division=division_of_shop)
def get_open_day(shop_id: UUID) -> dict[str, Any]:
    """What the next close would hold now."""
    return day_output(queries.day_of(queries.find_shop(shop_id).id, None))


@blueprint.route(f"{CLOSINGS}/<uuid:closing_id>")
@reads(schemas.ClosingOutput, permission="closing.read", division=division_of_shop)
def get_closing(shop_id: UUID, closing_id: UUID) -> dict[str, Any]:
    """One closing, by terminal, shopkeeper and good."""
    return closing_output(queries.find_closing(shop_id, closing_id))


@blueprint.route(CLOSINGS, methods=["POST"])
@writes(
    schemas.ClosingOutput,
    status=201,
    body=schemas.ClosingInput,
    permission="closing.make",
    division=division_of_shop,
)
def post_closing(shop_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Close the day with the cash that was counted; once a day."""
    closing = operations.close_day(shop_id=shop_id, actor=current_actor(), now=now(), **body)
    return closing_output(closing)
