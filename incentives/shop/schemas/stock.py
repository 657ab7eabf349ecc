"""What the calls of stock take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.shop.models import MovementKind, StockSource
from incentives.shop.schemas.shared import LINES
from incentives.web.schemas import Day, Fen, Id, InstantField, Schema, page_of

MONTH = validate.Regexp(r"^20\d{2}-(0[1-9]|1[0-2])$")


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
    supplier = fields.String(validate=validate.Length(min=1, max=60))
    voucher_file_id = Id()
    counted_by = fields.String(validate=validate.Length(min=1, max=60))
    note = fields.String(validate=validate.Length(max=200))
    lines = fields.List(fields.Nested(StockLineInput), required=True, validate=LINES)

    @validates_schema
    def source_of_inflow(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Goods that come in have a source, and no others have one."""
        if (data.get("kind") is MovementKind.IN) != ("source" in data):
            raise ValidationError(str(_("Goods that come in need a source")), "source")

    @validates_schema
    def fields_of_kind(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse what has no meaning for this kind of movement."""
        kind = data.get("kind")
        meant = {
            "voucher": (MovementKind.IN,),
            "voucher_file_id": (MovementKind.IN,),
            "supplier": (MovementKind.IN, MovementKind.RETURN),
            "counted_by": (MovementKind.COUNT,),
        }
        for name, kinds in meant.items():
            if name in data and kind not in kinds:
                raise ValidationError(str(_("This doesn't belong here")), name)


class StockMovementLineOutput(Schema):
    good_id = Id()
    quantity = fields.Integer()
    quantity_after = fields.Integer()
    unit_cost_fen = Fen()
    revalued_fen = Fen()


class StockMovementOutput(Schema):
    id = Id()
    shop_id = Id()
    kind = fields.Enum(MovementKind, by_value=True)
    source = fields.Enum(StockSource, by_value=True, allow_none=True)
    voucher = fields.String(allow_none=True)
    supplier = fields.String(allow_none=True)
    voucher_file_id = Id(allow_none=True)
    counted_by = fields.String(allow_none=True)
    differences = fields.Integer(allow_none=True)
    note = fields.String(allow_none=True)
    entered_by = Id()
    occurred_at = InstantField()
    lines = fields.List(fields.Nested(StockMovementLineOutput))


StockMovementPage = page_of(StockMovementOutput)


class MonthQuery(Schema):
    """A month as `2026-03`; this one unless said."""

    month = fields.String(load_default=None, validate=MONTH)


class MovedOutput(Schema):
    """A quantity and what it cost; below zero what left the shelf."""

    quantity = fields.Integer()
    cost_fen = Fen()


class MovesOutput(Schema):
    came_in = fields.Nested(MovedOutput)
    handed_out = fields.Nested(MovedOutput)
    spoiled = fields.Nested(MovedOutput)
    returned = fields.Nested(MovedOutput)
    counted = fields.Nested(MovedOutput)


class MonthTotalOutput(Schema):
    """Opening, what moved, and closing; `revalued_fen` where the cost of one changed."""

    opening = fields.Nested(MovedOutput)
    moved = fields.Nested(MovesOutput)
    revalued_fen = Fen()
    closing = fields.Nested(MovedOutput)
    adds_up = fields.Boolean()


class MonthLineOutput(MonthTotalOutput):
    sku = fields.String()
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    unit = fields.String()


class MonthSheetOutput(Schema):
    """A month of the shelf, good by good; `adds_up` says that it is what the shelf holds."""

    shop_id = Id(attribute="shop.id")
    month = fields.Function(lambda sheet: f"{sheet.month:%Y-%m}")
    lines = fields.List(fields.Nested(MonthLineOutput))
    total = fields.Nested(MonthTotalOutput)
    adds_up = fields.Boolean()


class PurchaseInput(Schema):
    disbursement_id = Id(required=True)


class PurchaseLinkOutput(Schema):
    """By which payment of the fund the goods of a movement were bought, and what they cost."""

    movement_id = Id()
    disbursement_id = Id()
    amount_fen = Fen()
    linked_by = Id()
    linked_at = InstantField()


class PaymentOutput(Schema):
    """A payment of the fund for goods: paid less returned, what came in for it, what is open."""

    disbursement_id = Id(attribute="disbursement.id")
    payee = fields.String()
    paid_on = Day()
    voucher = fields.String()
    paid_fen = Fen()
    linked_fen = Fen()
    difference_fen = Fen()
    links = fields.List(fields.Nested(PurchaseLinkOutput))


PaymentPage = page_of(PaymentOutput)
