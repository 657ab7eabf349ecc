"""What the forms of patrols take."""

from marshmallow import fields, validate

from incentives.patrols.models.walks import LOG_LENGTH, WEATHER_LENGTH
from incentives.patrols.schemas import (
    NAME,
    AttendanceInput,
    ClockTime,
    ReasonInput,
    RouteInput,
    SwapInput,
    TeamInput,
    WaypointInput,
)
from incentives.web.schemas import Day, Id, Schema

__all__ = [
    "AttendanceInput",
    "CancelShiftForm",
    "ClosingForm",
    "PaperScanForm",
    "ReasonInput",
    "RouteForm",
    "ShiftsForm",
    "SwapInput",
    "TeamInput",
    "WaypointInput",
]


class StopFormRow(Schema):
    """A place of a route; rows left empty are none."""

    waypoint_id = Id(load_default=None)
    least_minutes = fields.Integer(load_default=None, validate=validate.Range(min=0, max=600))


class RouteForm(RouteInput):
    """A route with rows of places."""

    name = fields.String(required=True, validate=NAME)
    stops = fields.List(fields.Nested(StopFormRow), load_default=list)


class ShiftsForm(Schema):
    """A season of shifts."""

    team_id = Id(required=True)
    route_id = Id(required=True)
    weekdays = fields.List(
        fields.Integer(validate=validate.Range(min=1, max=7)),
        required=True,
        validate=validate.Length(min=1, max=7),
    )
    starts = ClockTime(required=True)
    minutes = fields.Integer(required=True, validate=validate.Range(min=10, max=1440))
    first = Day(required=True)
    last = Day(required=True)


class CancelShiftForm(ReasonInput):
    """A shift off the calendar; a box that isn't ticked isn't sent."""

    following = fields.Boolean(load_default=False)


class PaperScanForm(Schema):
    """Who was signed in on paper at a place, and when."""

    waypoint_id = Id(required=True)
    at = ClockTime(required=True)
    resident_ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=100))


class ClosingForm(Schema):
    """A log that was written on paper."""

    weather = fields.String(required=True, validate=validate.Length(min=1, max=WEATHER_LENGTH))
    text = fields.String(required=True, validate=validate.Length(min=1, max=LOG_LENGTH))
    attended = fields.List(Id(), load_default=list, validate=validate.Length(max=100))
