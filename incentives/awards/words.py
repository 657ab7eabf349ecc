"""The words of the awards' pages: a rule's category, unit, cap and proof, in plain language."""

import json
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.awards.models import CapPer, CapPeriod, Category, Evidence, RuleItem
from incentives.awards.naming import NameProblem
from incentives.awards.queries import Closed, Enterable, Span
from incentives.awards.template import ItemDraft
from incentives.web.dates import day_word
from incentives.web.languages import in_language

Item = RuleItem | ItemDraft

CATEGORIES = {
    Category.PATROL: _("Patrol and watch"),
    Category.SAFETY: _("Safety"),
    Category.MEDIATION: _("Settling quarrels"),
    Category.ENVIRONMENT: _("Clean surroundings"),
    Category.NEIGHBOURS: _("Helping neighbours"),
    Category.PUBLIC_WORKS: _("Public works"),
    Category.COUNCIL: _("Meetings and public posts"),
    Category.LEARNING: _("Learning and teaching"),
    Category.CULTURE: _("Sport and culture"),
}
UNITS = {
    "time": _("time"),
    "day": _("day"),
    "case": _("case"),
    "quarter": _("quarter"),
    "month": _("month"),
    "tree": _("tree"),
    "kg": _("kg"),
    "proposal": _("proposal"),
    "course": _("course"),
}
PROOFS = {
    Evidence.PATROL: _("the patrol's log"),
    Evidence.PHOTO: _("a photo"),
    Evidence.CALL: _("the report"),
    Evidence.SIGN_IN: _("the list of who came"),
    Evidence.WITNESS: _("a witness"),
    Evidence.DOCUMENT: _("a document"),
    Evidence.MINUTES: _("the minutes"),
    Evidence.VISIT: _("a visit"),
    Evidence.WEIGH: _("the scales"),
}
PER = {CapPer.PERSON: _("each person"), CapPer.HOUSEHOLD: _("each household")}
PERIODS = {
    CapPeriod.DAY: _("a day"),
    CapPeriod.MONTH: _("a month"),
    CapPeriod.QUARTER: _("a quarter"),
    CapPeriod.YEAR: _("a year"),
}


FIELDS = {
    "category": _("Kind"),
    "name_zh": _("What is done"),
    "name_en": _("The same in English"),
    "points": _("Points a time"),
    "unit": _("Counted in"),
    "cap_points": _("At most so many points"),
    "cap_per": _("Counted for"),
    "cap_period": _("In"),
    "evidence": _("Shown by"),
    "claimable": _("People may claim it themselves"),
}


def item_name(item: Item) -> str:
    """A rule's words in the reader's language, else in Chinese."""
    return in_language(item.name_zh, item.name_en)


def unit_word(unit: str) -> str:
    """A unit in the reader's language; one that a village named itself as it is."""
    return str(UNITS.get(unit, unit))


def unit_named(typed: str) -> str:
    """A unit as it is kept, by its word in the reader's language."""
    return next((unit for unit, word in UNITS.items() if str(word) == typed), typed)


def yes_or_no(value: bool) -> str:
    """Yes or no."""
    return gettext("Yes") if value else gettext("No")


def worth(item: Item) -> str:
    """What a rule gives: 5 points a time."""
    unit = unit_word(item.unit)
    return gettext("%(points)s points a %(unit)s", points=item.points, unit=unit)


def until(day: date) -> str:
    """The last day of what holds no longer: until 24 Nov 2026."""
    return gettext("until %(day)s", day=day_word(day))


def since(day: date) -> str:
    """The first day of what is to hold: from 26 Nov 2026 on."""
    return gettext("from %(day)s on", day=day_word(day))


def when_held(act: Enterable, today: date) -> str:
    """Until when an act was among the rules, or from when it is to be; empty for one that is."""
    if act.latest.last is not None:
        return until(act.latest.last)
    first = act.spans[-1].first
    return since(first) if first > today else ""


def other_names(act: Enterable, shown: Item) -> list[str]:
    """What else an act is called on other days, each with from when and until when it was or is."""
    named = [
        (name, list(spans)) for name, spans in groupby(act.spans, lambda span: item_name(span.item))
    ]
    return [
        f"{when_named(act, spans)}{gettext(': ')}{name}"
        for name, spans in named
        if name != item_name(shown)
    ]


