"""What the calls about cards take and give."""

from typing import Any, cast

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.cards.models import CardStatus
from incentives.web.schemas import Day, Id, Points, Schema, page_of

REASON = validate.Length(min=1, max=200)
PIN = validate.Regexp(r"^[0-9]{6}$", error=cast("str", _("A PIN has 6 digits")))


class CardInput(Schema):
    household_id = Id(required=True)
    resident_id = Id(allow_none=True)
    pin = fields.String(validate=PIN, load_only=True)


class CardOutput(Schema):
    id = Id()
    household_id = Id()
    resident_id = Id(allow_none=True)
    number = fields.String()
    code = fields.String()
    url = fields.String()
    status = fields.Enum(CardStatus, by_value=True)
    issue = fields.Integer()
    issued_on = Day()
    expires_on = Day()
    has_pin = fields.Boolean()


class HeldCard(Schema):
    """A card as its holder sees it: without the code, which could be spent with."""

    id = Id()
    number = fields.String()
    status = fields.Enum(CardStatus, by_value=True)
    resident_id = Id(allow_none=True)
    issue = fields.Integer()
    issued_on = Day()
    expires_on = Day()


ShownCardPage = page_of(HeldCard)


class PinInput(Schema):
    pin = fields.String(required=True, validate=PIN, load_only=True)


class ReasonInput(Schema):
    reason = fields.String(validate=REASON, allow_none=True)


class RevocationInput(Schema):
    reason = fields.String(required=True, validate=REASON)


class ScanInput(Schema):
    """Either the code (or the QR's whole text), or the number that was typed."""

    code = fields.String(validate=validate.Length(max=500), load_only=True)
    number = fields.String(validate=validate.Length(max=30))

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_options: Any) -> None:
        if ("code" in data) == ("number" in data):
            raise ValidationError(str(_("Give either a code or a number")), "code")


class ShownCard(Schema):
    id = Id()
    number = fields.String()
    status = fields.Enum(CardStatus, by_value=True)
    renewal_due = fields.Boolean()


class ScanOutput(Schema):
    """`balance` is null where the household hides it."""

    village = fields.String()
    card = fields.Nested(ShownCard)
    holder = fields.String()
    balance = Points(allow_none=True)
    spendable = Points()
    scan_id = Id()
    pin_needed_above = Points()


class CardForm(Schema):
    """The form that makes a card: for whom, the whole household where left empty."""

    resident_id = Id()


class CardSignInForm(Schema):
    """The form under a scanned card."""

    code = fields.String(required=True, validate=validate.Length(max=500))
    pin = fields.String(required=True, validate=PIN, metadata={"verbatim": True})
