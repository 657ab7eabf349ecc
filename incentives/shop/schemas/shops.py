"""What the calls of shops take and give."""

from marshmallow import fields, validate

from incentives.shop.models import StockOwner
from incentives.web.schemas import Id, Schema, page_of


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


class ServiceInput(Schema):
    village = fields.String(required=True, validate=validate.Regexp(r"^\d{12}$"))


class ShopOutput(Schema):
    id = Id()
    division = fields.String()
    name = fields.String()
    stock_owner = fields.Enum(StockOwner, by_value=True)
    serves = fields.List(fields.String())
    bad_signal = fields.Boolean()


ShopPage = page_of(ShopOutput)
