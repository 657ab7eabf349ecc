"""What the shop's calls take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.shop.models import MovementKind, StockOwner, StockSource
from incentives.web.schemas import Fen, Id, InstantField, PageQuery, Points, Schema, page_of

LINES = validate.Length(min=1, max=100)
QUANTITY = validate.Range(min=1, max=10_000)
REASON = validate.Length(min=1, max=200)


class ShopInput(Schema):
    name = fields.String(required=True, validate=validate.Length(min=1, max=60))
    stock_owner = fields.Enum(StockOwner, by_value=True, required=True)
    serves = fields.List(
        fields.String(validate=validate.Regexp(r"^\d{12}$")),
        required=True,
        validate=validate.Length(min=1, max=100),
    )
    division = fields.String(validate=validate.Regexp(r"^\d{9}(\d{3})?$"))
    bad_signal = fields.Boolean(load_default=False)


class ShopOutput(Schema):
    id = Id()
    division = fields.String()
    name = fields.String()
    stock_owner = fields.Enum(StockOwner, by_value=True)
    serves = fields.List(fields.String())
    bad_signal = fields.Boolean()


class GoodInput(Schema):
    sku = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9._-]{1,20}$"))
    barcode = fields.String(allow_none=True, validate=validate.Regexp(r"^\d{8,14}$"))
    category = fields.String(load_default="other", validate=validate.Regexp(r"^[a-z_]{1,20}$"))
    name_zh = fields.String(required=True, validate=validate.Length(min=1, max=60))
    name_en = fields.String(allow_none=True, validate=validate.Length(max=60))
    unit = fields.String(required=True, validate=validate.Length(min=1, max=12))
    price_points = Points(required=True, validate=validate.Range(min=1, max=1_000_000))
    cost_fen = Fen(required=True, validate=validate.Range(min=0, max=100_000_000))
    household_cap = fields.Integer(strict=True, allow_none=True, validate=QUANTITY)


class GoodChange(Schema):
    barcode = fields.String(allow_none=True, validate=validate.Regexp(r"^\d{8,14}$"))
    category = fields.String(validate=validate.Regexp(r"^[a-z_]{1,20}$"))
    name_zh = fields.String(validate=validate.Length(min=1, max=60))
    name_en = fields.String(allow_none=True, validate=validate.Length(max=60))
    unit = fields.String(validate=validate.Length(min=1, max=12))
    price_points = Points(validate=validate.Range(min=1, max=1_000_000))
    cost_fen = Fen(validate=validate.Range(min=0, max=100_000_000))
    household_cap = fields.Integer(strict=True, allow_none=True, validate=QUANTITY)
    on_sale = fields.Boolean()

    @validates_schema
    def not_empty(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a change of nothing."""
        if not data:
            raise ValidationError(str(_("Nothing to change")))


class PublicGood(Schema):
    """A good as anyone sees it: what it is for points, and whether the shelf holds any."""

    id = Id()
    shop_id = Id()
    sku = fields.String()
    barcode = fields.String(allow_none=True)
    category = fields.String()
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    unit = fields.String()
    price_points = Points()
    household_cap = fields.Integer(allow_none=True)
    in_stock = fields.Boolean()


class GoodOutput(PublicGood):
    """A good as the staff see it."""

    cost_fen = Fen()
    on_sale = fields.Boolean()
    quantity = fields.Integer()
    count_due = fields.Boolean()


class StockLineInput(Schema):
    good_id = Id(required=True)
    quantity = fields.Integer(
        strict=True, required=True, validate=validate.Range(min=0, max=1_000_000)
    )
    unit_cost_fen = Fen(validate=validate.Range(min=0, max=100_000_000))


class StockMovementInput(Schema):
    kind = fields.Enum(
        MovementKind,
        by_value=True,
        required=True,
        validate=validate.OneOf(
            [MovementKind.IN, MovementKind.COUNT, MovementKind.SPOILED, MovementKind.RETURN]
        ),
    )
    source = fields.Enum(
        StockSource,
        by_value=True,
        validate=validate.OneOf(
            [StockSource.PURCHASE, StockSource.DONATION, StockSource.SHOPKEEPER]
        ),
    )
    voucher = fields.String(validate=validate.Length(max=40))
    note = fields.String(validate=validate.Length(max=200))
    lines = fields.List(fields.Nested(StockLineInput), required=True, validate=LINES)

    @validates_schema
    def source_of_inflow(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Goods that come in have a source, and no others have one."""
        if (data.get("kind") is MovementKind.IN) != ("source" in data):
            raise ValidationError(str(_("Goods that come in need a source")), "source")


class StockMovementLineOutput(Schema):
    good_id = Id()
    quantity = fields.Integer()
    quantity_after = fields.Integer()
    unit_cost_fen = Fen()


class StockMovementOutput(Schema):
    id = Id()
    shop_id = Id()
    kind = fields.Enum(MovementKind, by_value=True)
    source = fields.Enum(StockSource, by_value=True, allow_none=True)
    voucher = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    occurred_at = InstantField()
    lines = fields.List(fields.Nested(StockMovementLineOutput))


class ItemInput(Schema):
    good_id = Id(required=True)
    quantity = fields.Integer(strict=True, required=True, validate=QUANTITY)


class RedemptionInput(Schema):
    shop_id = Id(required=True)
    card_code = fields.String(validate=validate.Length(max=400))
    scan_id = Id()
    lines = fields.List(fields.Nested(ItemInput), required=True, validate=LINES)
    pin = fields.String(validate=validate.Regexp(r"^\d{6}$"))
    cash_top_up_fen = Fen(load_default=0, validate=validate.Range(min=0, max=100_000_000))

    @validates_schema
    def one_card(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """A redemption names the card by its code or by the scan that knew it, not both."""
        if ("card_code" in data) == ("scan_id" in data):
            raise ValidationError(str(_("Give the card's code or the scan")), "card_code")


class RedemptionLineOutput(Schema):
    id = Id()
    good_id = Id()
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    unit = fields.String()
    quantity = fields.Integer()
    refunded = fields.Integer()
    points = Points()


class PastRefund(Schema):
    id = Id()
    redemption_id = Id()
    receipt = fields.Integer(allow_none=True)
    points = Points()
    cash_fen = Fen()
    reason = fields.String()
    refunded_at = InstantField()


class RefundOutput(PastRefund):
    """A refund just made, with the household's balance as it now is."""

    balance = Points()


class PastRedemption(Schema):
    id = Id()
    receipt = fields.Integer()
    event_id = Id()
    shop_id = Id()
    household_id = Id()
    points = Points()
    cash_fen = Fen()
    redeemed_at = InstantField()
    lines = fields.List(fields.Nested(RedemptionLineOutput))
    refunds = fields.List(fields.Nested(PastRefund))


class RedemptionOutput(PastRedemption):
    """A receipt, with the household's balance as it now is."""

    balance = Points()


class ReturnedLineInput(Schema):
    line_id = Id(required=True)
    quantity = fields.Integer(strict=True, required=True, validate=QUANTITY)


class RefundInput(Schema):
    reason = fields.String(required=True, validate=REASON)
    lines = fields.List(fields.Nested(ReturnedLineInput), validate=LINES)


class RedemptionQuery(PageQuery):
    shop_id = Id()
    household_id = Id()


ShopPage = page_of(ShopOutput)
GoodPage = page_of(GoodOutput)
PublicGoodPage = page_of(PublicGood)
StockMovementPage = page_of(StockMovementOutput)
RedemptionPage = page_of(PastRedemption)
