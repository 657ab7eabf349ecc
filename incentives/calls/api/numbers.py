"""Calls in numbers by HTTP, for anyone."""

from typing import Any

from incentives.calls import lists, schemas
from incentives.calls.api.blueprint import blueprint
from incentives.calls.queries.numbers import call_numbers, period
from incentives.clock import now
from incentives.register.queries import find_division
from incentives.web.api import reads
from incentives.web.lists import export_api

NUMBERS = "/divisions/<code>/call-numbers"


@blueprint.route(NUMBERS)
@reads(schemas.FiguresPage, query=lists.NUMBERS.query, permission=None)
def get_numbers(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """Calls by category, office and the divisions below: how many, how soon, in time, how rated."""
    at = now()
    first, last = period(query["first"], query["last"], at)
    return {"items": call_numbers(find_division(code).code, first, last, at), "next": None}


export_api(blueprint, NUMBERS, get_numbers, lists.NUMBERS)
