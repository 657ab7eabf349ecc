"""What the calls about the rota take and give."""

from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate

from incentives.patrols.queries import Outcome
from incentives.patrols.schemas.places import MemberOutput, StopOutput
from incentives.web.schemas import Day, Id, InstantField, Schema, page_of

REASON = validate.Length(min=1, max=200)


class ClockTime(fields.Field[time]):
    """A time of day in the villages: `19:30`."""

    def _serialize(self, value: time | None, *_args: Any, **_options: Any) -> str | None:
        return None if value is None else value.strftime("%H:%M")

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> time:
        try:
            if isinstance(value, str) and len(value) == len("19:30"):
                return time.fromisoformat(value)
        except ValueError:
            pass
        raise ValidationError(str(_("Write a time as 19:30")))


class ShiftsInput(Schema):
    """Weekdays from 1 (Monday) to 7; one day alone: `first` and `last` the same."""

    team_id = Id(required=True)
    route_id = Id(required=True)
    weekdays = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=1, max=7)),
        required=True,
        validate=validate.Length(min=1, max=7),
    )
    starts = ClockTime(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(min=10, max=1440))
    first = Day(required=True)
    last = Day(required=True)


class SwapOutput(Schema):
    """`accepted` is null until the one who is asked has answered."""

    id = Id()
    shift_id = Id()
    resident_id = Id()
    stand_in_id = Id()
    accepted = fields.Boolean(allow_none=True)
    asked_at = InstantField()
    answered_at = InstantField(allow_none=True)


class ShiftOutput(Schema):
    """`people`: who is to walk, stand-ins in the place of those who found one."""

    id = Id()
    village = fields.String()
    series_id = Id()
    team_id = Id()
    team = fields.String()
    route_id = Id()
    route = fields.String()
    people = fields.List(fields.Nested(MemberOutput))
    on_day = Day()
    starts_at = InstantField()
    ends_at = InstantField()
    reason = fields.String(allow_none=True)
    outcome = fields.Enum(Outcome, by_value=True)
    patrol_id = Id(allow_none=True)


class ShiftList(Schema):
    items = fields.List(fields.Nested(ShiftOutput), required=True)


class ReasonInput(Schema):
    reason = fields.String(required=True, validate=REASON)


class SwapInput(Schema):
    resident_id = Id(required=True)
    stand_in_id = Id(required=True)


class AnswerInput(Schema):
    accept = fields.Boolean(required=True)


class CancelShiftInput(ReasonInput):
    """`following`: the later shifts of its series go, too."""

    following = fields.Boolean(load_default=False)


class OwnShiftOutput(ShiftOutput):
    """A shift of one's own team, with its places in order and what was asked about it."""

    stops = fields.List(fields.Nested(StopOutput))
    swaps = fields.List(fields.Nested(SwapOutput))


class AskedOutput(Schema):
    """Somebody asks somebody to walk a shift; the caller may answer."""

    swap = fields.Nested(SwapOutput)
    shift = fields.Nested(ShiftOutput)


ShiftPage = page_of(ShiftOutput)
