"""What the calls of terminals take and give."""

from marshmallow import fields, validate

from incentives.shop.models import TerminalStatus
from incentives.shop.schemas.shared import REASON
from incentives.web.schemas import Id, InstantField, Schema, page_of

BASE64URL = r"^[A-Za-z0-9_-]+$"


class TerminalInput(Schema):
    name = fields.String(required=True, validate=validate.Regexp(r"^(?=.*\S).{1,40}$"))
    public_key = fields.String(
        required=True, validate=[validate.Length(max=400), validate.Regexp(BASE64URL)]
    )
    replaces = Id()


class TerminalOutput(Schema):
    id = Id()
    shop_id = Id()
    name = fields.String()
    status = fields.Enum(TerminalStatus, by_value=True)
    reason = fields.String(allow_none=True)
    keeper = fields.String()
    replaces = Id(allow_none=True)
    registered_at = InstantField()
    token_at = InstantField(allow_none=True)


class TerminalReason(Schema):
    reason = fields.String(required=True, validate=REASON)


class NonceOutput(Schema):
    nonce = fields.String()
    expires_at = InstantField()


class TerminalTokenInput(Schema):
    nonce = fields.String(required=True, validate=validate.Length(max=100))
    signature = fields.String(
        required=True, validate=[validate.Length(max=100), validate.Regexp(BASE64URL)]
    )


class TerminalTokenOutput(Schema):
    token = fields.String()
    expires_at = InstantField()


TerminalPage = page_of(TerminalOutput)
