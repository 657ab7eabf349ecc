"""The shops of a village and its township: opened here, and whom a township's serves."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.clock import now
from incentives.register.answers import named
from incentives.register.models import Division
from incentives.register.queries import divisions_by_code, served_villages
from incentives.shop import forms, lists, operations, queries, schemas
from incentives.shop.models import VILLAGE_CODE_LENGTH, Shop, StockOwner
from incentives.shop.pages.shared import blueprint
from incentives.web.pages import Form, current_village, nav_item, page, render

nav_item(_("Shops"), "/admin/shops", permission="shop.open", order=84)
TOWNSHIP_CODE_LENGTH = 9
SEE_OTHER = 303


@blueprint.route("/admin/shops", methods=["GET", "POST"])
@page(permission="shop.open")
def shops() -> Any:
    """The shops of this village and of its township, and a new one."""
    form = Form(forms.ShopForm)
    answer = form.accept(
        lambda: operations.open_shop(actor=current_actor(), now=now(), **whom_it_serves(form.data)),
        then=lambda _shop: url_for(".shops"),
        done=_("The shop is open. Its goods are entered next."),
    )
    return answer or render_shops(form)


def whom_it_serves(data: dict[str, Any]) -> dict[str, Any]:
    """A form's shop: a village's serves that village, a township's those that were ticked."""
    if len(data["division"]) < VILLAGE_CODE_LENGTH:
        return data
    return data | {"serves": data["serves"] or [data["division"]]}


@blueprint.route("/admin/shops/<uuid:shop_id>/villages", methods=["GET", "POST"])
@page(permission="shop.open")
def serve_village(shop_id: UUID) -> Any:
    """Let a township's shop serve one more village."""
    form = Form(schemas.ServiceInput)
    answer = form.accept(
        lambda: operations.serve_village(
            shop_id=shop_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _shop: url_for(".shops"),
        done=_("From now on the shop serves this village, too"),
    )
    return answer or (render_shops(form) if form.submitted else to_shops())


@blueprint.route("/admin/shops/<uuid:shop_id>/villages/<code>/leaving", methods=["GET", "POST"])
@page(permission="shop.open")
def leave_village(shop_id: UUID, code: str) -> Any:
    """Let a township's shop hand out nothing to a village's cards any more."""
    form = Form()
    answer = form.accept(
        lambda: operations.leave_village(
            shop_id=shop_id, village=code, actor=current_actor(), now=now()
        ),
        then=lambda _shop: url_for(".shops"),
        done=_("The shop doesn't serve this village any more. What was sold is still settled."),
    )
    return answer or (render_shops(form) if form.submitted else to_shops())


def to_shops() -> Any:
    """An act's address leads back to its page when it is opened."""
    return redirect(url_for(".shops"), SEE_OTHER)


def render_shops(form: Form) -> Any:
    """The page, with a form of it that was refused."""
    actor, village = current_actor(), current_village().code
    township = village[:TOWNSHIP_CODE_LENGTH]
    neighbours = served_villages(township)
    places = divisions_by_code([village, township])
    return render(
        "shop/shops.html",
        shops=[shown(shop, neighbours) for shop in queries.shops_near(village, township)],
        places=[
            (code, named(places[code]).name)
            for code in (village, township)
            if code in places and may(actor, "shop.open", code)
        ],
        neighbours=[(each.code, named(each).name) for each in neighbours],
        owners=[(owner.value, lists.OWNERS[owner]) for owner in StockOwner],
        form=form,
    )


def shown(shop: Shop, neighbours: list[Division]) -> dict[str, Any]:
    """A shop as the page shows it: whom it serves, and whom it could or couldn't any more."""
    served = set(queries.villages_served(shop.id))
    may_change = shop.of_township and may(current_actor(), "shop.open", shop.division)
    return {
        "id": shop.id,
        "name": shop.name,
        "owner": lists.OWNERS[shop.stock_owner],
        "of_township": shop.of_township,
        "serves": [(each.code, named(each).name) for each in neighbours if each.code in served],
        "others": [
            (each.code, named(each).name)
            for each in neighbours
            if may_change and each.code not in served
        ],
        "may_leave": may_change and len(served) > 1,
    }
