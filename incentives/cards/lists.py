"""The lists of cards, sheets and counters, to be narrowed and taken along: never a card's code."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _

from incentives.cards.models import CardStatus, SheetJob, SheetStatus, Vouch, VouchStatus
from incentives.register.lists import grid_filter
from incentives.register.queries import divisions_by_code
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


def with_grid_names(jobs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sheets with the name of their grid, in one statement; all of the village has none."""
    found = divisions_by_code([each["grid"] for each in jobs if each["grid"]])
    return [
        {**each, "grid_name": found[each["grid"]].name_zh if each["grid"] else None}
        for each in jobs
    ]


SHEET_STATES = state_words("sheets", SheetStatus)
SHEETS = Listing(
    "card_sheets",
    _("Cards to cut out"),
    columns=[
        Column(_("Asked for at"), "asked_at", Kind.INSTANT),
        Column(_("Grid"), "grid_name"),
        Column(_("Cards"), "cards", Kind.NUMBER),
        Column(_("Sheets"), "sheets", Kind.NUMBER),
        Column(_("State"), lambda each: SHEET_STATES[each["status"]]),
        Column(_("Ready at"), "ready_at", Kind.INSTANT),
        Column(_("Cards with letters missing"), lambda each: len(each["unprintable"]), Kind.NUMBER),
    ],
    filters=[
        choice("status", _("State"), SHEET_STATES, SheetJob.status),
        grid_filter(SheetJob.grid),
    ],
    rows=with_grid_names,
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
