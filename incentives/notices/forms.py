"""What the pages of notices let people type."""

from marshmallow import fields

from incentives.awards.schemas import quantity
from incentives.notices.schemas import REASON, MissingInput
from incentives.web.schemas import Id, Schema


class ObjectionForm(Schema):
    """An objection to a line, an award or a redemption; staff say for whom."""

    reason = fields.String(required=True, validate=REASON)
    on_behalf_of = Id()


class AboutMissing(Schema):
    """What an objection is to, where an award is missing."""

    missing = fields.Nested(MissingInput, required=True)


class MissingForm(ObjectionForm):
    """An objection that an award is missing; its fields are named as its refusals point at them."""

    about = fields.Nested(AboutMissing, required=True)


class ClaimObjectionForm(Schema):
    """A household's objection to what became of its claim."""

    reason = fields.String(required=True, validate=REASON)


class RulingForm(Schema):
    """A ruling; of a redemption also whether the shop is at fault, of what is missing how often."""

    upheld = fields.Boolean(required=True)
    reason = fields.String(required=True, validate=REASON)
    shop_at_fault = fields.Boolean()
    quantity = quantity()
