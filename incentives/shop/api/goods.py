"""Goods and prices by HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.shop import lists, operations, queries, schemas
from incentives.shop.api.outputs import chosen_goods, good_output, price_outputs
from incentives.shop.api.shared import blueprint, division_of_shop
from incentives.shop.importing import GoodsImport
from incentives.shop.models import Stock
from incentives.shop.photos import photo_response
from incentives.shop.sheets import price_list_pdf
from incentives.web.api import reads, writes


@blueprint.route("/villages/<village>/goods")
@reads(schemas.PublicGoodPage, query=lists.PUBLIC_GOODS.query, permission=None)
def get_village_goods(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What the village's households can get, at which price, and how many `points` are missing."""
    goods = [
        good_output(good, stock, points=query["points"])
        for good, stock, _shop in queries.goods_for_village(village)
    ]
    return {"items": lists.PUBLIC_GOODS.sift(goods, query)}


@blueprint.route("/villages/<village>/goods.pdf")
@reads(None, permission=None, produces="application/pdf")
def get_price_list(village: str) -> Response:
    """The price list to put up, on A4 in Chinese with Tibetan headings."""
    return price_list_pdf(village, village_day(now()))


@blueprint.route("/villages/<village>/goods/<uuid:good_id>/photo")
@reads(None, permission=None, produces="image/jpeg")
def get_photo(village: str, good_id: UUID) -> Response:
    """A good's small picture, for anyone."""
    return photo_response(village, good_id)


@blueprint.route("/shops/<uuid:shop_id>/goods")
@reads(
    schemas.GoodPage,
    query=lists.GOODS.query,
    permission="stock.read",
    division=division_of_shop,
)
def get_goods(shop_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """A shop's list with costs and stock, for its staff."""
    return {"items": [good_output(*each) for each in chosen_goods(shop_id, query)]}


@blueprint.route("/shops/<uuid:shop_id>/goods", methods=["POST"])
@writes(
    schemas.GoodOutput,
    status=201,
    body=schemas.GoodInput,
    permission="good.set",
    division=division_of_shop,
)
def post_good(shop_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Put a good on the list."""
    good = operations.add_good(shop_id=shop_id, actor=current_actor(), now=now(), **body)
    return good_output(good, db.session.get_one(Stock, good.id))


@blueprint.route("/shops/<uuid:shop_id>/goods/imports", methods=["POST"])
@writes(
    schemas.GoodsImported,
    upload=GoodsImport,
    permission="good.set",
    division=division_of_shop,
)
def post_goods_import(shop_id: UUID, body: dict[str, Any]) -> operations.Imported:
    """Take a list of goods over from a workbook or .csv, by article number: all or none."""
    return operations.import_goods(
        shop_id=shop_id, goods=body["file"], actor=current_actor(), now=now()
    )


@blueprint.route("/shops/<uuid:shop_id>/goods/<uuid:good_id>", methods=["PATCH"])
@writes(
    schemas.GoodOutput,
    body=schemas.GoodChange,
    permission="good.set",
    division=division_of_shop,
)
def patch_good(shop_id: UUID, good_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Change a good's price, cost, names or cap, or take it off sale."""
    good = operations.change_good(
        shop_id=shop_id, good_id=good_id, changes=body, actor=current_actor(), now=now()
    )
    return good_output(good, db.session.get_one(Stock, good.id))


@blueprint.route("/shops/<uuid:shop_id>/goods/<uuid:good_id>/prices")
@reads(
    schemas.GoodPricePage,
    query=lists.PRICE_HISTORY.query,
    permission="stock.read",
    division=division_of_shop,
)
def get_prices(shop_id: UUID, good_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """What a good was for since when, in points and in money, newest first."""
    history = price_outputs(queries.find_good(shop_id, good_id).id)
    return {"items": lists.PRICE_HISTORY.sift(history, query)}