def when_named(act: Enterable, spans: Sequence[Span]) -> str:
    """From when until when an act has a name, the latest first; the oldest has it from before."""
    first, last = spans[-1].first, spans[0].last
    if last is None:
        return since(first)
    if spans[-1] is act.spans[-1]:
        return until(last)
    return day_word(first) if first == last else f"{day_word(first)} – {day_word(last)}"


def choice_words(act: Enterable, item: Item, today: date) -> str:
    """An act to choose, as its item of a day has it."""
    parts = [item_name(item), worth(item), when_held(act, today), *other_names(act, item)]
    return " · ".join(part for part in parts if part)


def choice_by_day(act: Enterable, today: date) -> str:
    """What an act says and gives from which day to which, as data of the page that shows it."""
    spans = [
        {
            "first": span.first.isoformat(),
            "last": span.last.isoformat() if span.last else None,
            "points": span.item.points,
            "text": choice_words(act, span.item, today),
        }
        for span in act.spans
    ]
    return json.dumps(spans, ensure_ascii=False)


def field_word(name: str, value: Any) -> str:
    """The value of a rule's field as people say it; a dash for nothing."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return yes_or_no(value)
    if name == "category":
        return str(CATEGORIES[Category(value)])
    if name == "unit":
        return unit_word(value)
    tables: dict[type, dict[Any, Any]] = {CapPer: PER, CapPeriod: PERIODS, Evidence: PROOFS}
    table = tables.get(type(value))
    return str(table[value] if table is not None else value)


def cap_words(item: Item) -> str:
    """A rule's cap: at most 40 points a month for each person."""
    if item.cap_points is None or item.cap_per is None or item.cap_period is None:
        return gettext("as often as it is done")
    if item.cap_per is CapPer.PERSON:
        return {
            CapPeriod.DAY: gettext("each person at most %(n)s a day", n=item.cap_points),
            CapPeriod.MONTH: gettext("each person at most %(n)s a month", n=item.cap_points),
            CapPeriod.QUARTER: gettext("each person at most %(n)s a quarter", n=item.cap_points),
            CapPeriod.YEAR: gettext("each person at most %(n)s a year", n=item.cap_points),
        }[item.cap_period]
    return {
        CapPeriod.DAY: gettext("each household at most %(n)s a day", n=item.cap_points),
        CapPeriod.MONTH: gettext("each household at most %(n)s a month", n=item.cap_points),
        CapPeriod.QUARTER: gettext("each household at most %(n)s a quarter", n=item.cap_points),
        CapPeriod.YEAR: gettext("each household at most %(n)s a year", n=item.cap_points),
    }[item.cap_period]


def proof_words(item: Item) -> str:
    """What shows that it was done: shown by a photo."""
    return gettext("shown by %(proof)s", proof=str(PROOFS[item.evidence]))


def claim_lines(act: Enterable) -> list[str]:
    """What an act gives, up to which cap and shown by what; a line for each time it was another.

    Then by which other names it went.
    """
    last: dict[str, date | None] = {}
    for span in act.spans:
        parts = (worth(span.item), cap_words(span.item), proof_words(span.item))
        last.setdefault(" · ".join(parts), span.last)
    lines = [f"{said} · {until(day)}" if day else said for said, day in last.items()]
    return [*lines, *other_names(act, act.latest.item)]


NAME_PROBLEMS: dict[NameProblem, LazyString] = {
    NameProblem.UNKNOWN: _("Nobody here has this name"),
    NameProblem.SEVERAL: _("Several people have this name"),
    NameProblem.OTHER_DOOR: _("Nobody of this name lives behind this door"),
    NameProblem.MOVED_AWAY: _("This person has moved away"),
    NameProblem.TWICE: _("This person stands in the list twice"),
}
CAPS_USED: dict[CapPeriod, LazyString] = {
    CapPeriod.DAY: _("that day {used}/{cap}"),
    CapPeriod.MONTH: _("that month {used}/{cap}"),
    CapPeriod.QUARTER: _("that quarter {used}/{cap}"),
    CapPeriod.YEAR: _("that year {used}/{cap}"),
}
CLOSED: dict[Closed, LazyString] = {
    Closed.OWN_ENTRY: _("You entered this: somebody else must look"),
    Closed.OWN_HOUSEHOLD: _("Your own household: somebody else must look"),
    Closed.DECIDED: _("You said yes already: a second person must look"),
    Closed.RULED: _("You ruled that these points are due: somebody else must look"),
    Closed.VILLAGE: _("The village decides this itself"),
}
