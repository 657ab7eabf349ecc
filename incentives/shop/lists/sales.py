"""What was sold, handed out by voucher and settled."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.extensions import db
from incentives.register.lists import VILLAGE_NAME, in_village, with_village_names
from incentives.register.models import Household, Resident
from incentives.register.names import masked
from incentives.shop.lists.goods import named
from incentives.shop.lists.shops import shop_options
from incentives.shop.models import (
    Redemption,
    Settlement,
    SettlementStatus,
    Voucher,
)
from incentives.shop.words import (
    SETTLEMENT_STATES,
    VOUCHERS,
)
from incentives.web.lists import (
    Column,
    Kind,
    Listing,
    choice,
    days,
    hidden,
    member,
    month,
    search,
)


def with_households(sales: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The redemptions of a page with whose each was: door and masked head of the household."""
    ids = {each["household_id"] for each in sales}
    homes = {
        household_id: f"{masked(name or '')} · {door}"
        for household_id, door, name in db.session.execute(
            select(Household.id, Household.door, Resident.name)
            .outerjoin(Resident, Resident.id == Household.head_id)
            .where(Household.id.in_(ids))
        )
    }
    return [each | {"household": homes[each["household_id"]]} for each in sales]


def goods_of(sale: dict[str, Any]) -> str:
    """What was handed over, one good a line."""
    return "\n".join(f"{named(line)} × {line['quantity']}" for line in sale["lines"])


REDEMPTIONS = Listing(
    "redemptions",
    _("Receipts"),
    columns=[
        Column(_("Receipt"), "receipt", Kind.NUMBER),
        Column(_("At"), "redeemed_at", Kind.INSTANT),
        Column(_("Household"), "household"),
        Column(_("Goods"), goods_of, Kind.LONG),
        Column(_("Points"), "points", Kind.NUMBER),
        Column(_("Paid in cash (yuan)"), "cash_fen", Kind.YUAN),
        Column(
            _("Points given back"),
            lambda each: sum(refund.points for refund in each["refunds"]),
            Kind.NUMBER,
        ),
    ],
    filters=[
        *days(Redemption.redeemed_on),
        choice("shop_id", _("Shop"), shop_options("redemption.read"), Redemption.shop_id),
        hidden("household_id", _("One household"), Redemption.household_id),
    ],
    named=True,
    rows=with_households,
)

VOUCHER_LIST = Listing(
    "vouchers",
    _("Vouchers for services"),
    columns=[
        Column(_("Number"), "number"),
        Column(_("State"), lambda each: VOUCHERS[member(each, "status")][0]),
        Column(_("Issued on"), "issued_on", Kind.DAY),
        Column(_("Valid through"), "valid_until", Kind.DAY),
    ],
    filters=[
        choice(
            "status",
            _("State"),
            {status: word for status, (word, _kind) in VOUCHERS.items()},
            Voucher.status,
        ),
        *days(Voucher.issued_on),
        choice("shop_id", _("Shop"), shop_options("redemption.read"), Voucher.shop_id),
        hidden("household_id", _("One household"), Voucher.household_id),
    ],
)

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
        choice("shop_id", _("Shop"), shop_options("settlement.read"), Settlement.shop_id),
        choice("status", _("State"), SETTLEMENT_STATES, Settlement.status),
        month(Settlement.month),
    ],
)
SENT_UP_STATES = {
    each: SETTLEMENT_STATES[each] for each in (SettlementStatus.SUBMITTED, SettlementStatus.CHECKED)
}
SETTLEMENTS_SENT_UP = replace(
    SETTLEMENTS,
    name="settlements_sent_up",
    title=_("Sent up by villages: shops"),
    columns=[VILLAGE_NAME, *SETTLEMENTS.columns],
    filters=[
        search(_("Shop"), "shop"),
        in_village("village"),
        choice("status", _("State"), SENT_UP_STATES, "status"),
        month("month"),
    ],
    paged=False,
    rows=with_village_names,
    url=lambda each: url_for(
        "shop_pages.show_settlement", settlement_id=each["id"], village=each["village"]
    ),
)
