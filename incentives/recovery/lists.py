"""The list of what a restore lost, to be taken along."""

from flask_babel import lazy_gettext as _

from incentives.recovery.models import LostItem
from incentives.web.lists import Column, Kind, Listing, search

LOST = Listing(
    "lost",
    _("What can't be rebuilt"),
    columns=[
        Column(_("Village"), "village"),
        Column(_("Voucher"), "voucher", Kind.NUMBER),
        Column(_("What"), "text", Kind.LONG),
    ],
    filters=[search(_("Code of the village"), LostItem.village, name="village")],
)
