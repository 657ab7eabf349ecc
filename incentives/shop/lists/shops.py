"""Shops, and what was agreed with them."""

from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.shop.models import (
    StockOwner,
)
from incentives.shop.queries import shops_read_by
from incentives.shop.words import (
    BASES,
)
from incentives.web.lists import (
    Column,
    Kind,
    Listing,
    Words,
    choice,
    days,
    member,
    search,
)
from incentives.web.pages import current_village

OWNERS = {StockOwner.VILLAGE: _("the village's"), StockOwner.SHOPKEEPER: _("the shopkeeper's")}


def shop_options(permission: str) -> Words:
    """The shops of the page's village of which the reader may read something."""

    def read_here() -> list[tuple[str, str]]:
        shops = shops_read_by(current_actor(), permission, current_village().code)
        return [(str(shop.id), shop.name) for shop in shops]

    return read_here


SHOPS = Listing(
    "shops",
    _("Shops"),
    columns=[
        Column(_("What it is called"), "name"),
        Column(_("Division"), "division"),
        Column(_("Whose stock it is"), lambda each: OWNERS[each["stock_owner"]]),
        Column(_("Serves"), lambda each: ", ".join(each["serves"]), Kind.LONG),
    ],
    filters=[
        search(_("What it is called"), "name"),
        choice("stock_owner", _("Whose stock it is"), OWNERS, "stock_owner"),
    ],
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
