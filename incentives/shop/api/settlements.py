"""Settlements and agreements by HTTP: asked for, checked, approved, paid, confirmed, taken back."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.access.queries import person_names
from incentives.clock import now
from incentives.database import columns
from incentives.extensions import db
from incentives.fund.schemas import DecisionInput
from incentives.shop import operations, queries, schemas, statements, timeline
from incentives.shop.api.shared import blueprint, division_of_shop
from incentives.shop.lists import AGREEMENTS, SETTLEMENTS, SETTLEMENTS_SENT_UP
from incentives.shop.models import Settlement, Shop
from incentives.shop.queries.agreements import agreements_of
from incentives.shop.queries.reconciling import Difference
from incentives.shop.queries.settlements import (
    SettlementView,
    find_service,
    month_statement,
    settlement_view,
    settlements,
)
from incentives.shop.words import difference_words
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api
from incentives.web.workbooks import XLSX

ALL = "/villages/<village>/settlements"
ONE = f"{ALL}/<uuid:settlement_id>"
QUEUE = "/divisions/<code>/settlement-queue"
PDF = "application/pdf"
HANDS = ("submitted_by", "checked_by", "approved_by", "paid_by", "confirmed_by", "ended_by")


def settlement_outputs(found: Sequence[Settlement]) -> list[dict[str, Any]]:
    """Settlements with their shops and the people who took their steps, by name."""
    names = person_names({getattr(row, hand) for row in found for hand in HANDS})
    return [
        {
            **columns(row),
            **{hand: names.get(getattr(row, hand)) for hand in HANDS},
            "shop": db.session.get_one(Shop, row.shop_id).name,
        }
        for row in found
    ]


def difference_outputs(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """What doesn't agree, with its sentence."""
    return [
        {
            "what": each.witness,
            "expected": each.expected,
            "found": each.found,
            "receipt": each.receipt,
            "good": each.good,
            "detail": difference_words(each),
        }
        for each in found
    ]


def view_of(village: str, settlement_id: UUID) -> SettlementView:
    """A settlement that the caller may read: a shopkeeper only their own shops'."""
    view = settlement_view(village, settlement_id)
    queries.refuse_other_shops(current_actor(), "settlement.read", village, view.shop.id)
    return view


def whole_output(village: str, settlement_id: UUID) -> dict[str, Any]:
    """One settlement as it now is."""
    view = view_of(village, settlement_id)
    names = person_names({each.reversed_by for each in view.reversals})
    return {
        **settlement_outputs([view.settlement])[0],
        "lines": view.lines,
        "reversals": [
            {**columns(each), "reversed_by": names.get(each.reversed_by, "")}
            for each in view.reversals
        ],
        "differences": difference_outputs(view.differences),
    }


