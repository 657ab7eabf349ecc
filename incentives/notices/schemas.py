"""What the calls about notices and objections take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.awards.schemas import quantity
from incentives.notices.models import REASON_LENGTH, NoticeKind, ObjectionStatus
from incentives.web.schemas import Day, Fen, Id, InstantField, Points, Schema, page_of

REASON = validate.Length(min=1, max=REASON_LENGTH)
NUMBER = validate.Range(min=1, max=2**31)


class NoticeInput(Schema):
    kind = fields.Enum(NoticeKind, by_value=True, required=True)


class PublicRuling(Schema):
    """A ruling on an objection to a line, as anyone reads it: why, and by nobody's name."""

    upheld = fields.Boolean()
    reason = fields.String(attribute="ruling_reason")
    made_at = InstantField()
    ruled_at = InstantField()


class NoticeLineOutput(Schema):
    """`holder` is masked, but for a shop, a team and who holds a role, and null for a minor.

    `rulings` are those on objections to the line.
    `what` is as the fingerprint has it, in Chinese; `title` says it in the caller's language.
    """

    line = fields.Integer()
    holder = fields.String(allow_none=True)
    what = fields.String()
    title = fields.String()
    occurred_on = Day(allow_none=True)
    quantity = fields.Integer(allow_none=True)
    points = Points(allow_none=True)
    amount_fen = Fen(allow_none=True)
    reason = fields.String(allow_none=True)
    status = fields.String()
    objected = fields.Boolean()
    rulings = fields.List(fields.Nested(PublicRuling))


class AwaitingOutput(Schema):
    """What waits for a notice: `holder` masked, null for a minor; `ready_at` its last yes.

    `what` is as its line will have it, in Chinese; `title` says it in the caller's language.
    """

    id = Id()
    kind = fields.Enum(NoticeKind, by_value=True)
    holder = fields.String(allow_none=True)
    what = fields.String()
    title = fields.String()
    occurred_on = Day(allow_none=True)
    quantity = fields.Integer(allow_none=True)
    points = Points(allow_none=True)
    amount_fen = Fen(allow_none=True)
    reason = fields.String(allow_none=True)
    ready_at = InstantField()


class NoticeSummary(Schema):
    """A notice in the list: what stays for ever is its number and fingerprint.

    `label` is the number that people quote: 2026-7 is the year's seventh. `closes_on` is the last
    day in public: it can be closed from the day after on.
    """

    id = Id()
    number = fields.Integer()
    label = fields.String()
    kind = fields.Enum(NoticeKind, by_value=True)
    status = fields.String()
    opened_on = Day()
    closes_on = Day()
    closed_at = InstantField(allow_none=True)
    fingerprint = fields.String()


class NoticeOutput(NoticeSummary):
    """`lines_gone`: 30 days after closing the lines have left the web."""

    lines_gone = fields.Boolean()
    lines = fields.List(fields.Nested(NoticeLineOutput))


class MissingInput(Schema):
    resident_id = Id(required=True)
    rule_item = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9_-]{1,12}$"))
    occurred_on = Day(required=True)
    quantity = quantity(load_default=1)


class AboutInput(Schema):
    notice = fields.Integer(strict=True, validate=NUMBER)
    line = fields.Integer(strict=True, validate=NUMBER)
    award = Id()
    redemption = Id()
    clearing = Id()
    missing = fields.Nested(MissingInput)

    @validates_schema
    def one_subject(self, data: dict[str, Any], **_options: Any) -> None:
        """One of a notice's line, an award, a redemption, a clearing, a missing award."""
        if ("notice" in data) != ("line" in data):
            raise ValidationError(str(_("Give the notice and its line")), "line")
        subjects = {"notice", "award", "redemption", "clearing", "missing"} & data.keys()
        if len(subjects) != 1:
            raise ValidationError(str(_("Say what the objection is to: one thing")))


class ObjectionInput(Schema):
    about = fields.Nested(AboutInput, required=True)
    reason = fields.String(required=True, validate=REASON)
    on_behalf_of = Id()


class DisputeInput(Schema):
    reason = fields.String(required=True, validate=REASON)
    on_behalf_of = Id()


class RulingInput(Schema):
    """`shop_at_fault` is of a redemption; by `quantity` what is missing is granted less often."""

    upheld = fields.Boolean(required=True)
    reason = fields.String(required=True, validate=REASON)
    shop_at_fault = fields.Boolean()
    quantity = quantity()


class MissingOutput(Schema):
    resident_id = Id(attribute="missing_resident_id")
    rule_item = fields.String(attribute="missing_rule_item")
    occurred_on = Day(attribute="missing_occurred_on")
    quantity = fields.Integer(attribute="missing_quantity")


class AboutOutput(Schema):
    notice = fields.Integer(allow_none=True)
    line = fields.Integer(allow_none=True)
    award = Id(attribute="award_id", allow_none=True)
    disbursement = Id(attribute="disbursement_id", allow_none=True)
    opening_line = Id(attribute="opening_line_id", allow_none=True)
    redemption = Id(attribute="redemption_id", allow_none=True)
    clearing = Id(attribute="clearing_id", allow_none=True)
    missing = fields.Nested(MissingOutput, allow_none=True)


class ObjectionOutput(Schema):
    """`due_on` is the last day for the ruling; `granted_award` what came of a missing award.

    `made_by`, `on_behalf_of` and `household_id` are null for staff of the household concerned.
    """

    id = Id()
    status = fields.Enum(ObjectionStatus, by_value=True)
    about = fields.Nested(AboutOutput)
    reason = fields.String()
    made_by = Id(allow_none=True)
    made_at = InstantField()
    on_behalf_of = Id(allow_none=True)
    household_id = Id(allow_none=True)
    due_on = Day()
    upheld = fields.Boolean(allow_none=True)
    ruling_reason = fields.String(allow_none=True)
    shop_at_fault = fields.Boolean(allow_none=True)
    granted_award = Id(attribute="granted_award_id", allow_none=True)
    ruled_by = Id(allow_none=True)
    ruled_at = InstantField(allow_none=True)


class SentUpObjection(ObjectionOutput):
    """An objection that its village is too small to rule on: the township does."""

    village = fields.String()


SentUpObjectionPage = page_of(SentUpObjection)
NoticePage = page_of(NoticeSummary)
NoticeLinePage = page_of(NoticeLineOutput)
AwaitingPage = page_of(AwaitingOutput)
ObjectionPage = page_of(ObjectionOutput)
