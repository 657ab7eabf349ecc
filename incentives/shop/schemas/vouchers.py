"""What the calls of vouchers take and give."""

from marshmallow import fields

from incentives.shop.models import VoucherStatus
from incentives.web.schemas import Day, Id, InstantField, Schema, page_of


class VoucherOutput(Schema):
    """A service that was paid for: given once, until `valid_until`."""

    id = Id()
    number = fields.String()
    village = fields.String()
    shop_id = Id()
    redemption_id = Id()
    line_id = Id()
    good_id = Id()
    household_id = Id()
    issued_on = Day()
    valid_until = Day()
    status = fields.Enum(VoucherStatus, by_value=True)
    ended_at = InstantField(allow_none=True)


VoucherPage = page_of(VoucherOutput)
