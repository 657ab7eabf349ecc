"""What narrows a list: each filter is a parameter of its JSON call, a field in its page's bar, and
the condition on its rows, declared once.

    filters=[
        choice("status", _("State"), STATES, of=Terminal.status),
        search(_("Name"), Terminal.name),
        *days(Terminal.registered_at),
    ]

`of` is a column where the rows come out of a select (`Listing.narrow`), the name of an item's
member where the list is given whole (`Listing.sift`), and left out where the list's own query
takes the parameter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from marshmallow import fields, validate
from sqlalchemy import ColumnElement, or_

from incentives.clock import beginning, village_day
from incentives.web.schemas import Day, Id

Words = Callable[[], Sequence[tuple[str, Any]]]
Field = Callable[..., fields.Field[Any]]
Of = Any

# `from` can't be a name in Python.
ATTRIBUTES = {"from": "first", "to": "last"}
FROM, UNTIL = _("From"), _("Until")
SEARCHED_AT_MOST = 60
YES_OR_NO = {"true": _("Yes"), "false": _("No")}
# Days further away than any record have no instant, or none that both databases hold.
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
MONTH = validate.Regexp(r"^(19|20|21)\d{2}-(0[1-9]|1[0-2])\Z")


class Look(StrEnum):
    """How a filter is typed on the page; what is hidden comes by a link."""

    SEARCH = "search"
    CHOICE = "select"
    DAY = "date"
    MONTH = "month"
    NUMBER = "number"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Filter:
    """A parameter of a list as the page's bar has it; `options` for a choice.

    `field` makes what loads it, `where` its condition on a select, `keeps` the same on an item.
    """

    name: str
    label: LazyString
    look: Look = Look.SEARCH
    options: Words = tuple
    field: Field = fields.String
    where: Callable[[Any], ColumnElement[bool]] | None = None
    keeps: Callable[[Any, Any], bool] | None = None

    @property
    def attribute(self) -> str:
        """Its name in a loaded query."""
        return ATTRIBUTES.get(self.name, self.name)

    def parameter(self) -> fields.Field[Any]:
        """What loads it; None where it isn't given."""
        return self.field(data_key=self.name, load_default=None)


def member(item: Any, name: str) -> Any:
    """A member of an item, which is a row or a dict as the JSON list gives it."""
    return item[name] if isinstance(item, dict) else getattr(item, name)


def words(choices: dict[Any, Any]) -> Words:
    """The options of a choice: what the query takes, and the word for it."""
    return lambda: [(str(value), word) for value, word in choices.items()]


def choice(
    name: str, label: LazyString, options: dict[Any, Any] | Words, of: Of = None, field: Field = Id
) -> Filter:
    """One of some: of an enumeration's words, of yes and no, or of what `options` gives now."""
    if isinstance(options, dict):
        field, options = field_of(options), words(options)
    return Filter(name, label, Look.CHOICE, options, field, *tests(of, equal, is_same))


def is_there(name: str, label: LazyString, of: Of) -> Filter:
    """Whether a record has that at all, as the day on which it ended."""
    made = choice(name, label, YES_OR_NO)
    return replace(made, where=lambda value: of.is_not(None) if value else of.is_(None))


def field_of(options: dict[Any, Any]) -> Field:
    """What loads one of these: members of an enumeration, `true` and `false`, or other texts."""
    first = next(iter(options))
    if isinstance(first, Enum):
        among = validate.OneOf([*options])
        return lambda **given: fields.Enum(type(first), by_value=True, validate=among, **given)
    if set(options) == {"true", "false"}:
        return lambda **given: fields.Boolean(truthy={"true"}, falsy={"false"}, **given)
    return lambda **given: fields.String(validate=validate.OneOf([*options]), **given)


def hidden(name: str, label: LazyString, of: Of = None, field: Field = Id) -> Filter:
    """What a link narrows the list to, as one household; the page says that it is narrowed."""
    return Filter(name, label, Look.HIDDEN, tuple, field, *tests(of, equal, is_same))


def search(label: LazyString, *of: Of, name: str = "q") -> Filter:
    """A part of one of these texts, in large or small letters."""
    return Filter(
        name,
        label,
        Look.SEARCH,
        tuple,
        lambda **given: fields.String(validate=validate.Length(max=SEARCHED_AT_MOST), **given),
        *tests(of or None, has_part, is_part),
    )


