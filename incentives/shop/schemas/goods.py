"""What the calls of goods take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.shop.schemas.shared import QUANTITY
from incentives.web.schemas import Fen, Id, Points, Schema, page_of


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


GoodPage = page_of(GoodOutput)
PublicGoodPage = page_of(PublicGood)
