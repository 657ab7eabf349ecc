"""Vouchers of services: those yet to be used, and marking one as used."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.cards.numbers import read_number
from incentives.clock import now
from incentives.errors import FieldError, Invalid
from incentives.shop import forms, lists, operations, queries
from incentives.shop.api.vouchers import get_vouchers
from incentives.shop.models import Voucher
from incentives.shop.pages.shared import blueprint, shop_here
from incentives.shop.pages.views import voucher_views
from incentives.shop.words import VOUCHERS
from incentives.web.cursors import page as list_page
from incentives.web.lists import ListPage, Place, export_page
from incentives.web.pages import Form, current_village, nav_item, page, render

nav_item(_("Vouchers"), "/vouchers", permission="voucher.serve", order=61)
# The page is a shop's: its list is of that shop's vouchers only.
HERE = Place(fixed=lambda: {"shop_id": shop_here("voucher.serve").id}, names=("shop",))


@blueprint.route("/vouchers", methods=["GET", "POST"])
@page(permission="voucher.serve")
def vouchers() -> Any:
    """Find a voucher by its number, and those that nobody came for yet."""
    shop_id = shop_here("voucher.serve").id
    form = Form(forms.VoucherForm)
    answer = form.accept(
        lambda: find_typed(shop_id, form.data["number"]),
        then=lambda number: url_for("shop_pages.voucher", number=number, shop=shop_id),
    )
    if answer is not None:
        return answer
    shown = ListPage(lists.VOUCHER_LIST, get_vouchers, limit=30, place=HERE)
    chosen = lists.VOUCHER_LIST.narrow(queries.vouchers(current_village().code), shown.query)
    found = shown.take(list_page(chosen, [Voucher.id.desc()], shown.query))
    return render(
        "shop/vouchers.html",
        shop=queries.find_shop(shop_id),
        vouchers=voucher_views(found),
        words=VOUCHERS,
        list=shown,
        form=form,
    )


export_page(
    blueprint,
    "/vouchers",
    get_vouchers,
    lists.VOUCHER_LIST,
    place=HERE,
    permission="voucher.serve",
)


def find_typed(shop_id: UUID, typed: str) -> str:
    """The number of a voucher of this shop, as typed or scanned; refuses any other."""
    number = read_number(typed.rstrip("/").rpartition("/")[2])
    if number is None:
        raise Invalid(
            errors=[FieldError("/number", _("This number isn't right: please look again"))]
        )
    return queries.find_voucher(shop_id, number).number


@blueprint.route("/vouchers/<number>", methods=["GET", "POST"])
@page(permission="voucher.serve")
def voucher(number: str) -> Any:
    """One voucher; whoever gave its service marks it as used here, once."""
    shop_id = shop_here("voucher.serve").id
    form = Form()
    answer = form.accept(
        lambda: operations.serve_voucher(
            shop_id=shop_id, number=number, actor=current_actor(), now=now()
        ),
        then=lambda _voucher: url_for("shop_pages.voucher", number=number, shop=shop_id),
        done=_("The service is given, the voucher is used"),
    )
    if answer is not None:
        return answer
    [shown] = voucher_views([queries.find_voucher(shop_id, number)])
    return render("shop/voucher.html", voucher=shown, words=VOUCHERS, form=form)
