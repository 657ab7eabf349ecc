"""The shelf: what came in, was counted, spoiled or went back."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.clock import now
from incentives.shop import forms, operations, queries
from incentives.shop.models import (
    MovementKind,
    Shop,
    StockMovement,
    StockOwner,
    StockSource,
)
from incentives.shop.pages.shared import blueprint, shop_here
from incentives.shop.pages.views import good_view
from incentives.web.cursors import page as list_page
from incentives.web.pages import Form, nav_item, page, render

nav_item(_("Shelf"), "/stock", permission="stock.read", order=62)
MOVEMENTS = (
    MovementKind.IN,
    MovementKind.COUNT,
    MovementKind.SPOILED,
    MovementKind.RETURN,
)


@blueprint.route("/stock", methods=["GET", "POST"])
@page(permission="stock.read")
def stock() -> Any:
    """The shelf: what stands there, and what comes in, was counted, spoiled or went back."""
    shop = shop_here("stock.read")
    form = Form(forms.StockForm)
    shop_id = shop.id
    answer = form.accept(
        lambda: enter_movement(shop_id, form.data),
        then=lambda _movement: url_for("shop_pages.stock", shop=shop_id),
        done=_("Entered"),
    )
    if answer is not None:
        return answer
    shop = queries.find_shop(shop_id)
    goods = [good_view(good, stock) for good, stock in queries.goods_of_shop(shop.id)]
    moved = list_page(queries.movements(shop.id), [StockMovement.id.desc()], {"limit": 10})
    return render(
        "shop/stock.html",
        shop=shop,
        goods=goods,
        movements=moved["items"],
        kinds=MOVEMENTS,
        sources=sources_of(shop),
        may_move=may(current_actor(), "stock.move", shop.division),
        form=form,
    )


def sources_of(shop: Shop) -> list[StockSource]:
    """Where goods may come from: the village's by purchase or as a gift, else the shopkeeper's."""
    if shop.stock_owner is StockOwner.VILLAGE:
        return [StockSource.PURCHASE, StockSource.DONATION]
    return [StockSource.SHOPKEEPER]


def enter_movement(shop_id: UUID, data: dict[str, Any]) -> StockMovement:
    """Call the operation of a movement's kind with the rows that were filled in."""
    rows = [row for row in data["lines"] if row["quantity"] is not None]
    common: dict[str, Any] = {
        "shop_id": shop_id,
        "lines": [operations.StockLine(row["good_id"], row["quantity"]) for row in rows],
        "note": data["note"],
        "actor": current_actor(),
        "now": now(),
    }
    if data["kind"] is MovementKind.IN:
        source = data["source"] or sources_of(queries.find_shop(shop_id))[0]
        return operations.receive_stock(source=source, voucher=data["voucher"], **common)
    if data["kind"] is MovementKind.COUNT:
        return operations.count_stock(**common)
    return operations.remove_stock(kind=data["kind"], **common)
