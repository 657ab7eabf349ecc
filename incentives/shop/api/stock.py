"""Stock by HTTP."""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.shop import operations, queries, schemas
from incentives.shop.api.outputs import good_output, movement_outputs
from incentives.shop.api.shared import blueprint
from incentives.shop.models import MovementKind, StockMovement
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.schemas import PageQuery


@blueprint.route("/shops/<uuid:shop_id>/stock")
@reads(schemas.GoodPage, permission="stock.read", division=queries.division_of_shop)
def get_stock(shop_id: UUID) -> dict[str, Any]:
    """What stands on the shelf."""
    return {"items": [good_output(good, stock) for good, stock in queries.goods_of_shop(shop_id)]}


@blueprint.route("/shops/<uuid:shop_id>/stock-movements")
@reads(
    schemas.StockMovementPage,
    query=PageQuery,
    permission="stock.read",
    division=queries.division_of_shop,
)
def get_stock_movements(shop_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """What came in and went out, newest first."""
    found = page(queries.movements(shop_id), [StockMovement.id.desc()], query)
    return {**found, "items": movement_outputs(found["items"])}


@blueprint.route("/shops/<uuid:shop_id>/stock-movements", methods=["POST"])
@writes(
    schemas.StockMovementOutput,
    status=201,
    body=schemas.StockMovementInput,
    permission="stock.move",
    division=queries.division_of_shop,
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
        voucher = body.get("voucher")
        return operations.receive_stock(source=body["source"], voucher=voucher, **common)
    if body["kind"] is MovementKind.COUNT:
        return operations.count_stock(**common)
    return operations.remove_stock(kind=body["kind"], **common)
