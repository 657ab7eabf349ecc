"""Vouchers of services by HTTP."""

from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.clock import now
from incentives.shop import operations, queries, schemas
from incentives.shop.api.shared import blueprint, division_of_shop
from incentives.shop.lists import VOUCHER_LIST
from incentives.shop.models import Voucher
from incentives.web.api import reads, writes
from incentives.web.cursors import page


@blueprint.route("/villages/<village>/vouchers")
@reads(schemas.VoucherPage, query=VOUCHER_LIST.query, permission="redemption.read", own=True)
def get_vouchers(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The vouchers of a village's households, newest first.

    A resident sees their own household's, a shopkeeper their own shops'.
    """
    actor, shops = current_actor(), None
    if may(actor, "redemption.read", village):
        shops = queries.own_shops(actor, "redemption.read", village)
    else:
        query["household_id"] = actor.household_id
    chosen = VOUCHER_LIST.narrow(queries.vouchers(village, shops=shops), query)
    return page(chosen, [Voucher.id.desc()], query)


@blueprint.route("/shops/<uuid:shop_id>/vouchers/<number>")
@reads(schemas.VoucherOutput, permission="voucher.serve", division=division_of_shop)
def get_voucher(shop_id: UUID, number: str) -> Voucher:
    """One voucher of this shop, by its number."""
    return queries.find_voucher(shop_id, number)


@blueprint.route("/shops/<uuid:shop_id>/vouchers/<number>/service", methods=["POST"])
@writes(schemas.VoucherOutput, permission="voucher.serve", division=division_of_shop)
def post_service(shop_id: UUID, number: str) -> Voucher:
    """Mark a voucher's service as given, once."""
    return operations.serve_voucher(
        shop_id=shop_id, number=number, actor=current_actor(), now=now()
    )
