"""What the calls about patrols take and give."""

from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate

from incentives.awards.models import CODE_LENGTH
from incentives.calls.models import Category
from incentives.patrols.models import PatrolStatus, Unawarded
from incentives.patrols.models.places import PLACE_LENGTH
from incentives.patrols.models.walks import FINDING_LENGTH, LOG_LENGTH, WEATHER_LENGTH
from incentives.patrols.operations.closing import LEADER_RULE, MEMBER_RULE
from incentives.patrols.queries import Outcome
from incentives.web.schemas import Day, Id, InstantField, PageQuery, Schema, page_of

NAME = validate.Length(min=1, max=PLACE_LENGTH)
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


class TeamInput(Schema):
    name = fields.String(required=True, validate=validate.Length(min=1, max=40))
    leader_id = Id(required=True)
    member_ids = fields.List(Id(), load_default=list, validate=validate.Length(max=100))


class MemberOutput(Schema):
    id = Id()
    name = fields.String()


class TeamOutput(Schema):
    id = Id()
    name = fields.String()
    leader_id = Id()
    disbanded_on = Day(allow_none=True)
    members = fields.List(fields.Nested(MemberOutput))


class WaypointInput(Schema):
    name = fields.String(required=True, validate=NAME)


class WaypointOutput(Schema):
    """A place; `code` and `url` are what its newest sign says, gone once it was given up."""

    id = Id()
    name = fields.String()
    code = fields.String(allow_none=True)
    url = fields.String(allow_none=True)
    retired_at = InstantField(allow_none=True)


class SignQuery(Schema):
    size = fields.String(load_default="a6", validate=validate.OneOf(["a4", "a6"]))


class StopSchema(Schema):
    """The fewest minutes from the place before; fewer are flagged. The first place has none."""

    waypoint_id = Id(required=True)
    least_minutes = fields.Integer(
        load_default=1, strict=True, validate=validate.Range(min=0, max=600)
    )


class StopOutput(StopSchema):
    waypoint = fields.String()


class RouteInput(Schema):
    """`member_rule` and `leader_rule`: codes of the rule items by which closing proposes awards."""

    name = fields.String(required=True, validate=NAME)
    stops = fields.List(fields.Nested(StopSchema), required=True)
    member_rule = fields.String(
        load_default=MEMBER_RULE, validate=validate.Length(min=1, max=CODE_LENGTH)
    )
    leader_rule = fields.String(
        load_default=LEADER_RULE, validate=validate.Length(min=1, max=CODE_LENGTH)
    )


class RouteOutput(Schema):
    id = Id()
    name = fields.String()
    member_rule = fields.String()
    leader_rule = fields.String()
    retired_at = InstantField(allow_none=True)
    stops = fields.List(fields.Nested(StopOutput))


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
    id = Id()
    village = fields.String()
    series_id = Id()
    team_id = Id()
    team = fields.String()
    route_id = Id()
    route = fields.String()
    on_day = Day()
    starts_at = InstantField()
    ends_at = InstantField()
    reason = fields.String(allow_none=True)
    outcome = fields.Enum(Outcome, by_value=True)
    patrol_id = Id(allow_none=True)


class ShiftList(Schema):
    items = fields.List(fields.Nested(ShiftOutput), required=True)


class ShiftQuery(PageQuery):
    team_id = Id(load_default=None)
    first = Day(load_default=None)
    last = Day(load_default=None)


class ReasonInput(Schema):
    reason = fields.String(required=True, validate=REASON)


class SwapInput(Schema):
    resident_id = Id(required=True)
    stand_in_id = Id(required=True)


class AnswerInput(Schema):
    accept = fields.Boolean(required=True)


class PatrolInput(Schema):
    """`id` (UUIDv7) and `started_at` are the phone's, where it had no signal."""

    id = Id(load_default=None)
    team_id = Id(required=True)
    shift_id = Id(load_default=None)
    route_id = Id(load_default=None)
    started_at = InstantField(load_default=None)


class ScansInput(Schema):
    waypoint_code = fields.String(required=True, validate=validate.Length(min=1, max=300))
    resident_ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=100))
    scanned_at = InstantField(required=True)


