"""The shop's list: goods and prices."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.extensions import db
from incentives.shop import forms, operations, queries
from incentives.shop.models import (
    Stock,
)
from incentives.shop.pages.shared import blueprint, shop_here
from incentives.shop.pages.views import good_view
from incentives.web.pages import Form, nav_item, page, render

nav_item(_("Goods and prices"), "/desk/goods", permission="good.set", order=64)


@blueprint.route("/desk/goods", methods=["GET", "POST"])
@page(permission="good.set")
def goods() -> Any:
    """The shop's list: add a good, change a price."""
    shop_id = shop_here("good.set").id
    form = Form(forms.GoodForm)
    answer = form.accept(
        lambda: operations.add_good(
            shop_id=shop_id, category="other", actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _good: url_for("shop_pages.goods", shop=shop_id),
        done=_("The good is on the list"),
    )
    if answer is not None:
        return answer
    listed = [good_view(good, stock) for good, stock in queries.goods_of_shop(shop_id)]
    return render("shop/goods.html", shop=queries.find_shop(shop_id), goods=listed, form=form)


@blueprint.route("/desk/goods/<uuid:good_id>", methods=["GET", "POST"])
@page(permission="good.set")
def good(good_id: UUID) -> Any:
    """One good: its price, cost and cap, and whether it is on sale."""
    shop_id = shop_here("good.set").id
    kept = queries.find_good(shop_id, good_id)
    form = Form(
        forms.GoodChangeForm,
        {
            "price_points": kept.price_points,
            "cost_fen": f"{kept.cost_fen // 100}.{kept.cost_fen % 100:02d}",
            "household_cap": kept.household_cap or "",
            "on_sale": kept.on_sale,
        },
    )
    answer = form.accept(
        lambda: operations.change_good(
            shop_id=shop_id, good_id=good_id, changes=form.data, actor=current_actor(), now=now()
        ),
        then=lambda _good: url_for("shop_pages.goods", shop=shop_id),
        done=_("Changed"),
    )
    if answer is not None:
        return answer
    kept = queries.find_good(shop_id, good_id)
    shelf = db.session.get_one(Stock, good_id)
    return render("shop/good.html", good=good_view(kept, shelf), shop_id=shop_id, form=form)
