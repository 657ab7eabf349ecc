"""What the calls of redemptions and refunds take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.shop.models import RefundCause
from incentives.shop.schemas.shared import LINES, QUANTITY, REASON
from incentives.shop.schemas.vouchers import VoucherOutput
from incentives.web.schemas import Fen, Id, InstantField, Points, Schema, page_of


class ItemInput(Schema):
    good_id = Id(required=True)
    quantity = fields.Integer(strict=True, required=True, validate=QUANTITY)


class RedemptionInput(Schema):
    shop_id = Id(required=True)
    card_code = fields.String(validate=validate.Length(max=400))
    scan_id = Id()
    lines = fields.List(fields.Nested(ItemInput), required=True, validate=LINES)
    pin = fields.String(validate=validate.Regexp(r"^\d{6}$"))
    vouched_by = Id()
    cash_top_up_fen = Fen(load_default=0, validate=validate.Range(min=0, max=100_000_000))

    @validates_schema
    def one_card(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """A redemption names the card by its code or by the scan that knew it, not both."""
        if ("card_code" in data) == ("scan_id" in data):
            raise ValidationError(str(_("Give the card's code or the scan")), "card_code")
        if "vouched_by" in data and "scan_id" not in data:
            raise ValidationError(str(_("A vouch is about a scan: give that")), "vouched_by")


class RedemptionLineOutput(Schema):
    id = Id()
    good_id = Id()
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    unit = fields.String()
    quantity = fields.Integer()
    refunded = fields.Integer()
    service = fields.Boolean()
    points = Points()


class PastRefund(Schema):
    """`cause` says whether goods came back, or an upheld objection was at whose cost."""

    id = Id()
    redemption_id = Id()
    receipt = fields.Integer(allow_none=True)
    cause = fields.Enum(RefundCause, by_value=True)
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
    terminal_id = Id(allow_none=True)
    points = Points()
    cash_fen = Fen()
    vouched_by = Id(allow_none=True)
    redeemed_at = InstantField()
    lines = fields.List(fields.Nested(RedemptionLineOutput))
    refunds = fields.List(fields.Nested(PastRefund))
    vouchers = fields.List(fields.Nested(VoucherOutput))


class RedemptionOutput(PastRedemption):
    """A receipt, with the household's balance as it now is."""

    balance = Points()


class ProvenRedemption(RedemptionOutput):
    """A receipt with the address that its QR holds."""

    proof_url = fields.String()


class ReturnedLineInput(Schema):
    line_id = Id(required=True)
    quantity = fields.Integer(strict=True, required=True, validate=QUANTITY)


class RefundInput(Schema):
    reason = fields.String(required=True, validate=REASON)
    lines = fields.List(fields.Nested(ReturnedLineInput), validate=LINES)


RedemptionPage = page_of(PastRedemption)