class FindingInput(Schema):
    """`photo_id`: a file that was brought before. `place`, or the waypoint that it is near."""

    id = Id(load_default=None)
    category = fields.Enum(Category, by_value=True, required=True)
    text = fields.String(required=True, validate=validate.Length(min=1, max=FINDING_LENGTH))
    place = fields.String(load_default=None, validate=validate.Length(min=1, max=80))
    waypoint_id = Id(load_default=None)
    photo_id = Id(load_default=None)
    found_at = InstantField(load_default=None)


class LogInput(Schema):
    weather = fields.String(required=True, validate=validate.Length(min=1, max=WEATHER_LENGTH))
    text = fields.String(required=True, validate=validate.Length(min=1, max=LOG_LENGTH))


class ClosingInput(Schema):
    log = fields.Nested(LogInput, required=True)
    attended = fields.List(Id(), required=True, validate=validate.Length(min=1, max=100))


class PatrolOutput(Schema):
    id = Id()
    team_id = Id()
    team = fields.String()
    shift_id = Id(allow_none=True)
    route_id = Id(allow_none=True)
    route = fields.String(allow_none=True)
    leader_id = Id()
    leader = fields.String()
    status = fields.Enum(PatrolStatus, by_value=True)
    started_at = InstantField()
    begun_at = InstantField()
    ended_at = InstantField(allow_none=True)
    weather = fields.String(allow_none=True)
    log = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    scans = fields.Integer()
    attended = fields.Integer()
    findings = fields.Integer()


class ScanOutput(Schema):
    """Flags: `offline` came minutes later, `late` after the end, `pace` faster than one walks,
    `clock` at a time that can't be right."""

    id = Id()
    waypoint_id = Id()
    waypoint = fields.String()
    resident_id = Id()
    resident = fields.String()
    scanned_at = InstantField()
    received_at = InstantField()
    signed_by = fields.String()
    for_another = fields.Boolean()
    offline = fields.Boolean()
    late = fields.Boolean()
    pace = fields.Boolean()
    clock = fields.Boolean()


class ScansOutput(Schema):
    items = fields.List(fields.Nested(ScanOutput))


class FindingOutput(Schema):
    id = Id()
    category = fields.Enum(Category, by_value=True)
    text = fields.String(attribute="words")
    place = fields.String()
    photo_id = Id(allow_none=True)
    call_id = Id()
    found_at = InstantField()
    received_at = InstantField()


class AttendanceOutput(Schema):
    """The awards that closing proposed for somebody, or why there is none."""

    resident_id = Id()
    resident = fields.String()
    places = fields.Integer()
    award_id = Id(allow_none=True)
    unawarded = fields.Enum(Unawarded, by_value=True, allow_none=True)
    leader_award_id = Id(allow_none=True)
    leader_unawarded = fields.Enum(Unawarded, by_value=True, allow_none=True)


class WholePatrolOutput(PatrolOutput):
    """A patrol with all that was recorded on it."""

    begun_by = fields.String()
    ended_by = fields.String(allow_none=True)
    scan_list = fields.List(fields.Nested(ScanOutput))
    finding_list = fields.List(fields.Nested(FindingOutput))
    attendance = fields.List(fields.Nested(AttendanceOutput))


class PatrolQuery(PageQuery):
    team_id = Id(load_default=None)
    status = fields.Enum(PatrolStatus, by_value=True, load_default=None)
    first = Day(load_default=None)
    last = Day(load_default=None)


class MonthQuery(Schema):
    month = fields.String(load_default=None, validate=validate.Regexp(r"^\d{4}-(0[1-9]|1[0-2])\Z"))
    team_id = Id(load_default=None)


class MonthLineOutput(Schema):
    resident_id = Id()
    resident = fields.String()
    team = fields.String()
    patrols = fields.Integer()
    led = fields.Integer()
    days = fields.List(Day())


class MonthPage(Schema):
    items = fields.List(fields.Nested(MonthLineOutput), required=True)
    next = fields.String(allow_none=True, dump_default=None)


TeamPage = page_of(TeamOutput)
WaypointPage = page_of(WaypointOutput)
RoutePage = page_of(RouteOutput)
ShiftPage = page_of(ShiftOutput)
PatrolPage = page_of(PatrolOutput)
