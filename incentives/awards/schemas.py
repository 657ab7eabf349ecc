"""What the calls about rulebooks and awards take and give."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.awards.models import (
    CODE_LENGTH,
    NAME_LENGTH,
    NOTE_LENGTH,
    AwardStatus,
    CapPer,
    CapPeriod,
    Decision,
    Evidence,
    RulebookStatus,
    Turn,
)
from incentives.awards.operations.evidence import FILES_AT_MOST
from incentives.awards.operations.proposing import LINES_AT_MOST
from incentives.awards.operations.reviewing import REVIEWS_AT_MOST
from incentives.awards.operations.rulebooks import ITEMS_AT_MOST
from incentives.web.schemas import Day, Id, InstantField, PageQuery, Points, Schema, page_of

CODE = validate.Regexp(rf"^[A-Za-z0-9_-]{{1,{CODE_LENGTH}}}$")
REASON = validate.Length(min=1, max=NOTE_LENGTH)
QUANTITY = validate.Range(min=1, max=1000)
POINTS = validate.Range(min=1, max=10_000)
VOTES = validate.Range(min=0, max=100_000)
FILES = validate.Length(max=FILES_AT_MOST)


def quantity(**options: Any) -> fields.Integer:
    """How many times."""
    return fields.Integer(strict=True, validate=QUANTITY, **options)


class Source(fields.Field[UUID | None]):
    """Where a draft begins: `template`, or the id of another version; loaded as None or the id."""

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> UUID | None:
        return None if value == "template" else Id().deserialize(value)


class RulebookInput(Schema):
    source = Source(data_key="from", required=True)


class RuleItemInput(Schema):
    code = fields.String(required=True, validate=CODE)
    category = fields.String(required=True, validate=validate.Length(min=1, max=20))
    name_zh = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH))
    name_en = fields.String(
        allow_none=True, load_default=None, validate=validate.Length(max=NAME_LENGTH)
    )
    points = Points(required=True, validate=POINTS)
    unit = fields.String(required=True, validate=validate.Length(min=1, max=12))
    cap_points = Points(allow_none=True, load_default=None, validate=validate.Range(min=1))
    cap_per = fields.Enum(CapPer, by_value=True, allow_none=True, load_default=None)
    cap_period = fields.Enum(CapPeriod, by_value=True, allow_none=True, load_default=None)
    evidence = fields.Enum(Evidence, by_value=True, required=True)
    claimable = fields.Boolean(load_default=False)


class RuleItemsInput(Schema):
    items = fields.List(
        fields.Nested(RuleItemInput),
        required=True,
        validate=validate.Length(min=1, max=ITEMS_AT_MOST),
    )


class RuleItemOutput(Schema):
    id = Id()
    code = fields.String()
    category = fields.String()
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    points = Points()
    unit = fields.String()
    cap_points = Points(allow_none=True)
    cap_per = fields.Enum(CapPer, by_value=True, allow_none=True)
    cap_period = fields.Enum(CapPeriod, by_value=True, allow_none=True)
    evidence = fields.Enum(Evidence, by_value=True)
    claimable = fields.Boolean()


class AdoptionInput(Schema):
    held_on = Day(required=True)
    present = fields.Integer(strict=True, required=True, validate=VOTES)
    in_favour = fields.Integer(strict=True, required=True, validate=VOTES)
    against = fields.Integer(strict=True, required=True, validate=VOTES)
    effective_on = Day(required=True)
    minutes = Id(allow_none=True)


class RulebookOutput(Schema):
    id = Id()
    number = fields.Integer()
    status = fields.Enum(RulebookStatus, by_value=True)
    held_on = Day(allow_none=True)
    present = fields.Integer(allow_none=True)
    in_favour = fields.Integer(allow_none=True)
    against = fields.Integer(allow_none=True)
    minutes = Id(attribute="minutes_id", allow_none=True)
    effective_on = Day(allow_none=True)
    drafted_at = InstantField()
    adopted_at = InstantField(allow_none=True)
    items = fields.List(fields.Nested(RuleItemOutput))


class RulesQuery(Schema):
    on = Day(load_default=None)


class RulesOutput(Schema):
    """The rules in force on a day."""

    rulebook = fields.Integer()
    effective_on = Day()
    on = Day()
    items = fields.List(fields.Nested(RuleItemOutput))


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
    """`rule_item` is the item's code; `reviews_needed` how many must approve it."""

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
    turns = fields.List(fields.Nested(AwardTurnOutput))


class AwardsOutput(Schema):
    items = fields.List(fields.Nested(AwardOutput))


class BatchOutput(AwardsOutput):
    batch_id = Id()


class AwardQuery(PageQuery):
    status = fields.Enum(AwardStatus, by_value=True)
    household = Id()
    rule_item = fields.String(validate=CODE)
    first = Day(data_key="from")
    last = Day(data_key="to")


RulebookPage = page_of(RulebookOutput)
AwardPage = page_of(AwardOutput)
