"""What the calls about calls and offices take and give; forms take the same."""

import re

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate

from incentives.calls.models import (
    NAME_LENGTH,
    NOTE_LENGTH,
    PHONE_LENGTH,
    PLACE_LENGTH,
    TEXT_LENGTH,
    CallSource,
    CallStatus,
    Category,
)
from incentives.calls.queries.duties import DutySource
from incentives.calls.states import OFFICE_STEPS, Action
from incentives.files.schemas import Upload
from incentives.web.schemas import Day, Id, InstantField, Schema, page_of

PHONE = re.compile(r"[0-9+ -]{5,20}", re.ASCII)


def no_blank(length: int) -> list[validate.Validator]:
    """Between one and so many characters."""
    return [validate.Length(min=1, max=length)]


def is_phone(text: str) -> None:
    """Refuse what can't be rung."""
    if not PHONE.fullmatch(text):
        raise ValidationError(str(_("Write a phone number in digits")))


def is_office_step(step: Action) -> None:
    """Refuse an action that isn't an office's."""
    if step not in OFFICE_STEPS:
        raise ValidationError(str(_("This is no step of an office")))


class CallInput(Schema):
    category = fields.Enum(Category, by_value=True, required=True)
    text = fields.String(load_default="", validate=validate.Length(max=TEXT_LENGTH))
    place = fields.String(load_default="", validate=validate.Length(max=PLACE_LENGTH))
    grid = fields.String(validate=validate.Length(equal=15))
    phone = fields.String(validate=[validate.Length(max=PHONE_LENGTH), is_phone])
    photo = Upload()
    source = fields.Enum(CallSource, by_value=True, load_default=CallSource.PAGE)


class LimitForm(Schema):
    """The limits of a category at a division, in minutes."""

    division = fields.String(required=True, validate=validate.Length(min=6, max=12))
    category = fields.Enum(Category, by_value=True, required=True)
    accept_minutes = fields.Integer(strict=True, required=True)
    on_site_minutes = fields.Integer(strict=True, required=True)
    resolve_minutes = fields.Integer(strict=True, required=True)


class ReportedOutput(Schema):
    """`follow_url` is the caller's link; it is given this once."""

    id = Id()
    status = fields.Enum(CallStatus, by_value=True)
    follow_url = fields.String()


class StepInput(Schema):
    step = fields.Enum(Action, by_value=True, required=True, validate=is_office_step)
    note = fields.String(validate=no_blank(NOTE_LENGTH))
    photo = Upload()
    office_id = Id()


class PushInput(Schema):
    office_id = Id()
    category = fields.Enum(Category, by_value=True)


class MergeInput(Schema):
    into = Id(required=True)


class StrikeInput(Schema):
    reason = fields.String(required=True, validate=no_blank(NOTE_LENGTH))


class CallAwardInput(Schema):
    """Whose points they are; left out: who reported by card."""

    resident_id = Id()
    household_id = Id()


class RatingInput(Schema):
    rating = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=5))
    word = fields.String(validate=no_blank(NOTE_LENGTH))


class ReopeningInput(Schema):
    reason = fields.String(required=True, validate=no_blank(NOTE_LENGTH))


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
    """`due_at` is when the next step of an office is due. `text` and `place` are erased in time."""

    village = fields.String()
    source = fields.Enum(CallSource, by_value=True)
    text = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    office_id = Id(allow_none=True)
    merged_into = Id(allow_none=True)
    struck_reason = fields.String(allow_none=True)
    rating = fields.Integer(allow_none=True)
    rating_word = fields.String(allow_none=True)
    reopened_at = InstantField(allow_none=True)
    award_id = Id(allow_none=True)


class WholeCallOutput(CallOutput):
    steps = fields.List(fields.Nested(StepOutput))


class FollowedStepOutput(PublicStepOutput):
    note = fields.String(allow_none=True)


