"""What the calls of stock take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.shop.models import MovementKind, StockSource
from incentives.shop.schemas.shared import LINES
from incentives.web.schemas import Fen, Id, InstantField, Schema, page_of


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


StockMovementPage = page_of(StockMovementOutput)