@blueprint.route("/shops/<uuid:shop_id>/agreements")
@reads(
    schemas.AgreementPage,
    query=AGREEMENTS.query,
    permission="stock.read",
    division=division_of_shop,
)
def get_agreements(shop_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """How a shopkeeper's goods are paid for, the newest first; at cost before there is any."""
    return {"items": AGREEMENTS.sift(agreements_of(queries.find_shop(shop_id).id), query)}


@blueprint.route("/shops/<uuid:shop_id>/agreements", methods=["POST"])
@writes(
    schemas.AgreementOutput,
    status=201,
    body=schemas.AgreementInput,
    permission="shop.agree",
    division=division_of_shop,
)
def post_agreement(shop_id: UUID, body: dict[str, Any]) -> Any:
    """Enter how a shopkeeper's goods are paid for from a day on, and by which paper."""
    return operations.set_agreement(shop_id=shop_id, actor=current_actor(), now=now(), **body)


@blueprint.route(ALL)
@reads(schemas.SettlementPage, query=SETTLEMENTS.query, permission="settlement.read")
def get_settlements(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What shopkeepers were and are owed, newest first; a shopkeeper's own shops' only."""
    shops = queries.own_shops(current_actor(), "settlement.read", village)
    chosen = SETTLEMENTS.narrow(settlements(village, shops=shops), query)
    found = page(chosen, [Settlement.id.desc()], query)
    return {**found, "items": settlement_outputs(found["items"])}


export_api(blueprint, ALL, get_settlements, SETTLEMENTS)


@blueprint.route(QUEUE)
@reads(schemas.SettlementQueue, query=SETTLEMENTS_SENT_UP.query, permission="settlement.read")
def get_settlement_queue(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """What villages of a township or county have nobody to check or approve for, and you may."""
    return sent_up_page(query, code)


def sent_up_page(query: dict[str, Any], under: str = "") -> dict[str, Any]:
    """What was sent up to the caller from below a division, or from everywhere."""
    found = settlement_outputs(timeline.sent_up_to(current_actor(), under))
    return {"items": SETTLEMENTS_SENT_UP.sift(found, query), "next": None}


export_api(blueprint, QUEUE, get_settlement_queue, SETTLEMENTS_SENT_UP)


@blueprint.route(ALL, methods=["POST"])
@writes(
    schemas.WholeSettlementOutput,
    status=201,
    body=schemas.SettlementInput,
    permission="settlement.submit",
)
def post_settlement(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for what a shop is owed for a whole past month of a village."""
    settlement = operations.submit_settlement(
        village=village, actor=current_actor(), now=now(), **body
    )
    return whole_output(village, settlement.id)


@blueprint.route(f"{ALL}/statement")
@reads(schemas.StatementOutput, query=schemas.StatementQuery, permission="settlement.read")
def get_statement(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A shop's month in a village: points, goods and money on one page, whoever owns the stock."""
    queries.refuse_other_shops(current_actor(), "settlement.read", village, query["shop_id"])
    due = month_statement(find_service(query["shop_id"], village), query["month"])
    sums = (
        "points",
        "redeemed_points",
        "refunded_points",
        "price_points",
        "goods_fen",
        "cash_fen",
        "amount_fen",
        "lines",
    )
    return {
        "shop_id": query["shop_id"],
        "month": due.month,
        **{name: getattr(due.statement, name) for name in sums},
        "differences": difference_outputs(due.differences),
    }


@blueprint.route(ONE)
@reads(schemas.WholeSettlementOutput, permission="settlement.read")
def get_settlement(village: str, settlement_id: UUID) -> dict[str, Any]:
    """One settlement: its lines, who took which step, what doesn't agree."""
    return whole_output(village, settlement_id)


@blueprint.route(f"{ONE}.pdf")
@reads(None, permission="settlement.read", produces=PDF)
def get_settlement_pdf(village: str, settlement_id: UUID) -> Response:
    """The statement as a sheet of A4."""
    return statements.statement_pdf(view_of(village, settlement_id))


@blueprint.route(f"{ONE}.xlsx")
@reads(None, permission="settlement.read", produces=XLSX)
def get_settlement_workbook(village: str, settlement_id: UUID) -> Response:
    """The statement's lines as an Excel sheet."""
    return statements.statement_workbook(view_of(village, settlement_id))


def take_step(
    operation: Callable[..., Settlement], village: str, settlement_id: UUID, body: dict[str, Any]
) -> dict[str, Any]:
    """Call the operation of a step, and the settlement as it is then."""
    operation(
        village=village, settlement_id=settlement_id, actor=current_actor(), now=now(), **body
    )
    return whole_output(village, settlement_id)


@blueprint.route(f"{ONE}/check", methods=["POST"])
@writes(schemas.WholeSettlementOutput, body=schemas.CheckInput, permission="settlement.check")
def post_check(village: str, settlement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say for the review group whether the statement is right."""
    return take_step(operations.check_settlement, village, settlement_id, body)


@blueprint.route(f"{ONE}/approval", methods=["POST"])
@writes(schemas.WholeSettlementOutput, body=DecisionInput, permission="settlement.approve")
def post_settlement_approval(
    village: str, settlement_id: UUID, body: dict[str, Any]
) -> dict[str, Any]:
    """Say as a supervisor whether it may be paid."""
    return take_step(operations.approve_settlement, village, settlement_id, body)


@blueprint.route(f"{ONE}/payment", methods=["POST"])
@writes(
    schemas.WholeSettlementOutput,
    body=schemas.SettlementPaymentInput,
    permission="settlement.pay",
)
def post_settlement_payment(
    village: str, settlement_id: UUID, body: dict[str, Any]
) -> dict[str, Any]:
    """Pay it from cash or bank, under a voucher."""
    return take_step(operations.pay_settlement, village, settlement_id, body)


@blueprint.route(f"{ONE}/confirmation", methods=["POST"])
@writes(schemas.WholeSettlementOutput, permission="settlement.confirm")
def post_confirmation(village: str, settlement_id: UUID) -> dict[str, Any]:
    """Say as who keeps the shop that the money has come."""
    return take_step(operations.confirm_settlement, village, settlement_id, {})


@blueprint.route(f"{ONE}/reversal", methods=["POST"])
@writes(
    schemas.WholeSettlementOutput,
    body=schemas.SettlementReversalInput,
    permission="settlement.reverse",
)
def post_settlement_reversal(
    village: str, settlement_id: UUID, body: dict[str, Any]
) -> dict[str, Any]:
    """Take back a payment, or an approval that wasn't paid yet, with a reason."""
    return take_step(operations.reverse_settlement, village, settlement_id, body)
