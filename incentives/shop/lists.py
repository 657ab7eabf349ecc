"""The shop's lists that people narrow and take along: goods, movements, sales, settlements."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import validate
from sqlalchemy import select

from incentives.access.actor import current_actor
from incentives.extensions import db
from incentives.register.models import Household, Resident
from incentives.register.names import masked
from incentives.shop.models import (
    Closing,
    Good,
    Redemption,
    Settlement,
    StockMovement,
    StockOwner,
    Voucher,
)
from incentives.shop.queries import shops_read_by
from incentives.shop.words import (
    BASES,
    CATEGORIES,
    KINDS,
    SETTLEMENT_STATES,
    SOURCES,
    TERMINALS_STAND,
    VOUCHERS,
    in_language,
    unit_word,
)
from incentives.web.lists import (
    YES_OR_NO,
    Column,
    Filter,
    Kind,
    Listing,
    Look,
    Words,
    choice,
    days,
    hidden,
    member,
    month,
    search,
)
from incentives.web.pages import current_village
from incentives.web.schemas import Points

POINTS_AT_MOST = 10_000_000
OWNERS = {StockOwner.VILLAGE: _("the village's"), StockOwner.SHOPKEEPER: _("the shopkeeper's")}


def shop_options(permission: str) -> Words:
    """The shops of the page's village of which the reader may read something."""

    def read_here() -> list[tuple[str, str]]:
        shops = shops_read_by(current_actor(), permission, current_village().code)
        return [(str(shop.id), shop.name) for shop in shops]

    return read_here


def named(item: dict[str, Any]) -> str:
    """A good's name in the reader's language."""
    return in_language(item["name_zh"], item["name_en"])


SHOPS = Listing(
    "shops",
    _("Shops"),
    columns=[
        Column(_("Name"), "name"),
        Column(_("Division"), "division"),
        Column(_("Whose stock it is"), lambda each: OWNERS[each["stock_owner"]]),
        Column(_("Serves"), lambda each: ", ".join(each["serves"]), Kind.LONG),
    ],
    filters=[
        search(_("Name"), "name"),
        choice("stock_owner", _("Whose stock it is"), OWNERS, "stock_owner"),
    ],
    paged=False,
)
PRICES = [
    Column(_("Article number"), "sku"),
    Column(_("Name"), named, Kind.LONG),
    Column(_("Unit"), lambda each: unit_word(each["unit"])),
    Column(_("Points for one"), "price_points", Kind.NUMBER),
    Column(_("At most for a household"), "household_cap", Kind.NUMBER),
]
NAMED = search(_("Find goods"), "name_zh", "name_en")
CATEGORY = choice("category", _("What kind"), CATEGORIES, "category")


def points_parameter(**given: Any) -> Points:
    """How many points one has: each good then says how many more it needs."""
    return Points(validate=validate.Range(min=0, max=POINTS_AT_MOST), **given)


PUBLIC_GOODS = Listing(
    "prices",
    _("What the shop has"),
    [*PRICES, Column(_("On the shelf"), "in_stock", Kind.YES)],
    filters=[
        NAMED,
        CATEGORY,
        Filter("points", _("How many points do you have?"), Look.NUMBER, field=points_parameter),
    ],
    paged=False,
)
GOODS = Listing(
    "goods",
    _("Goods"),
    [
        *PRICES,
        Column(_("Cost of one (yuan)"), "cost_fen", Kind.YUAN),
        Column(_("On the shelf"), "quantity", Kind.NUMBER),
        Column(_("On sale"), "on_sale", Kind.YES),
        Column(_("To be counted"), "count_due", Kind.YES),
    ],
    filters=[
        search(_("Name, number or barcode"), "name_zh", "name_en", "sku", "barcode"),
        CATEGORY,
        choice("on_sale", _("On sale"), YES_OR_NO, "on_sale"),
        choice("low", _("Running low"), YES_OR_NO, "low"),
    ],
    paged=False,
)
STOCK = replace(GOODS, name="stock", title=_("Shelf"))


