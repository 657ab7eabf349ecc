"""What the shop's forms take: rows of goods of which only those filled in count."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from incentives.errors import NotFound
from incentives.files.schemas import Upload
from incentives.fund.schemas import DecisionInput, Month
from incentives.shop.models import Category, StockSource
from incentives.shop.schemas import (
    REASON,
    AgreementInput,
    SettlementPaymentInput,
    SettlementReversalInput,
    ShopInput,
)
from incentives.shop.schemas.goods import check_barcode
from incentives.shop.words import unit_of
from incentives.web.schemas import Day, Id, Points, Schema, Yuan


class RefundFormLine(Schema):
    """A line of a sale and how many of it came back, none where left at zero."""

    line_id = Id(required=True)
    quantity = fields.Integer(load_default=0, validate=validate.Range(min=0, max=10_000))


class RefundForm(Schema):
    reason = fields.String(required=True, validate=REASON)
    lines = fields.List(fields.Nested(RefundFormLine), load_default=list)


class StockFormLine(Schema):
    """A good, how many, and what one cost; left out where empty."""

    good_id = Id(required=True)
    quantity = fields.Integer(load_default=None, validate=validate.Range(min=0, max=1_000_000))
    unit_cost_fen = Yuan(load_default=None)


class StockForm(Schema):
    """A movement; what its kind has no use for isn't on its page."""

    source = fields.Enum(StockSource, by_value=True, load_default=None)
    supplier = fields.String(load_default=None, validate=validate.Length(max=60))
    voucher = fields.String(load_default=None, validate=validate.Length(max=40))
    voucher_photo = Upload()
    counted_by = fields.String(load_default=None, validate=validate.Length(max=60))
    note = fields.String(load_default=None, validate=validate.Length(max=200))
    lines = fields.List(fields.Nested(StockFormLine), load_default=list)


class PurchaseForm(Schema):
    movement_id = Id(required=True)
    disbursement_id = Id(load_default=None)


class VoucherForm(Schema):
    number = fields.String(required=True, validate=validate.Length(min=1, max=200))


class Unit(fields.String):
    """A good's unit, by its word in the reader's language or in their own."""

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> str:
        return unit_of(super()._deserialize(value, *args, **options))


class GoodFormFields(Schema):
    """What a good may have; its cost in yuan."""

    barcode = fields.String(load_default=None, validate=check_barcode)
    category = fields.Enum(Category, by_value=True, load_default=Category.OTHER)
    name_zh = fields.String(required=True, validate=validate.Length(min=1, max=60))
    name_en = fields.String(load_default=None, validate=validate.Length(max=60))
    unit = Unit(required=True, validate=validate.Length(min=1, max=12))
    price_points = Points(required=True, validate=validate.Range(min=1, max=1_000_000))
    cost_fen = Yuan(required=True)
    household_cap = fields.Integer(load_default=None, validate=validate.Range(min=1, max=10_000))
    low_at = fields.Integer(load_default=None, validate=validate.Range(min=0, max=1_000_000))
    season_from = Day(load_default=None)
    season_until = Day(load_default=None)
    voucher_days = fields.Integer(load_default=None, validate=validate.Range(min=1, max=366))
    month_limit = fields.Integer(load_default=None, validate=validate.Range(min=1, max=10_000))
    photo = Upload()


class GoodForm(GoodFormFields):
    """A new good."""

    sku = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9._-]{1,20}$"))


class GoodChangeForm(GoodFormFields):
    """All that can change of a good."""

    on_sale = fields.Boolean(load_default=False)


class ShopForm(ShopInput):
    """A new shop of a village or a township: a village's serves that village."""

    division = fields.String(required=True, validate=validate.Regexp(r"^\d{9}(\d{3})?$"))
    serves = fields.List(
        fields.String(validate=validate.Regexp(r"^\d{12}$")),
        load_default=list,
        validate=validate.Length(max=100),
    )


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
        month: date = Month().deserialize(text)
    except ValidationError as error:
        raise NotFound() from error
    return month


class ClosingForm(Schema):
    """The cash counted, in yuan, and why it isn't what it should be."""

    cash_counted_fen = Yuan(required=True)
    explanation = fields.String(load_default=None, validate=validate.Length(max=200))
