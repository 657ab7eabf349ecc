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

VOUCHES = Listing(
    "vouches",
    _("Who vouched for whom"),
    columns=[
        Column(_("At"), "asked_at", Kind.INSTANT),
        Column(_("Whose card"), "holder"),
        Column(_("Door"), "door"),
        Column(_("Points"), "points", Kind.NUMBER),
        Column(_("Asked by"), "asked_by_name"),
        Column(_("Answered by"), "answered_by_name"),
        Column(_("Answered at"), "answered_at", Kind.INSTANT),
        Column(_("Knows them"), "vouched_by", Kind.YES),
        Column(_("Reason"), "reason", Kind.LONG),
    ],
    named=True,
)
ALARMS = Listing(
    "alarms",
    _("Counters that were stopped"),
    columns=[
        Column(_("At"), "at", Kind.INSTANT),
        Column(_("Counter"), "counter"),
        Column(_("Name"), "name"),
        Column(_("Wrong PINs and numbers"), "wrong", Kind.NUMBER),
    ],
    named=True,
)
