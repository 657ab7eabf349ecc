"""Recovery by HTTP: how the books stand to their seals, what is lost, the two signatures."""

from typing import Any

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.ledger.seals import Cause
from incentives.recovery import lists, operations, queries, schemas
from incentives.recovery.models import LostItem
from incentives.recovery.telling import tell_item
from incentives.web.api import Blueprint, reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

blueprint = Blueprint("recovery", __name__, url_prefix="/api/v1", description=__doc__)


@blueprint.route("/recovery")
@reads(schemas.RecoveryOutput, permission="recovery.read")
def get_recovery() -> dict[str, Any]:
    """Whether the service can only be read, why, and what is to be done."""
    return recovery_output()


@blueprint.route("/recovery/items")
@reads(schemas.LostPage, query=lists.LOST.query, permission="recovery.read")
def get_items(query: dict[str, Any]) -> dict[str, Any]:
    """The list of what can't be rebuilt."""
    recovery = queries.newest_recovery()
    if recovery is None:
        return {"items": [], "next": None}
    chosen = lists.LOST.narrow(queries.lost_items(recovery.id), query)
    found = page(chosen, [LostItem.id], query)
    return {**found, "items": [lost_output(each) for each in found["items"]]}


@blueprint.route("/recovery/signatures", methods=["POST"])
@writes(
    schemas.RecoveryOutput,
    status=201,
    body=schemas.SignatureInput,
    permission="recovery.sign",
    in_recovery=True,
)
def post_signature(body: dict[str, Any]) -> dict[str, Any]:
    """Sign the list; with the second signature everything can be written again."""
    operations.sign_list(actor=current_actor(), now=now(), **body)
    return recovery_output()


@blueprint.route("/recovery/reopenings", methods=["POST"])
@writes(
    schemas.RecoveryOutput,
    status=201,
    body=schemas.ReopeningInput,
    permission="recovery.sign",
    in_recovery=True,
)
def post_reopening(body: dict[str, Any]) -> dict[str, Any]:
    """Ask that logs without usable seals be opened anew, or agree to it, which does it."""
    operations.sign_reopening(actor=current_actor(), now=now(), **body)
    return recovery_output()


def recovery_output() -> dict[str, Any]:
    """The recovery that waits, or the last one."""
    recovery = queries.newest_recovery()
    if recovery is None:
        return {"status": "none"}
    view = queries.view_of(recovery)
    return {
        "status": "waiting" if recovery.waiting else "ended",
        "cause": recovery.cause,
        "found_at": recovery.found_at,
        "findings": [finding_output(each) for each in recovery.findings],
        "may_catch_up": view.may_catch_up,
        "unusable": view.unusable,
        "caught_up_at": recovery.caught_up_at,
        "digest": recovery.digest,
        "counts": {kind.value: count for kind, count in view.counts.items()},
        "signatures": [
            {
                "signer": each.signature.signer,
                "name": each.name,
                "way": each.signature.way,
                "signed_at": each.signature.signed_at,
            }
            for each in view.signatures
        ],
        "ended_at": recovery.ended_at,
        "way": recovery.way,
    }


def finding_output(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding with its cause as the schema wants it."""
    return finding | {"cause": Cause(finding["cause"])}


export_api(blueprint, "/recovery/items", get_items, lists.LOST)


def lost_output(item: LostItem) -> dict[str, Any]:
    """A line of the list."""
    return {
        "id": item.id,
        "village": item.village,
        "kind": item.kind,
        "voucher": None if item.seq is None else item.seq + 1,
        "event_id": item.event_id,
        "data": item.data,
        "text": tell_item(item),
    }
