"""What the calls about openings take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, post_load, validate, validates_schema
from werkzeug.datastructures import FileStorage

from incentives.files.schemas import is_upload
from incentives.files.sheets import ROWS_AT_MOST
from incentives.ledger.models import MAX_AMOUNT
from incentives.openings.models import REASON_LENGTH, CheckRole, OpeningStatus, Part
from incentives.openings.operations import Entry
from incentives.openings.reading import Book, Unreadable, read_book
from incentives.openings.reading.cells import COST_AT_MOST, QUANTITY_AT_MOST
from incentives.web.schemas import Day, Fen, Id, InstantField, Points, Schema, page_of

REASON = validate.Length(min=1, max=REASON_LENGTH)
POINTS = validate.Range(min=1, max=MAX_AMOUNT)
MONEY = validate.Range(min=0, max=MAX_AMOUNT)
QUANTITY = validate.Range(min=1, max=QUANTITY_AT_MOST)
COST = validate.Range(min=0, max=COST_AT_MOST)
LINE_NUMBER = validate.Range(min=1, max=ROWS_AT_MOST)


class BookField(fields.Field[Book]):
    """An uploaded workbook, read before the transaction begins: it takes its time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "binary"}, **options)

    def _serialize(self, value: Any, *_args: Any, **_options: Any) -> Any:
        return None

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> Book:
        is_upload(value)
        file: FileStorage = value
        content = file.stream.read()
        file.stream.seek(0)
        try:
            return read_book(content)
        except Unreadable as unreadable:
            raise ValidationError(str(unreadable.detail)) from unreadable


class BookInput(Schema):
    """A workbook (.xlsx, .xls) or .csv, and the last day that it counts."""

    file = BookField(required=True)
    occurred_on = Day(required=True)


class BookAgainInput(Schema):
    file = BookField(required=True)


class LineInput(Schema):
    """Points of a household, cash and bank of the fund, or a good: the fields of one of these."""

    household_id = Id()
    points = Points(validate=POINTS)
    cash_fen = Fen(validate=MONEY)
    bank_fen = Fen(validate=MONEY)
    good_id = Id()
    quantity = fields.Integer(strict=True, validate=QUANTITY)
    unit_cost_fen = Fen(validate=COST)

    @validates_schema
    def of_one_part(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse the fields of two parts, and a part that isn't whole."""
        if part_of(data) is None:
            raise ValidationError(
                str(_("Give a household with points, cash and bank, or a good with its quantity"))
            )

    @post_load
    def as_entry(self, data: dict[str, Any], **_kwargs: Any) -> Entry:
        """The line as the operation takes it."""
        part = part_of(data)
        if part is None:
            raise LookupError("a line of no part was let through")
        return Entry(part=part, **data)


def part_of(data: dict[str, Any]) -> Part | None:
    """Which part these fields make a whole line of, or None."""
    names = set(data)
    if names == {"household_id", "points"}:
        return Part.POINTS
    if names == {"cash_fen", "bank_fen"}:
        return Part.FUND
    if {"good_id", "quantity"} <= names <= {"good_id", "quantity", "unit_cost_fen"}:
        return Part.STOCK
    return None


class OpeningInput(Schema):
    occurred_on = Day(required=True)
    lines = fields.List(
        fields.Nested(LineInput),
        required=True,
        validate=validate.Length(min=1, max=ROWS_AT_MOST),
    )

    @validates_schema
    def one_fund(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse the fund's money twice."""
        if sum(1 for each in data.get("lines", ()) if each.part is Part.FUND) > 1:
            raise ValidationError(str(_("The fund's money stands here twice")), "lines")


class LineChange(Schema):
    """What of a line is to be changed: only fields of its part."""

    household_id = Id()
    points = Points(validate=POINTS)
    cash_fen = Fen(validate=MONEY)
    bank_fen = Fen(validate=MONEY)
    good_id = Id()
    quantity = fields.Integer(strict=True, validate=QUANTITY)
    unit_cost_fen = Fen(validate=COST)

    @validates_schema
    def not_empty(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a change of nothing."""
        if not data:
            raise ValidationError(str(_("Nothing to change")))


class ReasonInput(Schema):
    reason = fields.String(required=True, validate=REASON)


class ReversalInput(ReasonInput):
    """`lines`: the numbers of those to take back; without it all that stand."""

    lines = fields.List(
        fields.Integer(strict=True, validate=LINE_NUMBER),
        validate=validate.Length(min=1, max=ROWS_AT_MOST),
    )


class TotalsOutput(Schema):
    """To be held against the paper book's last page."""

    households = fields.Integer()
    points = Points()
    cash_fen = Fen()
    bank_fen = Fen()
    goods = fields.Integer()
    stock_fen = Fen()


class CheckOutput(Schema):
    role = fields.Enum(CheckRole, by_value=True)
    checker = fields.String()
    checked_at = InstantField()


class MissingOutput(Schema):
    """A group whose check is missing, and for how many lines."""

    role = fields.Enum(CheckRole, by_value=True)
    lines = fields.Integer()


class OpeningSummary(Schema):
    id = Id()
    status = fields.Enum(OpeningStatus, by_value=True)
    occurred_on = Day()
    entered_by = fields.String()
    entered_at = InstantField()
    posted_at = InstantField(allow_none=True)
    notice = fields.Integer(allow_none=True)
    ended_reason = fields.String(allow_none=True)
    totals = fields.Nested(TotalsOutput)


class OpeningOutput(OpeningSummary):
    """`bad_lines`: how many are to be mended before it can be submitted. `left_out`: how many
    households it gives nothing to."""

    bad_lines = fields.Integer()
    left_out = fields.Integer()
    checks = fields.List(fields.Nested(CheckOutput))
    missing_checks = fields.List(fields.Nested(MissingOutput))


class ProblemOutput(Schema):
    """`cell` is of the file, empty where none is to blame."""

    field = fields.String()
    cell = fields.String()
    code = fields.String()
    detail = fields.String()


class OpeningLineOutput(Schema):
    id = Id()
    line = fields.Integer()
    part = fields.Enum(Part, by_value=True)
    row = fields.Integer(allow_none=True)
    household_id = Id(allow_none=True)
    points = Points(allow_none=True)
    cash_fen = Fen(allow_none=True)
    bank_fen = Fen(allow_none=True)
    good_id = Id(allow_none=True)
    quantity = fields.Integer(allow_none=True)
    unit_cost_fen = Fen(allow_none=True)
    event_id = Id(allow_none=True)
    movement_id = Id(allow_none=True)
    reversed_at = InstantField(allow_none=True)
    reversed_reason = fields.String(allow_none=True)
    problems = fields.List(fields.Nested(ProblemOutput))


OpeningPage = page_of(OpeningSummary)
OpeningLinePage = page_of(OpeningLineOutput)