class FollowedOutput(PublicCallOutput):
    """A call for whoever has its link; `merged`: it was reported before, and goes on there."""

    merged = fields.Boolean()
    rating = fields.Integer(allow_none=True)
    may_rate = fields.Boolean()
    may_reopen = fields.Boolean()
    steps = fields.List(fields.Nested(FollowedStepOutput))


CATEGORY_LIST = validate.Length(max=len(Category))


class OfficeInput(Schema):
    division = fields.String(required=True, validate=validate.Length(min=6, max=12))
    name = fields.String(required=True, validate=no_blank(NAME_LENGTH))
    categories = fields.List(
        fields.Enum(Category, by_value=True), load_default=list, validate=CATEGORY_LIST
    )


class OfficeChange(Schema):
    name = fields.String(validate=no_blank(NAME_LENGTH))
    categories = fields.List(fields.Enum(Category, by_value=True), validate=CATEGORY_LIST)
    closed = fields.Boolean()


class OfficeOutput(Schema):
    id = Id()
    division = fields.String()
    name = fields.String()
    categories = fields.List(fields.Enum(Category, by_value=True))
    closed_at = InstantField(allow_none=True)


class OfficePersonInput(Schema):
    user_id = Id(required=True)
    is_deputy = fields.Boolean(load_default=False)


class OfficePeopleInput(Schema):
    people = fields.List(
        fields.Nested(OfficePersonInput), required=True, validate=validate.Length(max=50)
    )


class OfficePersonOutput(Schema):
    user_id = Id()
    name = fields.String()
    is_deputy = fields.Boolean()


class OfficePeopleOutput(Schema):
    people = fields.List(fields.Nested(OfficePersonOutput))


class DutyInput(Schema):
    title = fields.String(required=True, validate=no_blank(PLACE_LENGTH))
    office_id = Id(required=True)
    due_on = Day(required=True)


class DoneInput(Schema):
    note = fields.String(required=True, validate=no_blank(NOTE_LENGTH))


class LedgerLineOutput(Schema):
    """A duty on a public ledger: the red one where it is overdue, else the blue one."""

    source = fields.Enum(DutySource, by_value=True)
    id = Id(allow_none=True)
    division = fields.String()
    title = fields.String()
    office = fields.String()
    office_id = Id(allow_none=True)
    due_on = Day()
    overdue = fields.Boolean()


class DoneDutyOutput(Schema):
    id = Id()
    division = fields.String()
    title = fields.String()
    office = fields.String()
    office_id = Id()
    due_on = Day()
    done_at = InstantField(allow_none=True)
    note = fields.String(allow_none=True)


class FiguresOutput(Schema):
    """Calls of one category, office or division; minutes from being pushed (`accept`, `on_site`,
    `resolve`: medians). What fewer than five calls would give is empty: too few to say."""

    by = fields.String()
    key = fields.String()
    name = fields.String()
    reported = fields.Integer()
    resolved = fields.Integer()
    in_time = fields.Integer()
    due = fields.Integer()
    in_time_percent = fields.Integer(allow_none=True)
    accept_minutes = fields.Integer(allow_none=True)
    on_site_minutes = fields.Integer(allow_none=True)
    resolve_minutes = fields.Integer(allow_none=True)
    slowest_minutes = fields.Integer(allow_none=True)
    rated = fields.Integer()
    stars = fields.Float(allow_none=True)


class LimitInput(Schema):
    category = fields.Enum(Category, by_value=True, required=True)
    accept_minutes = fields.Integer(strict=True, required=True)
    on_site_minutes = fields.Integer(strict=True, required=True)
    resolve_minutes = fields.Integer(strict=True, required=True)


class LimitsOutput(Schema):
    limits = fields.List(fields.Nested(LimitInput))


CallPage = page_of(CallOutput)
PublicCallPage = page_of(PublicCallOutput)
LedgerLinePage = page_of(LedgerLineOutput)
DoneDutyPage = page_of(DoneDutyOutput)
FiguresPage = page_of(FiguresOutput)
OfficePage = page_of(OfficeOutput)
