"""Receipts, and goods taken back."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access.actor import current_actor
from incentives.access.queries import person_names
from incentives.cards.paper import printed_checkpoint, printed_receipt
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.register.models import Household
from incentives.shop import forms, lists, operations, queries
from incentives.shop.api.redemptions import get_redemptions
from incentives.shop.keeping import may_at
from incentives.shop.models import (
    Redemption,
)
from incentives.shop.pages.shared import blueprint
from incentives.shop.pages.views import holders_of, voucher_views
from incentives.shop.words import VOUCHERS
from incentives.web.cursors import page as list_page
from incentives.web.languages import in_language
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, current_village, nav_item, page, render

nav_item(_("Receipts"), "/receipts", permission="redemption.read", order=60)


@blueprint.get("/receipts")
@page(permission="redemption.read")
def receipts() -> Any:
    """What was handed over, newest first."""
    village = current_village().code
    shown = ListPage(lists.REDEMPTIONS, get_redemptions, limit=30)
    shops = queries.own_shops(current_actor(), "redemption.read", village)
    chosen = lists.REDEMPTIONS.narrow(queries.redemptions(village, shops), shown.query)
    sales = queries.sales(shown.take(list_page(chosen, [Redemption.id.desc()], shown.query)))
    return render(
        "shop/receipts.html",
        sales=sales,
        holders=holders_of([sale.redemption for sale in sales]),
        list=shown,
    )


export_page(blueprint, "/receipts", get_redemptions, lists.REDEMPTIONS)


@blueprint.route("/receipts/<uuid:redemption_id>", methods=["GET", "POST"])
@page(permission="redemption.read")
def receipt(redemption_id: UUID) -> Any:
    """One receipt; the shopkeeper takes goods back here, by line."""
    village = current_village()
    redemption = queries.find_redemption(village.code, redemption_id)
    queries.refuse_other_shops(current_actor(), "redemption.read", village.code, redemption.shop_id)
    form = Form(forms.RefundForm)
    answer = form.accept(
        lambda: operations.refund_redemption(
            village=village.code,
            redemption_id=redemption_id,
            reason=form.data["reason"],
            lines=[
                operations.ReturnedLine(**line) for line in form.data["lines"] if line["quantity"]
            ],
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _refund: url_for("shop_pages.receipt", redemption_id=redemption_id),
        done=_("Taken back: the points are with the household again"),
    )
    if answer is not None:
        return answer
    sale = queries.sales([queries.find_redemption(village.code, redemption_id)])[0]
    shop = queries.find_shop(redemption.shop_id)
    still_out = any(line.quantity > line.refunded for line in sale.lines)
    household = db.session.get_one(Household, redemption.household_id)
    position = ledger.positions(village.code, [household.account_code])[household.account_code]
    return render(
        "shop/receipt.html",
        sale=sale,
        shop=shop,
        holder=holders_of([redemption])[redemption.id],
        balance=position.balance,
        rulers=person_names(each.refunded_by for each in sale.ruled),
        names={line.id: in_language(line.name_zh, line.name_en) for line in sale.lines},
        vouchers=voucher_views(sale.vouchers),
        voucher_words=VOUCHERS,
        may_refund=still_out and may_at(current_actor(), "redemption.refund", shop),
        in_time=village_day(now()) <= redemption.refundable_until,
        form=form,
        printed=printed_receipt(village.code, redemption.event_id),
        checkpoint=printed_checkpoint(village.code),
    )
