"""How the shops of a village are paid for their own goods: what was agreed, entered from paper."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.shop import forms, lists, operations, queries, words
from incentives.shop.api.settlements import get_agreements
from incentives.shop.models import Basis, Shop, ShopAgreement, StockOwner
from incentives.shop.pages.shared import blueprint
from incentives.shop.queries.agreements import agreements_of
from incentives.web.lists import list_page
from incentives.web.pages import Form, current_village, nav_item, page, render

nav_item(_("Agreements with shops"), "/admin/agreements", permission="shop.agree", order=85)


@blueprint.route("/admin/agreements", methods=["GET", "POST"])
@page(permission="shop.agree")
def agreements() -> Any:
    """What is agreed with each shop that serves the village, and a new agreement."""
    form = Form(forms.AgreementForm)
    answer = form.accept(
        lambda: operations.set_agreement(actor=current_actor(), now=now(), **form.data),
        then=lambda _agreement: url_for(".agreements"),
        done=_("Entered. It holds from that day on."),
    )
    if answer is not None:
        return answer
    return render(
        "shop/agreements.html",
        form=form,
        shops=shops_with_agreements(current_village().code),
        bases=[(basis.value, words.BASES[basis]) for basis in Basis],
        today=village_day(now()),
        words=words,
    )


list_page(
    blueprint,
    "/admin/agreements/<uuid:shop_id>",
    get_agreements,
    lists.AGREEMENTS,
    back=(".agreements", _("Agreements with shops")),
    permission="shop.agree",
)


def shops_with_agreements(village: str) -> list[tuple[Shop, list[ShopAgreement]]]:
    """The shops whose keepers are paid, and which this person may enter agreements for."""
    return [
        (shop, agreements_of(shop.id))
        for shop in queries.shops_of_village(village)
        if shop.stock_owner is StockOwner.SHOPKEEPER
        and may(current_actor(), "shop.agree", shop.division)
    ]
