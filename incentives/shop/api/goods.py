"""Goods and prices by HTTP."""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.extensions import db
from incentives.shop import operations, queries, schemas
from incentives.shop.api.outputs import good_output
from incentives.shop.api.shared import blueprint
from incentives.shop.models import Stock
from incentives.web.api import reads, writes


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
