"""The lists of cards and counters, to be narrowed and taken along: never a card's code."""

from dataclasses import replace

from flask_babel import lazy_gettext as _

from incentives.cards.models import CardStatus, Vouch, VouchStatus
from incentives.web.lists import Column, Kind, Listing, choice, days, member, search
from incentives.web.states import state_words

STATES = state_words("card", CardStatus)
VOUCHES_STAND = state_words("vouch", VouchStatus)

CARDS = Listing(
    "cards",
    _("Cards"),
    columns=[
        Column(_("Number"), "number"),
        Column(_("State"), lambda each: STATES[member(each, "status")]),
        Column(_("Issued on"), "issued_on", Kind.DAY),
        Column(_("Valid through"), "expires_on", Kind.DAY),
    ],
    filters=[choice("status", _("State"), STATES, "status"), *days("issued_on")],
    paged=False,
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
    filters=[choice("status", _("State"), VOUCHES_STAND, Vouch.status), *days(Vouch.asked_at)],
    named=True,
)
OWN_VOUCHES = replace(
    VOUCHES,
    name="own_vouches",
    filters=[choice("status", _("State"), VOUCHES_STAND, "status"), *days("asked_at")],
    paged=False,
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
    filters=[search(_("Name or counter"), "name", "counter"), *days("at")],
    named=True,
    paged=False,
)
