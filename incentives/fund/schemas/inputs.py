"""What the fund's calls take."""

import re
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from incentives.fund.models import (
    NAME_LENGTH,
    REASON_LENGTH,
    RESOLUTION_LENGTH,
    VOUCHER_LENGTH,
    Decision,
    Method,
    Place,
    Source,
)
from incentives.fund.operations import PayeeChoice
from incentives.fund.queries.book import Part
from incentives.texts import is_blank
from incentives.web.schemas import Day, Fen, Id, PageQuery, Schema

AMOUNT = validate.Range(min=1, max=10**12)
REASON = validate.Length(min=1, max=REASON_LENGTH)
VOUCHER = validate.Length(min=1, max=VOUCHER_LENGTH)
NAME = validate.Length(min=1, max=NAME_LENGTH)
PURPOSE = validate.Regexp(r"^[a-z_]{1,20}$")
YEARS = range(1900, 2201)
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class Month(fields.Field[date]):
    """A month: `YYYY-MM`, loaded as its first day."""

    WRONG = _("Write a month as 2026-01")

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> date:
        typed = MONTH.fullmatch(str(value))
        if typed is None or not (1 <= int(typed[2]) <= 12 and int(typed[1]) in YEARS):
            raise ValidationError(str(self.WRONG))
        return date(int(typed[1]), int(typed[2]), 1)

    def _serialize(self, value: Any, *_args: Any, **_options: Any) -> str | None:
        return None if value is None else f"{value:%Y-%m}"


class Count(fields.Integer):
    """How many people."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=0, max=100_000), **options)


class IncomeInput(Schema):
    """`giver` stands in the public book, `note` doesn't."""

    source = fields.Enum(Source, by_value=True, required=True)
    amount_fen = Fen(required=True, validate=AMOUNT)
    received_on = Day(required=True)
    voucher = fields.String(required=True, validate=VOUCHER)
    method = fields.Enum(Method, by_value=True, required=True)
    giver = fields.String(allow_none=True, validate=validate.Length(max=NAME_LENGTH))
    note = fields.String(allow_none=True, validate=validate.Length(max=REASON_LENGTH))
    file = Id(allow_none=True)


class MoveInput(Schema):
    """`difference` is what was found beyond the book; what is missing comes by a count alone."""

    from_place = fields.Enum(Place, by_value=True, required=True, data_key="from")
    to_place = fields.Enum(Place, by_value=True, required=True, data_key="to")
    amount_fen = Fen(required=True, validate=AMOUNT)
    moved_on = Day(required=True)
    note = fields.String(allow_none=True, validate=validate.Length(max=REASON_LENGTH))


class ReasonInput(Schema):
    reason = fields.String(required=True, validate=REASON)


class PayeeInput(Schema):
    """Exactly one of the four."""

    household_id = Id()
    resident_id = Id()
    team_id = Id()
    name = fields.String(validate=NAME)

    @validates_schema
    def one(self, data: dict[str, Any], **_options: Any) -> None:
        """Refuse none or several."""
        if len(data) != 1:
            raise ValidationError(str(_("Name one payee")))

    @post_load
    def as_choice(self, data: dict[str, Any], **_options: Any) -> PayeeChoice:
        """The payee as operations take it."""
        return PayeeChoice(**data)


class DisbursementInput(Schema):
    purpose = fields.String(required=True, validate=PURPOSE)
    payee = fields.Nested(PayeeInput, required=True)
    amount_fen = Fen(required=True, validate=AMOUNT)
    reason = fields.String(required=True, validate=REASON)
    evidence = fields.List(Id(), load_default=list, validate=validate.Length(max=10))


class DecisionInput(Schema):
    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.String(allow_none=True, validate=validate.Length(max=REASON_LENGTH))

    @validates_schema
    def no_needs_reason(self, data: dict[str, Any], **_options: Any) -> None:
        """Refuse a no without a reason."""
        if data.get("decision") is Decision.REJECT and is_blank(data.get("reason")):
            raise ValidationError(str(_("A no needs a reason")), "reason")


class PaymentInput(Schema):
    paid_on = Day(required=True)
    method = fields.Enum(Method, by_value=True, required=True)
    voucher = fields.String(required=True, validate=VOUCHER)


class ReceiptInput(Schema):
    file = Id(required=True)


class ReturnInput(Schema):
    amount_fen = Fen(required=True, validate=AMOUNT)
    method = fields.Enum(Method, by_value=True, required=True)
    reason = fields.String(required=True, validate=REASON)
    returned_on = Day(allow_none=True)


class BudgetInput(Schema):
    """`carried_fen` is the part that was left of the year before; `cap_fen` a payee's in the year.

    Without a cap the county's list advises.
    """

    purpose = fields.String(required=True, validate=PURPOSE)
    amount_fen = Fen(required=True, validate=validate.Range(min=0, max=10**12))
    carried_fen = Fen(load_default=0, validate=validate.Range(min=0, max=10**12))
    cap_fen = Fen(allow_none=True, load_default=None, validate=AMOUNT)


class VoteInput(Schema):
    """The assembly's vote: its day, who was there, how they voted, the minutes' file."""

    held_on = Day(required=True)
    present = Count(required=True)
    in_favour = Count(required=True)
    against = Count(required=True)
    resolution = fields.String(
        required=True, validate=validate.Length(min=1, max=RESOLUTION_LENGTH)
    )
    minutes = Id(allow_none=True, load_default=None)


class BudgetsInput(VoteInput):
    """All of a year's budgets, as the assembly adopted them: what isn't named has none."""

    items = fields.List(
        fields.Nested(BudgetInput), required=True, validate=validate.Length(max=100)
    )

    @validates_schema
    def once(self, data: dict[str, Any], **_options: Any) -> None:
        """Refuse a purpose that stands here twice."""
        names = [each["purpose"] for each in data.get("items", [])]
        if len(set(names)) != len(names):
            raise ValidationError(str(_("A purpose stands here twice")), "items")


class BookPart(Schema):
    """A part of the book: a month, a year, a purpose; all of it without any."""

    month = Month(load_default=None)
    year = fields.Integer(load_default=None, validate=validate.Range(min=2000, max=2200))
    purpose = fields.String(load_default=None, validate=PURPOSE)

    @post_load
    def as_part(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """The part as the query takes it, beside the page asked for."""
        names = ("month", "year", "purpose")
        return {
            "part": Part(**{name: data[name] for name in names}),
            **{name: value for name, value in data.items() if name not in names},
        }


class BookQuery(PageQuery, BookPart):
    """A page of a part of the book."""
