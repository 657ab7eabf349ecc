"""Goods with their prices: the public list, a shop's own, the shelf."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import validate

from incentives.shop.words import (
    CATEGORIES,
    unit_word,
)
from incentives.web.languages import in_language
from incentives.web.lists import (
    YES_OR_NO,
    Column,
    Filter,
    Kind,
    Listing,
    Look,
    choice,
    days,
    search,
)
from incentives.web.schemas import Points

POINTS_AT_MOST = 10_000_000


def named(item: dict[str, Any]) -> str:
    """A good's name in the reader's language."""
    return in_language(item["name_zh"], item["name_en"])


PRICES = [
    Column(_("Article number"), "sku"),
    Column(_("Name of the good"), named, Kind.LONG),
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
