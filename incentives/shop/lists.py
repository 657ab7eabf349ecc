"""The shop's lists that people narrow and take along: settlements."""

from typing import Any

from flask_babel import lazy_gettext as _

from incentives.shop.models import SettlementStatus
from incentives.shop.queries import shops_of_village
from incentives.shop.words import SETTLEMENT_STATES
from incentives.web.lists import Column, Filter, Kind, Listing, Look
from incentives.web.pages import current_village


def status_options() -> list[tuple[str, Any]]:
    """How far a settlement may have come."""
    return [(status.value, SETTLEMENT_STATES[status]) for status in SettlementStatus]


def shop_options() -> list[tuple[str, str]]:
    """The shops that serve the page's village."""
    return [(str(shop.id), shop.name) for shop in shops_of_village(current_village().code)]


SETTLEMENTS = Listing(
    "settlements",
    _("What shops are paid"),
    columns=[
        Column(_("Shop"), "shop"),
        Column(_("Month"), lambda each: each["month"].strftime("%Y-%m")),
        Column(_("State"), lambda each: SETTLEMENT_STATES[each["status"]]),
        Column(_("Points"), "points", Kind.NUMBER),
        Column(_("Goods, in yuan"), "goods_fen", Kind.YUAN),
        Column(_("Paid in cash by households"), "cash_fen", Kind.YUAN),
        Column(_("To be paid"), "amount_fen", Kind.YUAN),
        Column(_("Asked for by"), "submitted_by"),
        Column(_("Checked by"), "checked_by"),
        Column(_("Approved by"), "approved_by"),
        Column(_("Paid by"), "paid_by"),
        Column(_("Paid on"), "paid_on", Kind.DAY),
        Column(_("Voucher number"), "voucher"),
    ],
    filters=[
        Filter("shop_id", _("Shop"), Look.CHOICE, options=shop_options),
        Filter("status", _("State"), Look.CHOICE, options=status_options),
        Filter("month", _("Month"), Look.MONTH),
    ],
)
