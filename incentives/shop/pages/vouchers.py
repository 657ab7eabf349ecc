"""Vouchers of services: those yet to be used, and marking one as used."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.cards.numbers import read_number
from incentives.clock import now
from incentives.errors import FieldError, Invalid
from incentives.shop import forms, operations, queries
from incentives.shop.models import Voucher, VoucherStatus
from incentives.shop.pages.shared import blueprint, shop_here
from incentives.shop.pages.views import voucher_views
from incentives.shop.words import VOUCHERS
from incentives.web.cursors import page as list_page
from incentives.web.pages import Form, current_village, nav_item, page, render

nav_item(_("Vouchers"), "/vouchers", permission="voucher.serve", order=61)


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
    query = {"limit": 30, "after": request.args.get("after")}
    chosen = queries.vouchers(current_village().code, status=VoucherStatus.ISSUED, shop_id=shop_id)
    found = list_page(chosen, [Voucher.id.desc()], query)
    return render(
        "shop/vouchers.html",
        shop=queries.find_shop(shop_id),
        vouchers=voucher_views(found["items"]),
        older_url=url_for(".vouchers", after=found["next"], shop=shop_id)
        if found["next"]
        else None,
        newest_url=url_for(".vouchers", shop=shop_id) if query["after"] else None,
        form=form,
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
