"""The lists of awards that people narrow and take along: awards and versions of the rules."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _

from incentives.awards.models import AwardStatus, RulebookStatus
from incentives.web.languages import current_language
from incentives.web.lists import Column, Filter, Kind, Listing, Look, words

AWARD_STATES = {
    AwardStatus.PROPOSED: _("To be reviewed"),
    AwardStatus.REVIEWED: _("Approved"),
    AwardStatus.PUBLISHED: _("In notice"),
    AwardStatus.OBJECTED: _("Objected"),
    AwardStatus.POSTED: _("Points given"),
    AwardStatus.REVERSED: _("Taken back"),
    AwardStatus.REJECTED: _("Not approved"),
    AwardStatus.WITHDRAWN: _("Withdrawn"),
}
RULEBOOK_STATES = {
    RulebookStatus.DRAFT: _("Draft"),
    RulebookStatus.ADOPTED: _("Adopted"),
    RulebookStatus.DISCARDED: _("Discarded"),
}


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
        Filter("status", _("State"), Look.CHOICE, options=words(AWARD_STATES)),
        Filter("rule_item", _("Code of the rule")),
        Filter("from", _("Done from"), Look.DAY),
        Filter("to", _("Done until"), Look.DAY),
    ],
    named=True,
)

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
    filters=[Filter("status", _("State"), Look.CHOICE, options=words(RULEBOOK_STATES))],
)

# What anyone reads of them: those that were adopted.
VERSIONS = replace(RULEBOOKS, name="versions", filters=())
