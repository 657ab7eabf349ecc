"""Redemptions and refunds by HTTP."""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.books.queries import receipt_url
from incentives.clock import now
from incentives.database import columns
from incentives.shop import operations, queries, schemas
from incentives.shop.api.outputs import balance_of, receipt_output, sale_output
from incentives.shop.api.shared import blueprint
from incentives.shop.lists import REDEMPTIONS
from incentives.shop.models import Redemption
from incentives.web.api import idempotency_key, reads, writes
from incentives.web.cursors import page


@blueprint.route("/villages/<village>/redemptions")
@reads(schemas.RedemptionPage, query=REDEMPTIONS.query, permission="redemption.read")
def get_redemptions(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The redemptions of a village's cards, newest first; a shopkeeper's own shops' only."""
    shops = queries.own_shops(current_actor(), "redemption.read", village)
    chosen = REDEMPTIONS.narrow(queries.redemptions(village, shops), query)
    found = page(chosen, [Redemption.id.desc()], query)
    return {**found, "items": [sale_output(sale) for sale in queries.sales(found["items"])]}


@blueprint.route("/villages/<village>/redemptions/<uuid:redemption_id>")
@reads(schemas.ProvenRedemption, permission="redemption.read")
def get_redemption(village: str, redemption_id: UUID) -> dict[str, Any]:
    """One redemption: its receipt, with the address that its QR holds (`/verify#R1…`)."""
    redemption = queries.find_redemption(village, redemption_id)
    queries.refuse_other_shops(current_actor(), "redemption.read", village, redemption.shop_id)
    balance = balance_of(village, redemption.household_id)
    return {
        **receipt_output(queries.sales([redemption])[0], balance),
        "proof_url": receipt_url(village, redemption.event_id),
    }


@blueprint.route("/villages/<village>/redemptions", methods=["POST"])
@writes(
    schemas.RedemptionOutput,
    status=201,
    body=schemas.RedemptionInput,
    permission="redemption.make",
    unique_in="village",
)
def post_redemption(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Hand goods over for points; the Idempotency-Key is the redemption's id, a UUIDv7."""
    actor, at = current_actor(), now()
    if "scan_id" in body:
        shown = operations.by_scan(body["scan_id"])
    else:
        shown = operations.by_code(body["card_code"], now=at)
    sold = operations.redeem(
        redemption_id=idempotency_key().uuid7(),
        village=village,
        shop_id=body["shop_id"],
        shown=shown,
        items=[operations.Item(**line) for line in body["lines"]],
        pin=body.get("pin"),
        vouched_by=body.get("vouched_by"),
        cash_fen=body["cash_top_up_fen"],
        actor=actor,
        now=at,
    )
    return receipt_output(queries.new_sale(sold.redemption), sold.balance)


@blueprint.route("/villages/<village>/redemptions/<uuid:redemption_id>/refund", methods=["POST"])
@writes(
    schemas.RefundOutput,
    status=201,
    body=schemas.RefundInput,
    permission="redemption.refund",
)
def post_refund(village: str, redemption_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take goods back, by line, and give their points back."""
    lines = body.get("lines")
    refund = operations.refund_redemption(
        village=village,
        redemption_id=redemption_id,
        reason=body["reason"],
        lines=None if lines is None else [operations.ReturnedLine(**line) for line in lines],
        actor=current_actor(),
        now=now(),
    )
    household = queries.find_redemption(village, redemption_id).household_id
    return {**columns(refund), "balance": balance_of(village, household)}
