"""Lists by cursor: stable order, and no page is lost or doubled when a row is added meanwhile."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, or_
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.operators import desc_op

from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.web.parsing import is_holdable

Key = QueryableAttribute[Any] | ColumnElement[Any]


def page(select: Select[Any], keys: Sequence[Any], query: dict[str, Any]) -> dict[str, Any]:
    """A page of a select: `{"items": [...], "next": cursor or None}`.

    `keys` are the columns of the order (`Award.id.desc()`), none ever NULL, together unique.
    `query` holds `limit` and `after` (`PageQuery`). An item is the row's entity where the select
    has one, else the row. Refuses a cursor that isn't one of this list.
    """
    limit = query.get("limit", 50)
    order = [split_key(key) for key in keys]
    columns = [column for column, _descending in order]
    if query.get("after"):
        select = select.where(beyond(order, read_cursor(query["after"], columns)))
    width = len(select.column_descriptions)
    rows = db.session.execute(
        select.add_columns(*columns).order_by(None).order_by(*keys).limit(limit + 1)
    ).all()
    shown = rows[:limit]
    items = [row[0] if width == 1 else row[:width] for row in shown]
    following = write_cursor(shown[-1][width:]) if len(rows) > limit else None
    return {"items": items, "next": following}


def split_key(key: Any) -> tuple[ColumnElement[Any], bool]:
    """A key's column, and whether the order is descending."""
    if isinstance(key, UnaryExpression) and key.modifier is desc_op:
        return key.element, True
    return key, False


def beyond(order: list[tuple[ColumnElement[Any], bool]], values: list[Any]) -> ColumnElement[bool]:
    """The condition for what stands after a row in this order."""
    cases = []
    for place, (column, descending) in enumerate(order):
        same = [earlier == values[at] for at, (earlier, _d) in enumerate(order[:place])]
        cases.append(and_(*same, column < values[place] if descending else column > values[place]))
    return or_(*cases)


def write_cursor(values: Sequence[Any]) -> str:
    """A cursor that holds the order's values of a list's last row."""
    texts = [
        value.isoformat() if isinstance(value, date) else str(value) if is_text(value) else value
        for value in values
    ]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def is_text(value: Any) -> bool:
    """Whether a value stands in a cursor as text."""
    return isinstance(value, UUID | str)


def read_cursor(cursor: str, columns: Sequence[ColumnElement[Any]]) -> list[Any]:
    """The values in a cursor; refuses what isn't one of these columns."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        texts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(texts, list) or len(texts) != len(columns):
            raise ValueError
        return [
            read_value(text, column.type.python_type)
            for text, column in zip(texts, columns, strict=True)
        ]
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Invalid(errors=[FieldError("/after", _("This is no cursor of this list"))]) from error


def read_value(text: Any, kind: type) -> Any:
    """A cursor's value as its column's type; ValueError, TypeError, OverflowError for all else."""
    if kind is UUID:
        return UUID(text_of(text))
    if kind is datetime:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError(text)
        return instant.astimezone(UTC)
    if kind is date:
        return date.fromisoformat(text)
    if kind is int and (type(text) is not int or abs(text) > 2**53):
        raise ValueError(text)
    return kind(text_of(text) if issubclass(kind, str) else text)


def text_of(value: Any) -> str:
    """A cursor's text; ValueError for what is none, or none that a database can hold."""
    if not isinstance(value, str) or not is_holdable(value):
        raise ValueError(value)
    return value
