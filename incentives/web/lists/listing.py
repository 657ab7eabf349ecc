"""What a list is made of: its columns, its filters, and its name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from flask_babel import gettext
from flask_babel.speaklater import LazyString

from incentives.clock import VILLAGE_TIME

Words = Callable[[], Sequence[tuple[str, Any]]]


class Kind(StrEnum):
    """What a column holds, and so how it is written."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    YUAN = "yuan"
    DAY = "day"
    INSTANT = "instant"
    YES = "yes"


class Look(StrEnum):
    """How a filter is typed on the page."""

    SEARCH = "search"
    CHOICE = "select"
    DAY = "date"
    MONTH = "month"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    """A column: its heading, the item's member or what is made of the item, and its kind.

    `YUAN` takes whole fen, `INSTANT` an aware instant, written in the villages' time.
    """

    heading: LazyString
    value: str | Callable[[Any], Any]
    kind: Kind = Kind.TEXT

    def read(self, item: Any) -> Any:
        """The cell of an item."""
        found = self.value(item) if callable(self.value) else member(item, self.value)
        return found if found is None else as_cell(found, self.kind)


@dataclass(frozen=True)
class Filter:
    """A parameter of the list's query as the page's bar has it; `options` for a choice."""

    name: str
    label: LazyString
    look: Look = Look.SEARCH
    options: Words = field(default=tuple)


@dataclass(frozen=True)
class Listing:
    """A list: its name in files and in the audit trail, its columns, its filters.

    `named` says that people stand in it by name, so that taking it along is noted. `rows` makes of
    a page's items what the columns read (their names, in a bounded number of statements).
    """

    name: str
    title: LazyString
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    named: bool = False
    rows: Callable[[Sequence[Any]], Sequence[Any]] = list


def member(item: Any, name: str) -> Any:
    """A member of an item, which is a row or a dict as the JSON list gives it."""
    return item[name] if isinstance(item, dict) else getattr(item, name)


def as_cell(value: Any, kind: Kind) -> Any:
    """A value as the workbook writes its kind."""
    if kind is Kind.YUAN:
        return value / 100
    if kind is Kind.INSTANT:
        return cast("datetime", value).astimezone(VILLAGE_TIME).replace(tzinfo=None)
    if kind is Kind.YES:
        return gettext("yes") if value else gettext("no")
    if kind in (Kind.NUMBER, Kind.DAY):
        return value
    return str(value)


def words(choices: dict[Any, Any]) -> Words:
    """The options of a choice: what the query takes, and the word for it."""
    return lambda: [(str(value), word) for value, word in choices.items()]
