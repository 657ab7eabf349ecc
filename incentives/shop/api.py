"""The shop by HTTP: shops, goods, stock, redemptions and refunds."""

from typing import Any
from uuid import UUID

from incentives import ledger
from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.database import columns
from incentives.extensions import db
from incentives.register.models import Household
from incentives.shop import operations, queries, schemas
from incentives.shop.models import Good, MovementKind, Redemption, Shop, Stock, StockMovement
from incentives.shop.shown import by_code, by_scan
from incentives.web.api import Blueprint, idempotency_key, reads, writes
from incentives.web.cursors import page
from incentives.web.schemas import PageQuery

blueprint = Blueprint("shop", __name__, url_prefix="/api/v1", description=__doc__)


def shop_output(shop: Shop) -> dict[str, Any]:
    """A shop with the villages that it serves."""
    return {**columns(shop), "serves": queries.villages_served(shop.id)}


def good_output(good: Good, stock: Stock) -> dict[str, Any]:
    """A good with what stands on the shelf."""
    return {
        **columns(good),
        "quantity": stock.quantity,
        "count_due": stock.count_due,
        "in_stock": stock.quantity > 0,
    }


def sale_output(sale: queries.Sale) -> dict[str, Any]:
    """A redemption as its receipt tells it."""
    lines = [{**columns(line), "points": line.unit_points * line.quantity} for line in sale.lines]
    return {**columns(sale.redemption), "lines": lines, "refunds": sale.refunds}


def receipt_output(redemption: Redemption) -> dict[str, Any]:
    """The receipt with the household's balance as it now is."""
    return {
        **sale_output(queries.sales([redemption])[0]),
        "balance": balance_of(redemption.village, redemption.household_id),
    }


def balance_of(village: str, household_id: UUID) -> int:
    """What a household owns now, in points."""
    household = db.session.get_one(Household, household_id)
    return ledger.positions(village, [household.account_code])[household.account_code].balance


def movement_outputs(movements: list[StockMovement]) -> list[dict[str, Any]]:
    """Movements with their lines."""
    lines = queries.movement_lines([each.id for each in movements])
    return [{**columns(each), "lines": lines[each.id]} for each in movements]


@blueprint.route("/villages/<village>/shops")
@reads(schemas.ShopPage, permission=None)
def get_shops(village: str) -> dict[str, Any]:
    """The shops that serve a village."""
    return {"items": [shop_output(shop) for shop in queries.shops_of_village(village)]}


@blueprint.route("/villages/<village>/shops", methods=["POST"])
@writes(schemas.ShopOutput, status=201, body=schemas.ShopInput, permission="shop.open")
def post_shop(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Open a shop of the village, or of its township by `division`."""
    division = body.pop("division", village)
    return shop_output(
        operations.open_shop(division=division, actor=current_actor(), now=now(), **body)
    )


@blueprint.route("/villages/<village>/goods")
@reads(schemas.PublicGoodPage, permission=None)
def get_village_goods(village: str) -> dict[str, Any]:
    """What the village's households can get, at which price."""
    goods = queries.goods_for_village(village)
    return {"items": [good_output(good, stock) for good, stock, _shop in goods]}


@blueprint.route("/shops/<uuid:shop_id>/goods")
@reads(schemas.GoodPage, permission="stock.read", division=queries.division_of_shop)
def get_goods(shop_id: UUID) -> dict[str, Any]:
    """A shop's list with costs and stock, for its staff."""
    return {"items": [good_output(good, stock) for good, stock in queries.goods_of_shop(shop_id)]}


@blueprint.route("/shops/<uuid:shop_id>/goods", methods=["POST"])
@writes(
    schemas.GoodOutput,
    status=201,
    body=schemas.GoodInput,
    permission="good.set",
    division=queries.division_of_shop,
)
def post_good(shop_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Put a good on the list."""
    good = operations.add_good(shop_id=shop_id, actor=current_actor(), now=now(), **body)
    return good_output(good, db.session.get_one(Stock, good.id))


@blueprint.route("/shops/<uuid:shop_id>/goods/<uuid:good_id>", methods=["PATCH"])
@writes(
    schemas.GoodOutput,
    body=schemas.GoodChange,
    permission="good.set",
    division=queries.division_of_shop,
)
def patch_good(shop_id: UUID, good_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Change a good's price, cost, names or cap, or take it off sale."""
    good = operations.change_good(
        shop_id=shop_id, good_id=good_id, changes=body, actor=current_actor(), now=now()
    )
    return good_output(good, db.session.get_one(Stock, good.id))


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


@blueprint.route("/villages/<village>/redemptions")
@reads(schemas.RedemptionPage, query=schemas.RedemptionQuery, permission="redemption.read")
def get_redemptions(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The redemptions of a village's cards, newest first."""
    chosen = queries.redemptions(
        village, shop_id=query.get("shop_id"), household_id=query.get("household_id")
    )
    found = page(chosen, [Redemption.id.desc()], query)
    return {**found, "items": [sale_output(sale) for sale in queries.sales(found["items"])]}


@blueprint.route("/villages/<village>/redemptions/<uuid:redemption_id>")
@reads(schemas.RedemptionOutput, permission="redemption.read")
def get_redemption(village: str, redemption_id: UUID) -> dict[str, Any]:
    """One redemption: its receipt."""
    return receipt_output(queries.find_redemption(village, redemption_id))


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
        shown = by_scan(body["scan_id"], actor=actor, now=at)
    else:
        shown = by_code(body["card_code"], now=at)
    redemption = operations.redeem(
        redemption_id=idempotency_key().uuid7(),
        village=village,
        shop_id=body["shop_id"],
        shown=shown,
        items=[operations.Item(**line) for line in body["lines"]],
        pin=body.get("pin"),
        cash_fen=body["cash_top_up_fen"],
        actor=actor,
        now=at,
    )
    return receipt_output(redemption)


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
