"""Stock by HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.shop import lists, operations, queries, schemas
from incentives.shop.api.outputs import chosen_goods, good_output, movement_outputs
from incentives.shop.api.shared import blueprint, division_of_shop
from incentives.shop.models import MovementKind, PurchaseLink, StockMovement
from incentives.shop.sheets import month_of, month_pdf, month_workbook
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.workbooks import XLSX


@blueprint.route("/shops/<uuid:shop_id>/stock")
@reads(
    schemas.GoodPage,
    query=lists.STOCK.query,
    permission="stock.read",
    division=division_of_shop,
)
def get_stock(shop_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """What stands on the shelf."""
    return {"items": [good_output(*each) for each in chosen_goods(shop_id, query)]}


@blueprint.route("/shops/<uuid:shop_id>/stock-movements")
@reads(
    schemas.StockMovementPage,
    query=lists.MOVEMENT_LINES.query,
    permission="stock.read",
    division=division_of_shop,
)
def get_stock_movements(shop_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """What came in and went out, newest first."""
    moved = queries.movements(shop_id, good_id=query["good_id"])
    chosen = lists.MOVEMENT_LINES.narrow(moved, query)
    found = page(chosen, [StockMovement.id.desc()], query)
    return {**found, "items": movement_outputs(found["items"])}


@blueprint.route("/shops/<uuid:shop_id>/stock-movements", methods=["POST"])
@writes(
    schemas.StockMovementOutput,
    status=201,
    body=schemas.StockMovementInput,
    permission="stock.move",
    division=division_of_shop,
)
def post_stock_movement(shop_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Enter goods that came in, were counted, spoiled or went back to the supplier."""
    return movement_outputs([enter_movement(shop_id, body)])[0]


def enter_movement(shop_id: UUID, body: dict[str, Any]) -> StockMovement:
    """Call the operation of a movement's kind."""
    common: dict[str, Any] = {
        "shop_id": shop_id,
        "lines": [operations.StockLine(**line) for line in body["lines"]],
        "note": body.get("note"),
        "actor": current_actor(),
        "now": now(),
    }
    if body["kind"] is MovementKind.IN:
        paper: dict[str, Any] = {
            name: body.get(name) for name in ("voucher", "supplier", "voucher_file_id")
        }
        return operations.receive_stock(source=body["source"], **paper, **common)
    if body["kind"] is MovementKind.COUNT:
        return operations.count_stock(counted_by=body.get("counted_by"), **common)
    supplier = body.get("supplier")
    return operations.remove_stock(kind=body["kind"], supplier=supplier, **common)


@blueprint.route("/shops/<uuid:shop_id>/stock-sheet")
@reads(
    schemas.MonthSheetOutput,
    query=schemas.MonthQuery,
    permission="stock.read",
    division=division_of_shop,
)
def get_stock_sheet(shop_id: UUID, query: dict[str, Any]) -> queries.MonthSheet:
    """A month of the shelf: opening, what came, went and was counted, closing, good by good."""
    return queries.month_sheet(queries.find_shop(shop_id), month_of(query["month"]))


@blueprint.route("/shops/<uuid:shop_id>/stock-sheet.pdf")
@reads(
    None,
    query=schemas.MonthQuery,
    permission="stock.read",
    division=division_of_shop,
    produces="application/pdf",
)
def get_stock_sheet_pdf(shop_id: UUID, query: dict[str, Any]) -> Response:
    """The month's sheet on A4."""
    return month_pdf(queries.month_sheet(queries.find_shop(shop_id), month_of(query["month"])))


@blueprint.route("/shops/<uuid:shop_id>/stock-sheet.xlsx")
@reads(
    None,
    query=schemas.MonthQuery,
    permission="stock.read",
    division=division_of_shop,
    produces=XLSX,
)
def get_stock_sheet_xlsx(shop_id: UUID, query: dict[str, Any]) -> Response:
    """The month's sheet as a workbook."""
    return month_workbook(queries.month_sheet(queries.find_shop(shop_id), month_of(query["month"])))


@blueprint.route("/shops/<uuid:shop_id>/purchases")
@reads(
    schemas.PaymentPage,
    query=lists.PURCHASES.query,
    permission="disbursement.read",
    division=division_of_shop,
)
def get_purchases(shop_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """What the village's fund paid for goods, and what came in for it."""
    paid = queries.payments_for_goods(queries.find_shop(shop_id))
    return {"items": lists.PURCHASES.sift(paid, query)}


@blueprint.route(
    "/shops/<uuid:shop_id>/stock-movements/<uuid:movement_id>/purchase", methods=["POST"]
)
@writes(
    schemas.PurchaseLinkOutput,
    status=201,
    body=schemas.PurchaseInput,
    permission="stock.link",
    division=division_of_shop,
)
def post_purchase(shop_id: UUID, movement_id: UUID, body: dict[str, Any]) -> PurchaseLink:
    """Say by which payment of the fund these goods were bought."""
    return operations.link_purchase(
        shop_id=shop_id, movement_id=movement_id, actor=current_actor(), now=now(), **body
    )


@blueprint.route(
    "/shops/<uuid:shop_id>/stock-movements/<uuid:movement_id>/purchase", methods=["DELETE"]
)
@writes(None, status=204, permission="stock.link", division=division_of_shop)
def delete_purchase(shop_id: UUID, movement_id: UUID) -> None:
    """Undo a link that was made by mistake."""
    operations.unlink_purchase(
        shop_id=shop_id, movement_id=movement_id, actor=current_actor(), now=now()
    )
