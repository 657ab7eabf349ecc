"""Shops by HTTP."""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.database import columns
from incentives.shop import lists, operations, queries, schemas
from incentives.shop.api.shared import blueprint, division_of_shop
from incentives.shop.models import Shop
from incentives.web.api import reads, writes


def shop_output(shop: Shop) -> dict[str, Any]:
    """A shop with the villages that it serves."""
    return {**columns(shop), "serves": queries.villages_served(shop.id)}


@blueprint.route("/villages/<village>/shops")
@reads(schemas.ShopPage, query=lists.SHOPS.query, permission=None)
def get_shops(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The shops that serve a village."""
    found = lists.SHOPS.sift(queries.shops_of_village(village), query)
    return {"items": [shop_output(shop) for shop in found]}


@blueprint.route("/villages/<village>/shops", methods=["POST"])
@writes(schemas.ShopOutput, status=201, body=schemas.ShopInput, permission="shop.open")
def post_shop(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Open a shop of the village, or of its township by `division`."""
    division = body.pop("division", village)
    return shop_output(
        operations.open_shop(division=division, actor=current_actor(), now=now(), **body)
    )


@blueprint.route("/shops/<uuid:shop_id>/villages", methods=["POST"])
@writes(
    schemas.ShopOutput,
    status=201,
    body=schemas.ServiceInput,
    permission="shop.open",
    division=division_of_shop,
)
def post_shop_village(shop_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Let a township's shop serve one more village, or one that it left."""
    return shop_output(
        operations.serve_village(shop_id=shop_id, actor=current_actor(), now=now(), **body)
    )


@blueprint.route("/shops/<uuid:shop_id>/villages/<village>", methods=["DELETE"])
@writes(None, status=204, permission="shop.open", division=division_of_shop)
def delete_shop_village(shop_id: UUID, village: str) -> None:
    """Let a shop hand out nothing to a village's cards any more; what was sold is still settled."""
    operations.leave_village(shop_id=shop_id, village=village, actor=current_actor(), now=now())
