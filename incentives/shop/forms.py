"""What the shop's forms take: rows of goods of which only those filled in count."""

from datetime import date

from marshmallow import ValidationError, fields, validate

from incentives.errors import NotFound
from incentives.fund.schemas import DecisionInput
from incentives.shop.models import MovementKind, StockSource
from incentives.shop.schemas import (
    REASON,
    AgreementInput,
    SettlementPaymentInput,
    SettlementReversalInput,
)
from incentives.shop.schemas.settlements import MonthField
from incentives.web.schemas import Id, Points, Schema, Yuan


class RefundFormLine(Schema):
    """A line of a sale and how many of it came back, none where left at zero."""

    line_id = Id(required=True)
    quantity = fields.Integer(load_default=0, validate=validate.Range(min=0, max=10_000))


class RefundForm(Schema):
    reason = fields.String(required=True, validate=REASON)
    lines = fields.List(fields.Nested(RefundFormLine), load_default=list)


class StockFormLine(Schema):
    """A good and how many, left out where empty."""

    good_id = Id(required=True)
    quantity = fields.Integer(load_default=None, validate=validate.Range(min=0, max=1_000_000))


class StockForm(Schema):
    kind = fields.Enum(MovementKind, by_value=True, required=True)
    source = fields.Enum(StockSource, by_value=True, load_default=None)
    voucher = fields.String(load_default=None, validate=validate.Length(max=40))
    note = fields.String(load_default=None, validate=validate.Length(max=200))
    lines = fields.List(fields.Nested(StockFormLine), load_default=list)


class GoodForm(Schema):
    """A new good; its price in points, its cost in yuan."""

    sku = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9._-]{1,20}$"))
    barcode = fields.String(load_default=None, validate=validate.Regexp(r"^\d{8,14}$"))
    name_zh = fields.String(required=True, validate=validate.Length(min=1, max=60))
    name_en = fields.String(load_default=None, validate=validate.Length(max=60))
    unit = fields.String(required=True, validate=validate.Length(min=1, max=12))
    price_points = Points(required=True, validate=validate.Range(min=1, max=1_000_000))
    cost_fen = Yuan(required=True)
    household_cap = fields.Integer(load_default=None, validate=validate.Range(min=1, max=10_000))


class GoodChangeForm(Schema):
    """A good's price, cost, cap, and whether it is on sale."""

    price_points = Points(required=True, validate=validate.Range(min=1, max=1_000_000))
    cost_fen = Yuan(required=True)
    household_cap = fields.Integer(load_default=None, validate=validate.Range(min=1, max=10_000))
    on_sale = fields.Boolean(load_default=False)


class AgreementForm(AgreementInput):
    """With which shop it was agreed."""

    shop_id = Id(required=True)


SETTLEMENT_ACTIONS: dict[str, type[Schema]] = {
    "check": DecisionInput,
    "approval": DecisionInput,
    "payment": SettlementPaymentInput,
    "confirmation": Schema,
    "reversal": SettlementReversalInput,
}


def month_of(text: str) -> date:
    """A month of an address, `YYYY-MM`, by its first day; no such page for anything else."""
    try:
        month: date = MonthField().deserialize(text)
    except ValidationError as error:
        raise NotFound() from error
    return month
