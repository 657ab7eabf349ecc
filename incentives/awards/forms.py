"""What the awards' pages let people type."""

from marshmallow import fields, validate

from incentives.awards.models import NOTE_LENGTH, Decision
from incentives.awards.operations.proposing import LINES_AT_MOST
from incentives.awards.schemas import CODE, RuleItemInput, VoteInput, quantity
from incentives.files.schemas import Upload
from incentives.web.schemas import Day, Id, Schema


class NewAwards(Schema):
    """One act of one or many people."""

    rule_item = fields.String(required=True, validate=CODE)
    occurred_on = Day(required=True)
    quantity = quantity(load_default=1)
    note = fields.String(validate=validate.Length(max=NOTE_LENGTH))
    people = fields.List(Id(), required=True, validate=validate.Length(min=1, max=LINES_AT_MOST))


class ReviewForm(Schema):
    """A decision on the awards that were ticked."""

    ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=LINES_AT_MOST))
    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.String(validate=validate.Length(max=NOTE_LENGTH))


class OneReviewForm(Schema):
    """A decision on one award."""

    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.String(validate=validate.Length(max=NOTE_LENGTH))


class ReasonForm(Schema):
    """Why something is taken back, or given again."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=NOTE_LENGTH))


class ClaimForm(Schema):
    """A household's claim: what, when, how often, who of it, and up to three photos."""

    rule_item = fields.String(required=True, validate=CODE)
    occurred_on = Day(required=True)
    quantity = quantity(load_default=1)
    note = fields.String(validate=validate.Length(max=NOTE_LENGTH))
    resident_id = Id()
    photo_1 = Upload()
    photo_2 = Upload()
    photo_3 = Upload()


class StaffClaimForm(ClaimForm):
    """The same by staff, for one of the household's people."""

    on_behalf_of = Id(required=True)


class PhotoForm(Schema):
    """A photo or a document."""

    photo = Upload(required=True)


class ItemRow(RuleItemInput):
    """A rule in the editor; `place` says where it is to stand, and one to `remove` is left out."""

    place = fields.Integer(strict=True, load_default=None, validate=validate.Range(min=1, max=999))
    remove = fields.Boolean(load_default=False)


class ItemsForm(Schema):
    """All rules of a draft, as it was when they were read."""

    revision = fields.Integer(strict=True, required=True)
    items = fields.List(
        fields.Nested(ItemRow), required=True, validate=validate.Length(min=1, max=250)
    )


class AdoptionForm(VoteInput):
    """The assembly's vote, with its minutes as a file."""

    revision = fields.Integer(strict=True, required=True)
    minutes = Upload()


class MinutesForm(Schema):
    """The assembly's minutes."""

    minutes = Upload(required=True)


class DraftForm(Schema):
    """Where a draft begins: `template`, or a version's id."""

    source = fields.String(required=True, validate=validate.Length(min=1, max=40))
