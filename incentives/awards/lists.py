"""The lists of awards that people narrow and take along: awards, what waits, versions of rules."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields
from sqlalchemy import Select

from incentives.access.actor import current_actor
from incentives.awards import queries
from incentives.awards.models import Award, AwardStatus, Rulebook, RulebookStatus
from incentives.awards.queries import award_matches
from incentives.awards.schemas import CODE
from incentives.awards.words import CLOSED
from incentives.register.lists import VILLAGE_NAME, in_village, with_village_names
from incentives.web.languages import in_language
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
from incentives.web.pages import current_village
from incentives.web.states import state_words

AWARD_STATES = state_words("award", AwardStatus)
RULEBOOK_STATES = state_words("rulebook", RulebookStatus)


def rule_words(award: dict[str, Any]) -> str:
    """The rule's code and its name in the reader's language."""
    return name_of(award["rule_item"], award["name_zh"], award["name_en"])


def name_of(code: str, name_zh: str, name_en: str | None) -> str:
    """A rule's code and its name in the reader's language."""
    return f"{code} {in_language(name_zh, name_en)}"


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

WHO_DECIDES = {"true": _("you"), "false": _("somebody else")}
WAITED = {"true": _("more than a week"), "false": _("a week at most")}


def an_item(**given: Any) -> fields.String:
    """The code of a rule."""
    return fields.String(validate=CODE, **given)


def rule_options(chosen: Select[Award]) -> list[tuple[str, str]]:
    """The rules by which anything waits in a queue."""
    return [(code, name_of(code, zh, en)) for code, zh, en in queries.rules_waiting(chosen)]


def rules_here() -> list[tuple[str, str]]:
    """The rules by which anything waits in the page's village."""
    return rule_options(queries.to_review(current_village().code))


def rules_above() -> list[tuple[str, str]]:
    """The rules by which villages sent anything up to the reader."""
    return rule_options(queries.sent_up_under(queries.divisions_above(current_actor())))


def approvals_words(waiting: dict[str, Any]) -> str:
    """How many approvals there are of those it needs."""
    award = waiting["award"]
    return f"{len(award['reviews'])} / {award['reviews_needed']}"


def closed_words(waiting: dict[str, Any]) -> Any:
    """Why somebody else must decide, where they must."""
    return CLOSED.get(waiting["closed"])


QUEUE_COLUMNS = [
    Column(_("Who"), lambda each: each["award"]["holder"]),
    Column(_("What was done"), lambda each: rule_words(each["award"]), Kind.LONG),
    Column(_("On"), lambda each: each["award"]["occurred_on"], Kind.DAY),
    Column(_("Quantity"), lambda each: each["award"]["quantity"], Kind.NUMBER),
    Column(_("Points"), lambda each: each["award"]["points"], Kind.NUMBER),
    Column(_("Waits, in days"), "waiting_days", Kind.NUMBER),
    Column(_("Waits too long"), "overdue", Kind.YES),
    Column(_("Claimed"), lambda each: each["award"]["claimed"], Kind.YES),
    Column(_("Note"), lambda each: each["award"]["note"], Kind.LONG),
    Column(_("Entered by"), lambda each: each["award"]["proposer"]),
    Column(_("Entered at"), lambda each: each["award"]["proposed_at"], Kind.INSTANT),
    Column(_("Approvals"), approvals_words),
    Column(_("Sent up to the township"), "sent_up", Kind.YES),
    Column(_("Why another decides"), closed_words, Kind.LONG),
]
WHO = search(_("Name, pinyin or door"))
QUEUE_FILTERS = [
    choice("claimed", _("Claimed"), YES_OR_NO, Award.claimed),
    choice("mine", _("Who decides"), WHO_DECIDES),
    choice("overdue", _("Waits"), WAITED),
    *days(Award.occurred_on, _("Done from"), _("Done until")),
]
RULES_HERE = choice("rule_item", _("What was done"), rules_here, Award.rule_code, an_item)
RULES_ABOVE = choice("rule_item", _("What was done"), rules_above, Award.rule_code, an_item)
IN_VILLAGE = in_village(Award.village)

# What the call takes; a village's page has no other village to narrow to.
REVIEW_QUEUE = Listing(
    "review_queue",
    _("To review"),
    columns=[VILLAGE_NAME, *QUEUE_COLUMNS],
    filters=[WHO, RULES_HERE, IN_VILLAGE, *QUEUE_FILTERS],
    named=True,
    rows=with_village_names,
)
REVIEW_HERE = replace(
    REVIEW_QUEUE, columns=QUEUE_COLUMNS, filters=[WHO, RULES_HERE, *QUEUE_FILTERS], rows=list
)
REVIEW_ABOVE = replace(
    REVIEW_QUEUE,
    name="review_above",
    title=_("Sent up to us"),
    filters=[WHO, RULES_ABOVE, IN_VILLAGE, *QUEUE_FILTERS],
)

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
        Column(_("Never in force"), "never_held", Kind.YES),
        Column(_("Rules in it"), lambda each: len(each["items"]), Kind.NUMBER),
        Column(_("Minutes kept"), "minutes_kept", Kind.YES),
    ],
    filters=[choice("status", _("State"), RULEBOOK_STATES, Rulebook.status), YEAR],
)

# What anyone reads of them: those that were adopted.
VERSIONS = replace(RULEBOOKS, name="versions", filters=[YEAR])
