"""What a list is made of: its columns, its filters, and its name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar, cast

from flask_babel import gettext
from flask_babel.speaklater import LazyString
from sqlalchemy import Select

from incentives.clock import VILLAGE_TIME
from incentives.web.lists.filters import Filter, member
from incentives.web.schemas import PageQuery, Schema

T = TypeVar("T")
Item = TypeVar("Item")


class Kind(StrEnum):
    """What a column holds, and so how it is written."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    YUAN = "yuan"
    DAY = "day"
    INSTANT = "instant"
    YES = "yes"


@dataclass(frozen=True)
class Column:
    """A column: its heading, the item's member or what is made of the item, and its kind.

    `YUAN` takes whole fen, `INSTANT` an aware instant, written in the villages' time.
    """

    heading: LazyString
    value: str | Callable[[Any], Any]
    kind: Kind = Kind.TEXT

    def value_of(self, item: Any) -> Any:
        """What an item has in this column."""
        return self.value(item) if callable(self.value) else member(item, self.value)

    def read(self, item: Any) -> Any:
        """The cell of an item in a workbook."""
        found = self.value_of(item)
        return found if found is None else as_cell(found, self.kind)


# What each list is called, by its name.
TITLES: dict[str, LazyString] = {}


@dataclass(frozen=True)
class Listing:
    """A list: its name in files and in the audit trail, its columns, its filters.

    `named` says that people stand in it by name, so that taking it along is noted. `rows` makes of
    a page's items what the columns read (their names, in a bounded number of statements). `paged`
    says whether it is given by pages, or whole. `url` leads from an item to its own page.
    """

    name: str
    title: LazyString
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    named: bool = False
    rows: Callable[[Sequence[Any]], Sequence[Any]] = list
    paged: bool = True
    url: Callable[[Any], str | None] | None = None

    def __post_init__(self) -> None:
        """Let whoever has only the name say the title."""
        TITLES[self.name] = self.title

    @cached_property
    def query(self) -> type[Schema]:
        """The query of the list's JSON call: its filters, and paging where it has pages."""
        made = {each.attribute: each.parameter() for each in self.filters}
        parts = {"__module__": __name__, "__doc__": None, **made}
        return type("ListQuery", (PageQuery if self.paged else Schema,), parts)

    def narrow(self, chosen: Select[T], query: dict[str, Any]) -> Select[T]:
        """A select of the list's rows, narrowed by those filters that are columns' conditions."""
        for each, value in self.in_use(query):
            if each.where is not None:
                chosen = chosen.where(each.where(value))
        return chosen

    def sift(self, items: Sequence[Item], query: dict[str, Any]) -> list[Item]:
        """Those items of a list that is given whole which its filters keep."""
        return [
            item
            for item in items
            if all(
                each.keeps is None or each.keeps(item, value) for each, value in self.in_use(query)
            )
        ]

    def in_use(self, query: dict[str, Any]) -> list[tuple[Filter, Any]]:
        """The filters that a loaded query uses, each with its value."""
        found = [(each, query.get(each.attribute)) for each in self.filters]
        return [(each, value) for each, value in found if value is not None]


def as_cell(value: Any, kind: Kind) -> Any:
    """A value as the workbook writes its kind."""
    if kind is Kind.YUAN:
        return value / 100
    if kind is Kind.INSTANT:
        return cast("datetime", value).astimezone(VILLAGE_TIME).replace(tzinfo=None)
    if kind is Kind.YES:
        return gettext("Yes") if value else gettext("No")
    if kind in (Kind.NUMBER, Kind.DAY):
        return value
    return str(value)
