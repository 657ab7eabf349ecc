"""Many disbursements in one application: decided on as one, paid line by line or all."""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.fund import lists, operations, queries, schemas
from incentives.fund.api.outputs import list_output
from incentives.fund.api.shared import FUND, blueprint
from incentives.fund.models import DisbursementList
from incentives.web.api import reads, writes
from incentives.web.cursors import page

LISTS = f"{FUND}/disbursement-lists"
LIST = f"{LISTS}/<uuid:list_id>"


@blueprint.route(LISTS)
@reads(schemas.ListPage, query=lists.MANY.query, permission="disbursement.read")
def get_lists(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's lists, newest first, without their lines."""
    chosen = lists.MANY.narrow(queries.lists_of(village), query)
    found = page(chosen, [DisbursementList.id.desc()], query)
    return {**found, "items": [list_output(each, lines=False) for each in found["items"]]}


@blueprint.route(LISTS, methods=["POST"])
@writes(schemas.ListOutput, status=201, body=schemas.ListInput, permission="disbursement.apply")
def post_list(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for money for many payees at once; each bad line is named, and then none is kept."""
    lines = [operations.ListLine(**each) for each in body.pop("lines")]
    asked = operations.apply_for_list(
        village=village, lines=lines, actor=current_actor(), now=now(), **body
    )
    return list_output(asked)


@blueprint.route(LIST)
@reads(schemas.ListOutput, permission="disbursement.read")
def get_list(village: str, list_id: UUID) -> dict[str, Any]:
    """One list with its lines."""
    return list_output(queries.find_list(village, list_id))


@blueprint.route(f"{LIST}/evaluation", methods=["POST"])
@writes(schemas.ListOutput, body=schemas.DecisionInput, permission="disbursement.evaluate")
def post_list_evaluation(village: str, list_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say, for the review group, whether the money of the list should be given."""
    return list_output(
        operations.evaluate_list(
            village=village, list_id=list_id, actor=current_actor(), now=now(), **body
        )
    )


@blueprint.route(f"{LIST}/approval", methods=["POST"])
@writes(schemas.ListOutput, body=schemas.DecisionInput, permission="disbursement.approve")
def post_list_approval(village: str, list_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say, as a supervisor, whether the list may be paid; its sum says how many must approve."""
    return list_output(
        operations.approve_list(
            village=village, list_id=list_id, actor=current_actor(), now=now(), **body
        )
    )


@blueprint.route(f"{LIST}/withdrawal", methods=["POST"])
@writes(schemas.ListOutput, body=schemas.ReasonInput, permission="disbursement.withdraw")
def post_list_withdrawal(village: str, list_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take one's own list back before it is paid."""
    return list_output(
        operations.withdraw_list(
            village=village, list_id=list_id, actor=current_actor(), now=now(), **body
        )
    )


@blueprint.route(f"{LIST}/payment", methods=["POST"])
@writes(schemas.ListOutput, body=schemas.ListPaymentInput, permission="disbursement.pay")
def post_list_payment(village: str, list_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Pay the approved lines, or some of them, each with its own event and voucher."""
    operations.pay_list(village=village, list_id=list_id, actor=current_actor(), now=now(), **body)
    return list_output(queries.find_list(village, list_id))
