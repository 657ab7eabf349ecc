"""The list of what a restore lost, to be taken along."""

from flask_babel import lazy_gettext as _

from incentives.web.lists import Column, Filter, Kind, Listing

LOST = Listing(
    "lost",
    _("What can't be rebuilt"),
    columns=[
        Column(_("Village"), "village"),
        Column(_("Voucher"), "voucher", Kind.NUMBER),
        Column(_("What"), "text", Kind.LONG),
    ],
    filters=[Filter("village", _("Code of the village"))],
)
