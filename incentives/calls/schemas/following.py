"""What a caller's link takes and gives."""

from marshmallow import fields, validate

from incentives.calls.models import NOTE_LENGTH
from incentives.calls.schemas.calls import PublicCallOutput, PublicStepOutput
from incentives.web.schemas import Id, InstantField, Schema


class RatingInput(Schema):
    rating = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=5))
    word = fields.String(validate=validate.Length(min=1, max=NOTE_LENGTH))


class ReopeningInput(Schema):
    reason = fields.String(required=True, validate=validate.Length(min=1, max=NOTE_LENGTH))


class FollowedStepOutput(PublicStepOutput):
    note = fields.String(allow_none=True)
    photo_id = Id(allow_none=True)


class FollowedOutput(PublicCallOutput):
    """A call for whoever has its link; `merged`: it was reported before, and goes on there.

    `open_until`: until when the answer may be rated and sent back, whether it still may or not.
    `text`, `place` and the first step's photo are what the caller sent; erased in time.
    """

    text = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    photo_id = Id(allow_none=True)
    merged = fields.Boolean()
    rating = fields.Integer(allow_none=True)
    may_rate = fields.Boolean()
    may_reopen = fields.Boolean()
    open_until = InstantField(allow_none=True)
    steps = fields.List(fields.Nested(FollowedStepOutput))