def days(
    of: Of = None, first: LazyString = FROM, last: LazyString = UNTIL
) -> tuple[Filter, Filter]:
    """From one of the villages' days to another, both included."""
    return (
        Filter("from", first, Look.DAY, tuple, Day, *tests(of, is_from, is_day_from)),
        Filter("to", last, Look.DAY, tuple, Day, *tests(of, is_until, is_day_until)),
    )


def month(of: Of = None) -> Filter:
    """In one month, as `2026-03`; of days and instants."""
    return Filter(
        "month",
        _("Month"),
        Look.MONTH,
        tuple,
        lambda **given: fields.String(validate=MONTH, **given),
        *tests(of, is_in_month, is_day_in_month),
    )


def year(of: Of = None) -> Filter:
    """In one year; of days and instants."""
    limits = validate.Range(min=EARLIEST.year, max=LATEST.year)
    return Filter(
        "year",
        _("Year"),
        Look.NUMBER,
        tuple,
        lambda **given: fields.Integer(strict=True, validate=limits, **given),
        *tests(of, is_in_year, is_day_in_year),
    )


def tests(
    of: Of,
    where: Callable[[Any, Any], ColumnElement[bool]],
    keeps: Callable[[Any, Any], bool],
) -> tuple[Any, Any]:
    """The condition on a select and the one on an item: at most one of them."""
    if of is None:
        return None, None
    one = of if isinstance(of, tuple) else (of,)
    if isinstance(one[0], str):
        return None, lambda item, value: any(keeps(member(item, each), value) for each in one)
    return lambda value: or_(*(where(each, value) for each in one)), None


def equal(column: Any, value: Any) -> ColumnElement[bool]:
    """Whether a column is that."""
    condition: ColumnElement[bool] = column == value
    return condition


def is_same(found: Any, value: Any) -> bool:
    """Whether an item has that."""
    return bool(found == value)


def has_part(column: Any, value: str) -> ColumnElement[bool]:
    """Whether a column's text has that part."""
    condition: ColumnElement[bool] = column.icontains(value, autoescape=True)
    return condition


def is_part(found: Any, value: str) -> bool:
    """Whether an item's text has that part."""
    return value.casefold() in str("" if found is None else found).casefold()


def start_of(column: Any, day: date) -> Any:
    """Where a day begins: itself for a column of days, an instant for one of instants."""
    day = min(max(day, EARLIEST), LATEST)
    return beginning(day) if column.type.python_type is datetime else day


def is_from(column: Any, day: date) -> ColumnElement[bool]:
    """Whether a column is on that day or later."""
    condition: ColumnElement[bool] = column >= start_of(column, day)
    return condition


def is_until(column: Any, day: date) -> ColumnElement[bool]:
    """Whether a column is on that day or earlier."""
    after = start_of(column, min(day, LATEST) + timedelta(days=1))
    condition: ColumnElement[bool] = column < after
    return condition


def is_in_month(column: Any, text: str) -> ColumnElement[bool]:
    """Whether a column is in that month."""
    first = date.fromisoformat(f"{text}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    before: ColumnElement[bool] = column < start_of(column, following)
    return is_from(column, first) & before


def is_in_year(column: Any, number: int) -> ColumnElement[bool]:
    """Whether a column is in that year."""
    return is_from(column, date(number, 1, 1)) & is_until(column, date(number, 12, 31))


def day_of(found: Any) -> date | None:
    """The day of an item's day or instant."""
    return village_day(found) if isinstance(found, datetime) else found


def is_day_from(found: Any, day: date) -> bool:
    """Whether an item is on that day or later."""
    on = day_of(found)
    return on is not None and on >= day


def is_day_until(found: Any, day: date) -> bool:
    """Whether an item is on that day or earlier."""
    on = day_of(found)
    return on is not None and on <= day


def is_day_in_month(found: Any, text: str) -> bool:
    """Whether an item is in that month."""
    on = day_of(found)
    return on is not None and f"{on:%Y-%m}" == text


def is_day_in_year(found: Any, number: int) -> bool:
    """Whether an item is in that year."""
    on = day_of(found)
    return on is not None and on.year == number
