"""What the calls about walks take and give."""

from marshmallow import fields, validate

from incentives.awards.unasked import Unawarded
from incentives.calls.models import Category
from incentives.patrols.models import PatrolStatus
from incentives.patrols.models.walks import (
    FINDING_LENGTH,
    LOG_LENGTH,
    REASON_LENGTH,
    WEATHER_LENGTH,
)
from incentives.patrols.schemas.places import TeamOutput
from incentives.patrols.schemas.rota import AskedOutput, OwnShiftOutput, ReasonInput
from incentives.web.schemas import Day, Id, InstantField, Schema, page_of


class PatrolInput(Schema):
    """`id` (UUIDv7) and `started_at` are the phone's, where it had no signal; so is `ended_at`,
    where the walk's end waits in it, too. `left`: the walks that it was on before, and left."""

    id = Id(load_default=None)
    team_id = Id(required=True)
    shift_id = Id(load_default=None)
    route_id = Id(load_default=None)
    started_at = InstantField(load_default=None)
    ended_at = InstantField(load_default=None)
    left = fields.List(Id(), load_default=tuple, validate=validate.Length(max=100))


class ScansInput(Schema):
    """`clock_off_seconds`: how far the phone's clock was ahead, by its last contact with the
    service; `scanned_at` is put right by it already, and the scan is flagged from 2 minutes on.
    `queued`: it was kept in the phone first, and is flagged however soon it came then. `at_desk`: a
    cadre enters it from the log on paper; never for the own household, where the cadre wasn't
    signed in while the walk went on."""

    waypoint_code = fields.String(required=True, validate=validate.Length(min=1, max=300))
    resident_ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=100))
    scanned_at = InstantField(required=True)
    clock_off_seconds = fields.Integer(load_default=0, strict=True)
    queued = fields.Boolean(load_default=False)
    at_desk = fields.Boolean(load_default=False)


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
    """`attended`: who walked, beside those who were signed in. `ended_at` is the phone's, where it
    had no signal; `queued` as of a scan: sent again, it is the same closing."""

    log = fields.Nested(LogInput, required=True)
    attended = fields.List(Id(), required=True, validate=validate.Length(max=100))
    ended_at = InstantField(load_default=None)
    queued = fields.Boolean(load_default=False)


class CancellationInput(ReasonInput):
    """`ended_at` is the phone's, where it had no signal."""

    ended_at = InstantField(load_default=None)


class AttendanceInput(Schema):
    """Who is added to the log of a closed patrol, and why."""

    resident_id = Id(required=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH))


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
    end_received_at = InstantField(allow_none=True)
    end_offline = fields.Boolean()
    weather = fields.String(allow_none=True)
    log = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    scans = fields.Integer()
    attended = fields.Integer()
    findings = fields.Integer()


class ScanOutput(Schema):
    """Flags: `offline` was kept in the phone or came minutes later, `late` after the end, `pace`
    faster than one walks, `clock` at a time that can't be right or was put right, `off_route`
    where the route doesn't pass. `at_desk`: `signed_by` entered it there."""

    id = Id()
    waypoint_id = Id()
    waypoint = fields.String()
    resident_id = Id()
    resident = fields.String()
    scanned_at = InstantField()
    received_at = InstantField()
    signed_by = fields.String()
    for_another = fields.Boolean()
    at_desk = fields.Boolean()
    offline = fields.Boolean()
    late = fields.Boolean()
    pace = fields.Boolean()
    clock = fields.Boolean()
    off_route = fields.Boolean()


class RefusedOutput(Schema):
    """Somebody whom a scan doesn't sign in, though it does others, and why."""

    resident_id = Id()
    detail = fields.String()


class ScansOutput(Schema):
    items = fields.List(fields.Nested(ScanOutput))
    refused = fields.List(fields.Nested(RefusedOutput))


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
    """The awards that were proposed for somebody, or why there is none; `added_at`: after the
    closing, by their own sign-in or, with a reason, by the desk (`added_by`)."""

    resident_id = Id()
    resident = fields.String()
    places = fields.Integer()
    award_id = Id(allow_none=True)
    unawarded = fields.Enum(Unawarded, by_value=True, allow_none=True)
    leader_award_id = Id(allow_none=True)
    leader_unawarded = fields.Enum(Unawarded, by_value=True, allow_none=True)
    added_at = InstantField(allow_none=True)
    added_by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)


class WholePatrolOutput(PatrolOutput):
    """A patrol with all that was recorded on it."""

    begun_by = fields.String()
    ended_by = fields.String(allow_none=True)
    scan_list = fields.List(fields.Nested(ScanOutput))
    finding_list = fields.List(fields.Nested(FindingOutput))
    attendance = fields.List(fields.Nested(AttendanceOutput))


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


class OwnOutput(Schema):
    """What a walker needs: teams, shifts to come, walks that go on, what waits for an answer."""

    teams = fields.List(fields.Nested(TeamOutput))
    shifts = fields.List(fields.Nested(OwnShiftOutput))
    asked = fields.List(fields.Nested(AskedOutput))
    walking = fields.List(fields.Nested(PatrolOutput))


PatrolPage = page_of(PatrolOutput)
