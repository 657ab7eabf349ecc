"""The counter's own: days that were closed, and its phones."""

from flask_babel import lazy_gettext as _

from incentives.shop.models import (
    Closing,
)
from incentives.shop.words import (
    TERMINALS_STAND,
)
from incentives.web.lists import (
    Column,
    Kind,
    Listing,
    choice,
    days,
    search,
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

TERMINALS = Listing(
    "terminals",
    _("Phones of the shop"),
    columns=[
        Column(_("What it is called"), "name"),
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
