"""Each step of a disbursement, from application to receipt, return and reversal."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.fund import lists, operations, queries, schemas
from incentives.fund.api.outputs import disbursement_outputs, output_of, sent_up_outputs
from incentives.fund.api.shared import FUND, blueprint
from incentives.fund.models import Disbursement, PaymentReturn
from incentives.fund.papers import payee_receipt_pdf
from incentives.fund.queries.township import sent_up_to
from incentives.web.api import reads, writes
from incentives.web.cursors import page

DISBURSEMENTS = f"{FUND}/disbursements"
QUEUE = "/divisions/<code>/disbursement-queue"
ONE = f"{DISBURSEMENTS}/<uuid:disbursement_id>"


def act(
    operation: Callable[..., Disbursement], village: str, disbursement_id: UUID, **given: Any
) -> dict[str, Any]:
    """Let the caller take a step of a disbursement; the disbursement as it then is."""
    return output_of(
        operation(
            village=village,
            disbursement_id=disbursement_id,
            actor=current_actor(),
            now=now(),
            **given,
        )
    )


@blueprint.route(DISBURSEMENTS)
@reads(schemas.DisbursementPage, query=lists.DISBURSEMENTS.query, permission="disbursement.read")
def get_disbursements(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The disbursements of a village, newest first."""
    chosen = lists.DISBURSEMENTS.narrow(queries.disbursements(village), query)
    found = page(chosen, [Disbursement.id.desc()], query)
    return {**found, "items": disbursement_outputs(found["items"])}


@blueprint.route(DISBURSEMENTS, methods=["POST"])
@writes(
    schemas.DisbursementOutput,
    status=201,
    body=schemas.DisbursementInput,
    permission="disbursement.apply",
)
def post_disbursement(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for money out of the fund."""
    return output_of(
        operations.apply_for_disbursement(village=village, actor=current_actor(), now=now(), **body)
    )


@blueprint.route(QUEUE)
@reads(schemas.SentUpOutput, query=lists.SENT_UP.query, permission="disbursement.read")
def get_disbursement_queue(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """What villages of a township or county can't decide by themselves, and you may."""
    found = sent_up_outputs(sent_up_to(current_actor(), code))
    return {"items": lists.SENT_UP.sift(found, query)}


@blueprint.route(ONE)
@reads(schemas.DisbursementOutput, permission="disbursement.read")
def get_disbursement(village: str, disbursement_id: UUID) -> dict[str, Any]:
    """One disbursement with all who acted on it."""
    return output_of(queries.find_disbursement(village, disbursement_id))


@blueprint.route(f"{ONE}/receipt.pdf")
@reads(None, permission="disbursement.read", produces="application/pdf")
def get_receipt_form(village: str, disbursement_id: UUID) -> Response:
    """The form that the payee signs for money received."""
    return payee_receipt_pdf(queries.find_disbursement(village, disbursement_id))


@blueprint.route(f"{ONE}/evaluation", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.DecisionInput, permission="disbursement.evaluate")
def post_evaluation(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say, for the review group, whether the money should be given."""
    return act(operations.evaluate_disbursement, village, disbursement_id, **body)


@blueprint.route(f"{ONE}/approval", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.DecisionInput, permission="disbursement.approve")
def post_approval(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say, as a supervisor, whether the money may be paid."""
    return act(operations.approve_disbursement, village, disbursement_id, **body)


@blueprint.route(f"{ONE}/rejection", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.ReasonInput, permission="disbursement.reject")
def post_rejection(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """End a disbursement before it is paid."""
    return act(operations.reject_disbursement, village, disbursement_id, **body)


@blueprint.route(f"{ONE}/withdrawal", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.ReasonInput, permission="disbursement.withdraw")
def post_withdrawal(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take one's own application back."""
    return act(operations.withdraw_disbursement, village, disbursement_id, **body)


@blueprint.route(f"{ONE}/payment", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.PaymentInput, permission="disbursement.pay")
def post_payment(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Pay an approved disbursement from cash or bank."""
    return act(operations.pay_disbursement, village, disbursement_id, **body)


@blueprint.route(f"{ONE}/receipt", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.ReceiptInput, permission="disbursement.receive")
def post_receipt(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Keep the signed receipt of a payment."""
    return act(operations.confirm_receipt, village, disbursement_id, file_id=body["file"])


@blueprint.route(f"{ONE}/return", methods=["POST"])
@writes(
    schemas.ReturnOutput, status=201, body=schemas.ReturnInput, permission="disbursement.return"
)
def post_return(village: str, disbursement_id: UUID, body: dict[str, Any]) -> PaymentReturn:
    """Enter money of a disbursement that came back."""
    return operations.return_payment(
        village=village,
        disbursement_id=disbursement_id,
        actor=current_actor(),
        now=now(),
        **body,
    )


@blueprint.route(f"{ONE}/returns/<uuid:return_id>/reversal", methods=["POST"])
@writes(
    schemas.ReturnOutput,
    status=201,
    body=schemas.ReasonInput,
    permission="disbursement.reverse_return",
)
def post_return_reversal(
    village: str, disbursement_id: UUID, return_id: UUID, body: dict[str, Any]
) -> PaymentReturn:
    """Take back a return that was mistyped, in public."""
    return operations.reverse_return(
        village=village,
        disbursement_id=disbursement_id,
        return_id=return_id,
        actor=current_actor(),
        now=now(),
        **body,
    )


@blueprint.route(f"{ONE}/reversal", methods=["POST"])
@writes(
    schemas.DisbursementOutput,
    status=201,
    body=schemas.ReasonInput,
    permission="disbursement.reverse",
)
def post_reversal(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take back the payment of a disbursement as a whole, in public."""
    return act(operations.reverse_disbursement, village, disbursement_id, **body)
