"""What every room's schemas are made of (docs/api.md, Conventions).

A schema refuses unknown fields. Days and instants are RFC 3339, ids are UUIDs with hyphens,
points and fen are whole numbers; money is typed in yuan only in forms.
"""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from marshmallow import Schema as MarshmallowSchema
from marshmallow import ValidationError, fields, validate

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
UUID_TEXT = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
YUAN = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?", re.ASCII)
NOT_YUAN = _("Write an amount in yuan, as 12 or 12.50")


class Schema(MarshmallowSchema):
    """Base of every room's schemas; refuses unknown fields."""


class Points(fields.Integer):
    """Points: a whole number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, **options)


class Fen(fields.Integer):
    """Money in fen (hundredths of a yuan): a whole number; the field's name ends in `_fen`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, **options)


class Yuan(fields.Field[int]):
    """Money as people type it into a form, yuan with up to two decimals, loaded as fen."""

    def _serialize(self, value: int | None, *_args: Any, **_options: Any) -> str | None:
        return None if value is None else f"{value // 100}.{value % 100:02d}"

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> int:
        fen = fen_of(str(value).strip().replace(",", ""))
        if fen is None:
            raise ValidationError(str(NOT_YUAN))
        return fen


def fen_of(text: str) -> int | None:
    """An amount typed in yuan, ¥ before it or not, in fen; None for what is no amount."""
    typed = YUAN.fullmatch(text.removeprefix("¥"))
    return typed and int(typed[1]) * 100 + int((typed[2] or "").ljust(2, "0"))


class Day(fields.Field[date]):
    """A calendar day of the villages: `YYYY-MM-DD`."""

    def _serialize(self, value: date | None, *_args: Any, **_options: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> date:
        try:
            if isinstance(value, str) and DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise ValidationError(str(_("Write a day as 2026-01-31")))


class InstantField(fields.Field[datetime]):
    """An instant, RFC 3339; given in UTC, ending in `Z`."""

    def _serialize(self, value: datetime | None, *_args: Any, **_options: Any) -> str | None:
        return None if value is None else instant_text(value)

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> datetime:
        try:
            if isinstance(value, str) and INSTANT.fullmatch(value):
                return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise ValidationError(str(_("Write an instant as 2026-01-31T08:30:00Z")))


def instant_text(instant: datetime) -> str:
    """An aware instant in RFC 3339, in UTC, with `Z`."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


class Id(fields.Field[UUID]):
    """An id: a UUID with its hyphens."""

    def _serialize(self, value: UUID | None, *_args: Any, **_options: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> UUID:
        if isinstance(value, str) and UUID_TEXT.fullmatch(value):
            return UUID(value)
        raise ValidationError(str(_("This is no id")))


class PageQuery(Schema):
    """What every list takes: how many (50, at most 500), and after which cursor."""

    limit = fields.Integer(strict=True, load_default=50, validate=validate.Range(min=1, max=500))
    after = fields.String(load_default=None, validate=validate.Length(min=1, max=1000))


def page_of(item: type[MarshmallowSchema]) -> type[Schema]:
    """The schema of a list of items with the cursor of what follows."""
    name = item.__name__.removesuffix("Output").removesuffix("Schema") + "Page"
    parts = {
        "__module__": item.__module__,
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.String(allow_none=True, required=True, dump_default=None),
    }
    return type(name, (Schema,), parts)
