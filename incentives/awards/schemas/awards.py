"""What the calls about awards take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.awards.models import (
    NOTE_LENGTH,
    AwardStatus,
    Decision,
    Turn,
)
from incentives.awards.operations.evidence import FILES_AT_MOST
from incentives.awards.operations.proposing import LINES_AT_MOST
from incentives.awards.operations.reviewing import REVIEWS_AT_MOST
from incentives.awards.schemas.shared import CODE
from incentives.web.schemas import Day, Id, InstantField, Points, Schema, page_of

REASON = validate.Length(min=1, max=NOTE_LENGTH)
QUANTITY = validate.Range(min=1, max=1000)
FILES = validate.Length(max=FILES_AT_MOST)


def quantity(**options: Any) -> fields.Integer:
    """How many times."""
    return fields.Integer(strict=True, validate=QUANTITY, **options)


class ActInput(Schema):
    rule_item = fields.String(required=True, validate=CODE)
    occurred_on = Day(required=True)
    note = fields.String(allow_none=True, validate=validate.Length(max=NOTE_LENGTH))
    evidence = fields.List(Id(), validate=FILES)


class AwardInput(ActInput):
    resident_id = Id()
    household_id = Id()
    quantity = quantity(load_default=1)

    @validates_schema
    def one_holder(self, data: dict[str, Any], **_options: Any) -> None:
        """A person or a household earns it, not both."""
        if ("resident_id" in data) == ("household_id" in data):
            raise ValidationError(
                str(_("Say who earned it: a person or a household")), "resident_id"
            )


class ClaimInput(ActInput):
    resident_id = Id()
    on_behalf_of = Id()
    quantity = quantity(load_default=1)


class BatchLineInput(Schema):
    resident_id = Id(required=True)
    quantity = quantity(load_default=1)


class BatchInput(ActInput):
    """`once` has a list refused of which anybody has points for that act and day already."""

    once = fields.Boolean(load_default=False)
    lines = fields.List(
        fields.Nested(BatchLineInput),
        required=True,
        validate=validate.Length(min=1, max=LINES_AT_MOST),
    )


class AwardChange(Schema):
    rule_item = fields.String(validate=CODE)
    occurred_on = Day()
    quantity = quantity()
    note = fields.String(allow_none=True, validate=validate.Length(max=NOTE_LENGTH))
    evidence = fields.List(Id(), validate=FILES)

    @validates_schema
    def not_empty(self, data: dict[str, Any], **_options: Any) -> None:
        """Refuse a change of nothing."""
        if not data:
            raise ValidationError(str(_("Nothing to change")))


class ReviewInput(Schema):
    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.String(allow_none=True, validate=validate.Length(max=NOTE_LENGTH))


class ReviewsInput(ReviewInput):
    ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=REVIEWS_AT_MOST))


class TurnInput(Schema):
    reason = fields.String(required=True, validate=REASON)


class AwardReviewOutput(Schema):
    reviewer = Id()
    name = fields.String(allow_none=True)
    decision = fields.Enum(Decision, by_value=True)
    reason = fields.String(allow_none=True)
    reviewed_at = InstantField()


class AwardTurnOutput(Schema):
    turn = fields.Enum(Turn, by_value=True)
    reason = fields.String()
    turned_by = Id()
    name = fields.String(allow_none=True)
    turned_at = InstantField()
    event_id = Id()


class AwardOutput(Schema):
    """`rule_item` is the item's code; `reviews_needed` how many must approve it.

    `evidence` are the files still there, `evidence_erased` how many are gone after their 90 days,
    `closed_at` when it was rejected or withdrawn. `warnings`, for who proposes it only, say what
    isn't covered once all that stands proposed is approved.
    """

    id = Id()
    status = fields.Enum(AwardStatus, by_value=True)
    household_id = Id()
    resident_id = Id(allow_none=True)
    holder = fields.String()
    rule_item = fields.String()
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    occurred_on = Day()
    quantity = fields.Integer()
    points = Points()
    note = fields.String(allow_none=True)
    evidence = fields.List(Id())
    evidence_erased = fields.Integer()
    claimed = fields.Boolean()
    on_behalf_of = Id(allow_none=True)
    batch_id = Id(allow_none=True)
    reviews_needed = fields.Integer()
    publicity_days = fields.Integer()
    proposed_by = Id()
    proposer = fields.String(allow_none=True)
    proposed_at = InstantField()
    reviews = fields.List(fields.Nested(AwardReviewOutput))
    notice = fields.Integer(allow_none=True)
    event_id = Id(allow_none=True)
    posted_at = InstantField(allow_none=True)
    closed_at = InstantField(allow_none=True)
    turns = fields.List(fields.Nested(AwardTurnOutput))
    warnings = fields.List(fields.String())


class AwardsOutput(Schema):
    items = fields.List(fields.Nested(AwardOutput))


class EnteredOutput(Schema):
    """A batch that was entered: by whom, when, and how many of those asked about stand in it."""

    batch_id = Id()
    entered_by = Id()
    entered_at = InstantField()
    people = fields.Integer()


class BatchOutput(AwardsOutput):
    """`warnings`: what isn't covered once all that stands proposed is approved.

    `entered` is the earlier batch in which at least half of the people stood already, if any.
    """

    entered = fields.Nested(EnteredOutput, allow_none=True)
    batch_id = Id()
    warnings = fields.List(fields.String())


AwardPage = page_of(AwardOutput)
