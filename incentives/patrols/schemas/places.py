"""What the calls about teams, places and routes take and give."""

from marshmallow import fields, validate

from incentives.awards.models import CODE_LENGTH
from incentives.patrols.models.places import PLACE_LENGTH
from incentives.patrols.operations.attending import LEADER_RULE, MEMBER_RULE
from incentives.web.schemas import Day, Id, InstantField, Schema, page_of

NAME = validate.Length(min=1, max=PLACE_LENGTH)


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
    """All signs of the village, or one place's (`waypoint_id`)."""

    size = fields.String(load_default="a6", validate=validate.OneOf(["a4", "a6"]))
    waypoint_id = Id(load_default=None)


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


TeamPage = page_of(TeamOutput)
WaypointPage = page_of(WaypointOutput)
RoutePage = page_of(RouteOutput)
