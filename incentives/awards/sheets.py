"""A version of the rules as a workbook: the columns of the API, in the reader's words."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask_babel import gettext as _

from incentives.awards import words
from incentives.awards.models import Rulebook, RuleItem
from incentives.web.workbooks import workbook_response

NUMBERS = ("points", "cap_points")


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
