"""What the calls about rulebooks take and give."""

from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from incentives.awards.models import (
    NAME_LENGTH,
    UNIT_LENGTH,
    CapPer,
    CapPeriod,
    Evidence,
    RulebookStatus,
)
from incentives.awards.operations.rulebooks import ITEMS_AT_MOST
from incentives.awards.queries import Standing
from incentives.awards.schemas.shared import CODE
from incentives.awards.template.ruled_out import Topic
from incentives.web.schemas import Day, Id, InstantField, Points, Schema, page_of

POINTS = validate.Range(min=1, max=10_000)
VOTES = validate.Range(min=0, max=100_000)
REVISION = validate.Range(min=1)


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
    unit = fields.String(required=True, validate=validate.Length(min=1, max=UNIT_LENGTH))
    cap_points = Points(allow_none=True, load_default=None, validate=validate.Range(min=1))
    cap_per = fields.Enum(CapPer, by_value=True, allow_none=True, load_default=None)
    cap_period = fields.Enum(CapPeriod, by_value=True, allow_none=True, load_default=None)
    evidence = fields.Enum(Evidence, by_value=True, required=True)
    claimable = fields.Boolean(load_default=False)


class RuleItemsInput(Schema):
    """`revision` is the draft's as it was read: `stale` where it was changed since."""

    revision = fields.Integer(strict=True, validate=REVISION)
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


class VoteInput(Schema):
    """`revision` is the draft's as the assembly saw it: `stale` where it was changed since."""

    revision = fields.Integer(strict=True, validate=REVISION)
    held_on = Day(required=True)
    present = fields.Integer(strict=True, required=True, validate=VOTES)
    in_favour = fields.Integer(strict=True, required=True, validate=VOTES)
    against = fields.Integer(strict=True, required=True, validate=VOTES)
    effective_on = Day(required=True)


class AdoptionInput(VoteInput):
    minutes = Id(allow_none=True)


class MinutesInput(Schema):
    file = Id(required=True)


class RulebookOutput(Schema):
    """`standing` says of an adopted version whether it is coming, in force or superseded today.

    `never_held` says that another took its place before its day came.
    `minutes` is the file's id, for whom may read it; `minutes_kept` says to all that there is one.
    """

    id = Id()
    number = fields.Integer()
    status = fields.Enum(RulebookStatus, by_value=True)
    standing = fields.Enum(Standing, by_value=True)
    never_held = fields.Boolean()
    revision = fields.Integer()
    held_on = Day(allow_none=True)
    present = fields.Integer(allow_none=True)
    in_favour = fields.Integer(allow_none=True)
    against = fields.Integer(allow_none=True)
    minutes = Id(allow_none=True)
    minutes_kept = fields.Boolean()
    effective_on = Day(allow_none=True)
    drafted_at = InstantField()
    adopted_at = InstantField(allow_none=True)
    items = fields.List(fields.Nested(RuleItemOutput))


class ChangesQuery(Schema):
    """`against` is a version's number; by default the one that this one replaces."""

    against = fields.Integer(strict=True, validate=validate.Range(min=1))


class ChangedRuleOutput(RuleItemOutput):
    """A rule of a list of changes; it has no id, as it may be of either version."""

    class Meta:
        exclude = ("id",)


class FieldChangeOutput(Schema):
    """One field of a rule: `old` → `new`."""

    field = fields.String()
    old = fields.Raw(allow_none=True)
    new = fields.Raw(allow_none=True)


class ItemChangeOutput(Schema):
    code = fields.String()
    changes = fields.List(fields.Nested(FieldChangeOutput))


class ChangesOutput(Schema):
    """What version `number` changes of version `against` (null: there was none)."""

    number = fields.Integer()
    against = fields.Integer(allow_none=True)
    added = fields.List(fields.Nested(ChangedRuleOutput))
    removed = fields.List(fields.Nested(ChangedRuleOutput))
    changed = fields.List(fields.Nested(ItemChangeOutput))


class DoubtOutput(Schema):
    """Words that the template check lets pass, for the assembly to look at."""

    code = fields.String()
    field = fields.String()
    words = fields.String()
    topic = fields.Enum(Topic, by_value=True)
    detail = fields.String()


class DoubtsOutput(Schema):
    items = fields.List(fields.Nested(DoubtOutput))


class RulesQuery(Schema):
    on = Day(load_default=None)


class RulesOutput(Schema):
    """The rules in force on a day."""

    rulebook = fields.Integer()
    effective_on = Day()
    on = Day()
    items = fields.List(fields.Nested(RuleItemOutput))


RulebookPage = page_of(RulebookOutput)
