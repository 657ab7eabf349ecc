"""A list of goods as a workbook or .csv: read with each mistake named by its row, never guessed."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from marshmallow import ValidationError, fields
from werkzeug.datastructures import FileStorage

from incentives.files.schemas import is_upload
from incentives.files.sheets import Unreadable, folded, in_every_language, read_sheets, shown
from incentives.shop.models import Category
from incentives.shop.schemas.goods import GoodInput
from incentives.shop.words import CATEGORIES, unit_of
from incentives.web.schemas import NOT_YUAN, Schema, fen_of

ROWS_AT_MOST = 500
HEADINGS: dict[str, LazyString] = {
    "sku": _("Article number"),
    "barcode": _("Barcode"),
    "category": _("Kind of good"),
    "name_zh": _("Name of the good"),
    "name_en": _("Name in English"),
    "unit": _("Unit"),
    "price_points": _("Price"),
    "cost_fen": _("Cost"),
    "household_cap": _("At most a month for each household"),
    "low_at": _("Tell me when so few are left"),
}
WANTED = ("sku", "name_zh", "unit", "price_points", "cost_fen")
WHOLE = ("price_points", "household_cap", "low_at")
NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class GoodsField(fields.Field[list[dict[str, Any]]]):
    """An uploaded list of goods, read before the transaction begins: it takes its time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "binary"}, **options)

    def _serialize(self, value: Any, *_args: Any, **_options: Any) -> Any:
        return None

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> list[dict[str, Any]]:
        is_upload(value)
        file: FileStorage = value
        content = file.stream.read()
        file.stream.seek(0)
        return read_goods(content)


class GoodsImport(Schema):
    """A workbook (.xlsx, .xls) or .csv with a good a row."""

    file = GoodsField(required=True)


def read_goods(content: bytes) -> list[dict[str, Any]]:
    """The goods of a file's first sheet, as `import_goods` takes them.

    The first row has the headings, in any of our languages and any order. ValidationError for a
    file that is no sheet, headings that are missing, formulas, more than 500 rows, and for every
    row that isn't a good, by its number and field.
    """
    try:
        sheets = read_sheets(content)
    except Unreadable as error:
        raise ValidationError(str(error.detail)) from error
    if not sheets or not 2 <= len(sheets[0].rows) <= ROWS_AT_MOST + 1:
        raise ValidationError(str(_("A list has 1 to %(most)s goods", most=ROWS_AT_MOST)))
    if sheets[0].formulas:
        raise ValidationError(str(_("This file has formulas: save their results instead")))
    columns = columns_of(sheets[0].rows[0])
    goods: list[dict[str, Any]] = []
    problems: dict[str, Any] = {}
    seen: set[str] = set()
    for number, row in enumerate(sheets[0].rows[1:], start=2):
        typed = {name: shown(row[at]) for name, at in columns.items() if at < len(row)}
        typed = {name: text for name, text in typed.items() if text}
        if not typed:
            continue
        given = as_fields(typed)
        try:
            good = GoodInput().load(given)
        except ValidationError as error:
            no_money = (
                {"cost_fen": [str(NOT_YUAN)]} if isinstance(given.get("cost_fen"), str) else {}
            )
            problems[str(number)] = error.normalized_messages() | no_money
            continue
        if good["sku"] in seen:
            problems[str(number)] = {"sku": [str(_("This article number stands here twice"))]}
        seen.add(good["sku"])
        goods.append({name: value for name, value in good.items() if name in typed})
    if problems:
        raise ValidationError(problems)
    return goods


def columns_of(heads: Sequence[Any]) -> dict[str, int]:
    """Which column holds which field, by the headings; refuses where one is missing."""
    found: dict[str, int] = {}
    known = {name: in_every_language(heading) for name, heading in HEADINGS.items()}
    for place, head in enumerate(heads):
        text = folded(shown(head)).casefold()
        for name, words in known.items():
            if text in words and name not in found:
                found[name] = place
    missing = [str(HEADINGS[name]) for name in WANTED if name not in found]
    if missing:
        detail = _("These headings are missing: %(names)s", names=str(_(", ")).join(missing))
        raise ValidationError(str(detail))
    return found


def as_fields(typed: dict[str, str]) -> dict[str, Any]:
    """A row's texts as the API takes them; what is no number or no kind stays a text, refused."""
    given: dict[str, Any] = dict(typed)
    for name in WHOLE:
        if NUMBER.fullmatch(typed.get(name, "")):
            given[name] = int(typed[name])
    if (fen := fen_of(typed.get("cost_fen", ""))) is not None:
        given["cost_fen"] = fen
    if "unit" in typed:
        given["unit"] = unit_of(typed["unit"])
    kind = folded(typed.get("category", "")).casefold()
    for category in Category:
        if kind in in_every_language(CATEGORIES[category]):
            given["category"] = category.value
    return given
