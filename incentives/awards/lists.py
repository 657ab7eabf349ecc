"""The lists of awards that people narrow and take along: awards and versions of the rules."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _

from incentives.awards.models import Award, AwardStatus, Rulebook, RulebookStatus
from incentives.awards.queries import award_matches
from incentives.web.languages import current_language
from incentives.web.lists import (
    YES_OR_NO,
    Column,
    Kind,
    Listing,
    Look,
    choice,
    days,
    hidden,
    search,
    year,
)
from incentives.web.states import state_words

AWARD_STATES = state_words("award", AwardStatus)
RULEBOOK_STATES = state_words("rulebook", RulebookStatus)


def rule_words(award: dict[str, Any]) -> str:
    """The rule's code and its name in the reader's language."""
    english = award["name_en"] if current_language() == "en" else None
    return f"{award['rule_item']} {english or award['name_zh']}"


def reviewed_words(award: dict[str, Any]) -> str:
    """Who decided, and why where they said so."""
    return "\n".join(
        " · ".join(part for part in (each["name"], each["reason"]) if part)
        for each in award["reviews"]
    )


AWARDS = Listing(
    "awards",
    _("Registered points"),
    columns=[
        Column(_("Who"), "holder"),
        Column(_("What was done"), rule_words, Kind.LONG),
        Column(_("On"), "occurred_on", Kind.DAY),
        Column(_("Quantity"), "quantity", Kind.NUMBER),
        Column(_("Points"), "points", Kind.NUMBER),
        Column(_("State"), lambda each: AWARD_STATES[each["status"]]),
        Column(_("Claimed"), "claimed", Kind.YES),
        Column(_("Note"), "note", Kind.LONG),
        Column(_("Entered by"), "proposer"),
        Column(_("Entered at"), "proposed_at", Kind.INSTANT),
        Column(_("Reviewed by"), reviewed_words, Kind.LONG),
        Column(_("Notice"), "notice", Kind.NUMBER),
        Column(_("Points given at"), "posted_at", Kind.INSTANT),
    ],
    filters=[
        replace(search(_("Name or what was done")), where=award_matches),
        replace(search(_("Code of the rule"), Award.rule_code, name="rule_item"), look=Look.HIDDEN),
        choice("status", _("State"), AWARD_STATES, Award.status),
        choice("claimed", _("Claimed"), YES_OR_NO, Award.claimed),
        *days(Award.occurred_on, _("Done from"), _("Done until")),
        hidden("household", _("One household"), Award.household_id),
    ],
    named=True,
)

# What a household reads of its own.
OWN_AWARDS = replace(AWARDS, name="own_awards", title=_("All that we did"))
CLAIMS = replace(AWARDS, name="claims", title=_("Our claims"))

YEAR = year(Rulebook.effective_on)
RULEBOOKS = Listing(
    "rulebooks",
    _("Versions of the rules"),
    columns=[
        Column(_("Version"), "number", Kind.NUMBER),
        Column(_("State"), lambda each: RULEBOOK_STATES[each["status"]]),
        Column(_("Decided on"), "held_on", Kind.DAY),
        Column(_("Present"), "present", Kind.NUMBER),
        Column(_("In favour"), "in_favour", Kind.NUMBER),
        Column(_("Against"), "against", Kind.NUMBER),
        Column(_("In force from"), "effective_on", Kind.DAY),
        Column(_("Rules in it"), lambda each: len(each["items"]), Kind.NUMBER),
        Column(_("Minutes kept"), "minutes_kept", Kind.YES),
    ],
    filters=[choice("status", _("State"), RULEBOOK_STATES, Rulebook.status), YEAR],
)

# What anyone reads of them: those that were adopted.
VERSIONS = replace(RULEBOOKS, name="versions", filters=[YEAR])
