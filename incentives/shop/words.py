"""The shop's words in the reader's language."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.shop.models import Category, MovementKind, StockSource, VoucherStatus

CATEGORIES: dict[Category, LazyString] = {
    Category.GRAIN: _("Grain and flour"),
    Category.OIL: _("Oil, salt, tea"),
    Category.DAILY: _("For every day"),
    Category.HOME: _("For the house"),
    Category.FARM: _("For the fields"),
    Category.SCHOOL: _("For school"),
    Category.SERVICE: _("Services"),
    Category.OTHER: _("Other things"),
}
KINDS: dict[MovementKind, LazyString] = {
    MovementKind.IN: _("Goods came in"),
    MovementKind.COUNT: _("Counted"),
    MovementKind.SPOILED: _("Spoiled"),
    MovementKind.RETURN: _("Back to the supplier"),
    MovementKind.REDEMPTION: _("Handed over"),
    MovementKind.REFUND: _("Brought back"),
    MovementKind.REVERSAL: _("Taken back"),
    MovementKind.REVALUED: _("Cost changed"),
}
SOURCES: dict[StockSource, LazyString] = {
    StockSource.PURCHASE: _("bought by the fund"),
    StockSource.DONATION: _("a gift"),
    StockSource.SHOPKEEPER: _("the shopkeeper's own"),
    StockSource.OPENING: _("from the paper book"),
}
VOUCHERS: dict[VoucherStatus, tuple[LazyString, str]] = {
    VoucherStatus.ISSUED: (_("Not used yet"), "notice"),
    VoucherStatus.SERVED: (_("Used"), "done"),
    VoucherStatus.REFUNDED: (_("Taken back"), "objection"),
    VoucherStatus.EXPIRED: (_("Not used in time"), "plain"),
}

# The units of the county's list of goods; a unit that a cadre typed stays as it is.
UNITS: dict[str, LazyString] = {
    "bag": _("bag"),
    "bar": _("bar"),
    "block": _("block"),
    "bottle": _("bottle"),
    "box": _("box"),
    "brick": _("brick"),
    "mu": _("mu"),
    "pack": _("pack"),
    "pair": _("pair"),
    "piece": _("piece"),
    "time": _("time"),
    "tube": _("tube"),
}


def unit_word(unit: str) -> str:
    """A good's unit as people say it."""
    return str(UNITS.get(unit, unit))
