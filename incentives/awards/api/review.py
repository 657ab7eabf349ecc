"""The review group's queue by HTTP, a village's own and the township's of what was sent up."""

from typing import Any

from sqlalchemy import Select

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import VILLAGE_CODE
from incentives.awards import cover, lists, operations, queries, schemas
from incentives.awards.api.awards import award_outputs
from incentives.awards.api.shared import blueprint
from incentives.awards.models import Award
from incentives.awards.queries import Closed, Waiting
from incentives.clock import now, village_day
from incentives.register.queries import find_division
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

QUEUE = "/divisions/<code>/review-queue"


@blueprint.route(QUEUE)
@reads(schemas.ReviewQueue, query=lists.REVIEW_QUEUE.query, permission="award.review")
def get_review_queue(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """What waits to be reviewed, the oldest first.

    Of a village all that waits there, with `closed` where the caller can't decide on it; of a
    township or county what villages below are too small to decide.
    """
    if not is_village(code):
        return {**queue_page(queries.sent_up_under([code]), query), "warnings": []}
    warnings = cover.warnings(code, 0, village_day(now()))
    return {**queue_page(queries.to_review(code), query), "warnings": warnings}


export_api(blueprint, QUEUE, get_review_queue, lists.REVIEW_QUEUE)


def queue_page(chosen: Select[Award], query: dict[str, Any]) -> dict[str, Any]:
    """A page of a queue as the caller may read it."""
    found, following = waiting_page(chosen, query)
    return {"items": waiting_outputs(found, current_actor()), "next": following}


def waiting_page(chosen: Select[Award], query: dict[str, Any]) -> tuple[list[Waiting], str | None]:
    """What waits of a page of a queue, narrowed, the oldest first; and where it goes on."""
    actor, at = current_actor(), now()
    narrowed = queries.narrow_queue(lists.REVIEW_QUEUE.narrow(chosen, query), query, actor, at)
    found = page(narrowed, [Award.id], query)
    return queries.queue(found["items"], actor, at), found["next"]


@blueprint.route(QUEUE, methods=["POST"])
@writes(schemas.AwardsOutput, body=schemas.ReviewsInput, permission="award.review")
def post_review_queue(code: str, body: dict[str, Any]) -> dict[str, Any]:
    """Approve or reject many awards of a division's queue, all or none."""
    actor = current_actor()
    decided = {
        "award_ids": body["ids"],
        "decision": body["decision"],
        "reason": body.get("reason"),
        "actor": actor,
        "now": now(),
    }
    awards = (
        operations.review_awards(village=code, **decided)
        if is_village(code)
        else operations.review_sent_up(under=[code], **decided)
    )
    return {"items": award_outputs(queries.award_views(awards), actor)}


def is_village(code: str) -> bool:
    """Whether a division's queue is a village's own; refuses a division that isn't there."""
    return len(find_division(code).code) == VILLAGE_CODE


def waiting_outputs(waiting: list[Waiting], actor: Actor) -> list[dict[str, Any]]:
    """Awards of a queue; who it is stays masked where it isn't the caller's to decide."""
    outputs = award_outputs([each.view for each in waiting], actor)
    for each, output in zip(waiting, outputs, strict=True):
        if each.closed is Closed.VILLAGE:
            output |= {"holder": each.holder, "evidence": [], "note": None}
    return [
        {
            "award": output,
            "village": each.village,
            "rulebook": each.version,
            "waiting_days": each.days,
            "overdue": each.overdue,
            "sent_up": each.sent_up,
            "closed": each.closed,
            "cap_points": each.view.item.cap_points,
            "cap_per": each.view.item.cap_per,
            "cap_period": each.view.item.cap_period,
            "cap_used": each.cap_used,
            "recent": each.recent,
        }
        for each, output in zip(waiting, outputs, strict=True)
    ]