def by_line(movements: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a page's movements, each with its good's name and what moved it."""
    ids = {line.good_id for each in movements for line in each["lines"]}
    goods = {row.id: row for row in db.session.scalars(select(Good).where(Good.id.in_(ids)))}
    return [
        each
        | {
            "sku": goods[line.good_id].sku,
            "name_zh": goods[line.good_id].name_zh,
            "name_en": goods[line.good_id].name_en,
            "quantity": line.quantity,
            "quantity_after": line.quantity_after,
            "unit_cost_fen": line.unit_cost_fen,
        }
        for each in movements
        for line in each["lines"]
    ]


MOVEMENT_LINES = Listing(
    "stock_movements",
    _("In and out"),
    columns=[
        Column(_("At"), "occurred_at", Kind.INSTANT),
        Column(_("What"), lambda each: KINDS[each["kind"]]),
        Column(_("From where"), lambda each: each["source"] and SOURCES[each["source"]]),
        Column(_("Voucher"), "voucher"),
        Column(_("Note"), "note", Kind.LONG),
        Column(_("Article number"), "sku"),
        Column(_("Name"), named, Kind.LONG),
        Column(_("Quantity"), "quantity", Kind.NUMBER),
        Column(_("On the shelf then"), "quantity_after", Kind.NUMBER),
        Column(_("Cost of one (yuan)"), "unit_cost_fen", Kind.YUAN),
    ],
    filters=[
        choice("kind", _("What"), KINDS, StockMovement.kind),
        *days(StockMovement.occurred_at),
        hidden("good_id", _("One good")),
    ],
    rows=by_line,
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

CLOSINGS = Listing(
    "closings",
    _("Days that were closed"),
    columns=[
        Column(_("On"), "closed_on", Kind.DAY),
        Column(_("Sales"), "sales", Kind.NUMBER),
        Column(_("Points"), "points", Kind.NUMBER),
        Column(_("Points given back"), "points_back", Kind.NUMBER),
        Column(_("Cash that is due (yuan)"), "cash_due_fen", Kind.YUAN),
        Column(_("Cash that was counted (yuan)"), "cash_counted_fen", Kind.YUAN),
        Column(_("Difference (yuan)"), "difference_fen", Kind.YUAN),
        Column(_("Why"), "explanation", Kind.LONG),
    ],
    filters=[*days(Closing.closed_on)],
)
PRICE_HISTORY = Listing(
    "good_prices",
    _("Prices of a good"),
    columns=[
        Column(_("Since"), "holds_from", Kind.DAY),
        Column(_("Points for one"), "price_points", Kind.NUMBER),
        Column(_("Cost of one (yuan)"), "cost_fen", Kind.YUAN),
        Column(_("By"), "set_by_name"),
    ],
    filters=[*days("holds_from")],
    paged=False,
)
PURCHASES = Listing(
    "purchases",
    _("What the fund paid for goods"),
    columns=[
        Column(_("Paid on"), "paid_on", Kind.DAY),
        Column(_("To whom"), "payee"),
        Column(_("Voucher"), "voucher"),
        Column(_("Paid (yuan)"), "paid_fen", Kind.YUAN),
        Column(_("Came in for it (yuan)"), "linked_fen", Kind.YUAN),
        Column(_("Difference (yuan)"), "difference_fen", Kind.YUAN),
    ],
    filters=[search(_("To whom or voucher"), "payee", "voucher"), *days("paid_on")],
    paged=False,
)
AGREEMENTS = Listing(
    "agreements",
    _("Agreements with shops"),
    columns=[
        Column(_("From"), "effective_on", Kind.DAY),
        Column(_("What is paid"), lambda each: BASES[member(each, "basis")], Kind.LONG),
        Column(_("Paper"), "document", Kind.LONG),
    ],
    filters=[choice("basis", _("What is paid"), BASES, "basis"), *days("effective_on")],
    paged=False,
)
TERMINALS = Listing(
    "terminals",
    _("Phones of the shop"),
    columns=[
        Column(_("Name"), "name"),
        Column(_("Keeper"), "keeper"),
        Column(_("State"), lambda each: TERMINALS_STAND[each["status"]]),
        Column(_("Registered at"), "registered_at", Kind.INSTANT),
        Column(_("Reason"), "reason", Kind.LONG),
    ],
    filters=[
        search(_("Phone or keeper"), "name", "keeper"),
        choice("status", _("State"), TERMINALS_STAND, "status"),
        *days("registered_at"),
    ],
    named=True,
    paged=False,
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
