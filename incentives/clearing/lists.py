"""The list of clearings, to be narrowed and taken along."""

from flask_babel import lazy_gettext as _

from incentives.clearing.models import Clearing
from incentives.web.lists import Column, Kind, Listing, year

CLEARINGS = Listing(
    "clearings",
    _("Cleared so far"),
    columns=[
        Column(_("What was left on"), "period_ends_on", Kind.DAY),
        Column(_("Spendable through"), "due_on", Kind.DAY),
        Column(_("Announced at"), "announced_at", Kind.INSTANT),
        Column(_("Cleared at"), "cleared_at", Kind.INSTANT),
        Column(_("Households"), "households", Kind.NUMBER),
        Column(_("Points"), "points", Kind.NUMBER),
    ],
    filters=[year(Clearing.period_ends_on)],
)
