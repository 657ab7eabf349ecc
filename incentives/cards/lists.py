"""The list of a household's cards, to be taken along: never their codes."""

from flask_babel import lazy_gettext as _

from incentives.cards.models import CardStatus
from incentives.web.lists import Column, Kind, Listing, member

STATES = {
    CardStatus.ACTIVE: _("In use"),
    CardStatus.SUSPENDED: _("Reported lost"),
    CardStatus.REVOKED: _("No longer valid"),
}

CARDS = Listing(
    "cards",
    _("Cards"),
    columns=[
        Column(_("Number"), "number"),
        Column(_("State"), lambda each: STATES[member(each, "status")]),
        Column(_("Issued on"), "issued_on", Kind.DAY),
        Column(_("Valid through"), "expires_on", Kind.DAY),
    ],
)
