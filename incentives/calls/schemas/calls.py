"""What the calls about a village's calls take and give; forms take the same."""

import re

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate

from incentives.awards.unasked import Unawarded
from incentives.calls.models import (
    NOTE_LENGTH,
    PHONE_LENGTH,
    PLACE_LENGTH,
    TEXT_LENGTH,
    CallSource,
    CallStatus,
    Category,
)
from incentives.calls.states import OFFICE_STEPS, Action
from incentives.files.schemas import Upload
from incentives.web.schemas import Id, InstantField, Schema, page_of

PHONE = re.compile(r"[0-9+ -]{5,20}", re.ASCII)


def is_phone(text: str) -> None:
    """Refuse what can't be rung."""
    if not PHONE.fullmatch(text):
        raise ValidationError(str(_("Write a phone number in digits")))


def is_office_step(step: Action) -> None:
    """Refuse an action that isn't an office's."""
    if step not in OFFICE_STEPS:
        raise ValidationError(str(_("This is no step of an office")))


def is_no_patrol(source: CallSource) -> None:
    """Refuse what only a patrol's own findings may say."""
    if source is CallSource.PATROL:
        raise ValidationError(str(_("What a patrol finds is reported with the patrol")))


class CallInput(Schema):
    """`resident_id`: who of the household reports by its card; its head, unless said."""

    category = fields.Enum(Category, by_value=True, required=True)
    text = fields.String(load_default="", validate=validate.Length(max=TEXT_LENGTH))
    place = fields.String(load_default="", validate=validate.Length(max=PLACE_LENGTH))
    grid = fields.String(validate=validate.Length(equal=15))
    phone = fields.String(validate=[validate.Length(max=PHONE_LENGTH), is_phone])
    photo = Upload()
    resident_id = Id()
    source = fields.Enum(
        CallSource, by_value=True, load_default=CallSource.PAGE, validate=is_no_patrol
    )


class ReportedOutput(Schema):
    """`follow_url` is the caller's link; it is given this once."""

    id = Id()
    status = fields.Enum(CallStatus, by_value=True)
    follow_url = fields.String()


class StepInput(Schema):
    """`unfounded`, with `resolve`: it wasn't as reported, and earns nothing."""

    step = fields.Enum(Action, by_value=True, required=True, validate=is_office_step)
    note = fields.String(validate=validate.Length(min=1, max=NOTE_LENGTH))
    photo = Upload()
    office_id = Id()
    unfounded = fields.Boolean(load_default=False)


class PushInput(Schema):
    office_id = Id()
    category = fields.Enum(Category, by_value=True)


class MergeInput(Schema):
    into = Id(required=True)


class StrikeInput(Schema):
    reason = fields.String(required=True, validate=validate.Length(min=1, max=NOTE_LENGTH))


class CallAwardInput(Schema):
    """Whose points they are; left out: who reported by card."""

    resident_id = Id()
    household_id = Id()


class PublicStepOutput(Schema):
    action = fields.String()
    at = InstantField()
    office = fields.String(allow_none=True)


class StepOutput(PublicStepOutput):
    note = fields.String(allow_none=True)
    by = fields.String(allow_none=True)
    photo_id = Id(allow_none=True)


class PublicCallOutput(Schema):
    """A call as anyone may know of it: no words of its caller, no place nearer than its grid."""

    id = Id()
    category = fields.Enum(Category, by_value=True)
    grid = fields.String(allow_none=True)
    status = fields.Enum(CallStatus, by_value=True)
    office = fields.String(allow_none=True)
    reported_at = InstantField()
    pushed_at = InstantField(allow_none=True)
    accepted_at = InstantField(allow_none=True)
    on_site_at = InstantField(allow_none=True)
    resolved_at = InstantField(allow_none=True)
    answered_at = InstantField(allow_none=True)
    due_at = InstantField(allow_none=True)
    overdue = fields.Boolean()


class CallOutput(PublicCallOutput):
    """`due_at` is when the next step is due. `text` and `place` are erased in time.

    `verified`: its office found it as reported, or not; `unawarded`: why no points were proposed.
    """

    village = fields.String()
    source = fields.Enum(CallSource, by_value=True)
    text = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    office_id = Id(allow_none=True)
    merged_into = Id(allow_none=True)
    struck_reason = fields.String(allow_none=True)
    rating = fields.Integer(allow_none=True)
    rating_word = fields.String(allow_none=True)
    reopened_at = InstantField(allow_none=True)
    verified = fields.Boolean(allow_none=True)
    award_id = Id(allow_none=True)
    unawarded = fields.Enum(Unawarded, by_value=True, allow_none=True)


class WholeCallOutput(CallOutput):
    """`phone` is for the village's cadre and the office alone. `first_rating` is of the answer that
    its caller sent back."""

    first_rating = fields.Integer(allow_none=True)
    first_rating_word = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    steps = fields.List(fields.Nested(StepOutput))


CallPage = page_of(CallOutput)
PublicCallPage = page_of(PublicCallOutput)
