"""A version of the rules on paper and as a workbook: by page and API alike."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from incentives.awards import queries, words
from incentives.awards.models import Category, Rulebook, RuleItem
from incentives.awards.template import as_draft, findings_of, sentence_of
from incentives.cards.paper import printed_checkpoint
from incentives.web.guard import get_village
from incentives.web.sheets import sheet_html, sheet_response
from incentives.web.workbooks import workbook_response

NUMBERS = ("points", "cap_points")


def by_kind(items: Sequence[RuleItem]) -> list[tuple[Category, list[RuleItem]]]:
    """The rules by kind, in the order of the kinds, each kind once."""
    return [
        (kind, rules)
        for kind in Category
        if (rules := [item for item in items if item.category is kind])
    ]


def doubts_in(items: Sequence[RuleItem]) -> list[LazyString]:
    """What the template check lets pass, for the assembly to look at."""
    return [sentence_of(found) for item in items for found in findings_of(as_draft(item))]


def rulebook_sheet(rulebook: Rulebook, today: date) -> Markup:
    """The sheet of a version: for the wall, or a draft's for the assembly with what is doubtful."""
    before = queries.predecessor(rulebook, today)
    items = queries.items_of([rulebook.id])[rulebook.id]
    return sheet_html(
        "awards/rules_sheet.html",
        village=get_village(rulebook.village),
        rulebook=rulebook,
        groups=[(words.CATEGORIES[kind], rules) for kind, rules in by_kind(items)],
        never_held=bool(queries.never_held(rulebook.village, [rulebook])),
        before=before,
        changes=queries.changes_of(rulebook, before) if before else None,
        doubts=doubts_in(items) if rulebook.effective_on is None else [],
        checkpoint=printed_checkpoint(rulebook.village),
        today=today,
        words=words,
    )


def rulebook_pdf(rulebook: Rulebook, today: date) -> Response:
    """The sheet as a PDF."""
    name = f"rules-{rulebook.village}-{rulebook.number}"
    return sheet_response(rulebook_sheet(rulebook, today), title=name, name=f"{name}.pdf")


def rulebook_workbook(rulebook: Rulebook, items: Sequence[RuleItem]) -> Response:
    """The version's rules as an .xlsx file, in their order."""
    return workbook_response(
        f"rules-{rulebook.village}-{rulebook.number}",
        _("Version %(number)s", number=rulebook.number),
        [_("Code"), *(str(heading) for heading in words.FIELDS.values())],
        [[item.code, *(cell_of(item, name) for name in words.FIELDS)] for item in items],
    )


def cell_of(item: RuleItem, name: str) -> Any:
    """One field as a cell: numbers stay numbers, what is empty stays empty."""
    value = getattr(item, name)
    return value if value is None or name in NUMBERS else words.field_word(name, value)
