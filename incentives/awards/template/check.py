"""What no rule may give points for: which item says it, by which words, and what may stand instead.

The check knows words, not meanings (decision 0017): it refuses what is plainly ruled out, and marks
as doubtful what an assembly should look at. It replaces neither the assembly nor the township.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.awards.models import Category
from incentives.awards.template.items import ItemDraft
from incentives.awards.template.plain import Plain, plain
from incentives.awards.template.ruled_out import Effect, Topic, words
from incentives.errors import FieldError, RuleNotAllowed

TEXTS = ("name_zh", "name_en", "unit")
HIDDEN = "\0"
CATEGORIES = {each.value for each in Category}

ABOUT: dict[Topic, LazyString] = {
    Topic.BELIEF: _("belief or religion"),
    Topic.POLITICS: _("political attitude"),
    Topic.FAMILY_PLANNING: _("having children"),
    Topic.PETITIONING: _("petitioning"),
    Topic.HEALTH: _("somebody's health"),
    Topic.PRIVATE_LIFE: _("private life"),
    Topic.DANGER: _("a fight, a fire or a chase"),
    Topic.DEDUCTION: _("taking points away"),
    Topic.BASE_SCORE: _("points for nothing done"),
    Topic.BENEFITS: _("allowances, schooling, loans or other benefits"),
    Topic.PEOPLE: _("watching, rating or listing people"),
}
INSTEAD: dict[Topic, LazyString] = {
    Topic.BELIEF: _("Write the work itself, such as “clear the path to the village”."),
    Topic.POLITICS: _("Write what was done for the village, such as “attend the assembly”."),
    Topic.FAMILY_PLANNING: _("That is each family's own affair: leave the rule out."),
    Topic.PETITIONING: _(
        "Neither petitioning nor keeping from it earns points. Leave the rule out, or write"
        " “make a proposal to the assembly”."
    ),
    Topic.HEALTH: _("Write a service to others, such as “take a neighbour to the doctor”."),
    Topic.PRIVATE_LIFE: _("How people live is their own affair: leave the rule out."),
    Topic.DANGER: _(
        "Nobody is paid to step in alone. Write “as organised by the village”, or write “report”."
    ),
    Topic.DEDUCTION: _("Points are only ever given. Leave the rule out, and talk it over."),
    Topic.BASE_SCORE: _("Points are for acts that somebody verified: write the act."),
    Topic.BENEFITS: _(
        "Points count in the points shop alone: leave this out, or write whom you help and how,"
        " such as “carry water for a household on allowance”."
    ),
    Topic.PEOPLE: _("A hazard may be reported, people are not rated: leave the rule out."),
}


@dataclass(frozen=True)
class Finding:
    """What the check found in an item: in which field, which words as typed, about what.

    `refused` says that it rules the item out; else it is a doubt. A category that doesn't exist has
    no topic.
    """

    code: str
    field: str
    words: str
    topic: Topic | None
    refused: bool


def findings_of(item: ItemDraft) -> list[Finding]:
    """What the check finds in an item, the first refusal and the first doubt of each field."""
    found = []
    if item.category not in CATEGORIES:
        found.append(Finding(item.code, "category", item.category, None, refused=True))
    for field in TEXTS:
        text = plain(getattr(item, field) or "")
        hidden = without_what_is_innocent(text.text)
        refused = next(refusals_in(text, hidden), None)
        doubt = next(matches(Effect.DOUBT, hidden), None)
        if refused is not None:
            topic, piece = refused
            found.append(Finding(item.code, field, piece, topic, refused=True))
        elif doubt is not None:
            topic, match = doubt
            piece = text.as_typed(*match.span())
            found.append(Finding(item.code, field, piece, topic, refused=False))
    return found


def without_what_is_innocent(text: str) -> str:
    """The text with hidden what only looks like a word of the list, and who is served; as long."""
    undone = set()
    if has(Effect.ALONE, text) or has(Effect.NEGATED, text):
        undone.add(Topic.DANGER)
    if has(Effect.TIED, without(Effect.ALLOW, text)):
        undone.add(Topic.BENEFITS)
    hidden = without(Effect.ALLOW, text, undone)
    return hidden if Topic.BENEFITS in undone else without(Effect.SERVED, hidden)


def without(effect: Effect, text: str, undone: Collection[Topic] = ()) -> str:
    """The text with the words of one effect hidden; what stands in their gaps stays to be read."""
    hidden = text
    for topic, pattern in words()[effect]:
        left = text
        while topic not in undone and (found := pattern.search(left)) is not None:
            for place in range(1, pattern.groups + 1):
                hidden = hide(hidden, *found.span(place))
            left = hide(left, *found.span(pattern.groups))  # one verb may serve several people
    return hidden


def hide(text: str, start: int, end: int) -> str:
    """The text with a piece of it hidden."""
    return text[:start] + HIDDEN * (end - start) + text[end:]


def matches(effect: Effect, text: str) -> Iterator[tuple[Topic | None, re.Match[str]]]:
    """The words of one effect in a text."""
    for topic, pattern in words()[effect]:
        match = pattern.search(text)
        if match is not None:
            yield topic, match


def refusals_in(text: Plain, hidden: str) -> Iterator[tuple[Topic | None, str]]:
    """What rules a text out, with the words as they were typed."""
    for topic, match in matches(Effect.REFUSE, hidden):
        yield topic, text.as_typed(*match.span())
    alone = has(Effect.ALONE, text.text)
    excused = not alone and not has(Effect.NEGATED, text.text)
    organised = excused and has(Effect.ORGANISED, text.text)
    reported = excused and has(Effect.REPORT, text.text)
    if not organised:
        for topic, match in matches(Effect.ACT, hidden):
            yield topic, text.as_typed(*match.span())
    if not organised and not reported:
        for topic, match in matches(Effect.EVENT, hidden):
            yield topic, text.as_typed(*match.span())


def has(effect: Effect, text: str) -> bool:
    """Whether a text has a word of this effect."""
    return next(matches(effect, text), None) is not None


def sentence_of(finding: Finding) -> LazyString:
    """What was found, in words that a committee understands."""
    if finding.topic is None:
        return _("%(code)s: there is no kind “%(word)s”.", code=finding.code, word=finding.words)
    said = {"code": finding.code, "word": finding.words, "about": ABOUT[finding.topic]}
    if finding.refused:
        return _(
            "%(code)s: “%(word)s” is about %(about)s, for which no points are given. %(instead)s",
            instead=INSTEAD[finding.topic],
            **said,
        )
    return _("%(code)s: “%(word)s” may touch on %(about)s.", **said)


def refuse_what_is_ruled_out(items: Sequence[ItemDraft]) -> None:
    """Refuse items that points may not be given for; each is named with its words and a way out."""
    errors = [
        FieldError(f"/items/{index}/{finding.field}", sentence_of(finding))
        for index, item in enumerate(items)
        for finding in findings_of(item)
        if finding.refused
    ]
    if errors:
        raise RuleNotAllowed(errors[0].detail, errors=errors)
