"""What the calls about the review group's queue take and give."""

from marshmallow import fields

from incentives.awards.models import AwardStatus, CapPer, CapPeriod
from incentives.awards.queries import Closed
from incentives.awards.schemas.awards import AwardOutput
from incentives.web.schemas import Day, Points, Schema


class RecentOutput(Schema):
    occurred_on = Day()
    points = Points()
    status = fields.Enum(AwardStatus, by_value=True)


class WaitingOutput(Schema):
    """`rulebook` is the version's number; `overdue` once it waited more than seven days; `sent_up`
    where the village is too small to decide it.

    `closed` says why somebody else must decide, null where the caller can. `cap_used` counts the
    award itself. `recent` are others by the same rule to the same person in the four weeks before.
    """

    award = fields.Nested(AwardOutput)
    village = fields.String()
    rulebook = fields.Integer()
    waiting_days = fields.Integer()
    overdue = fields.Boolean()
    sent_up = fields.Boolean()
    closed = fields.Enum(Closed, by_value=True, allow_none=True)
    cap_points = Points(allow_none=True)
    cap_per = fields.Enum(CapPer, by_value=True, allow_none=True)
    cap_period = fields.Enum(CapPeriod, by_value=True, allow_none=True)
    cap_used = Points(allow_none=True)
    recent = fields.List(fields.Nested(RecentOutput))


class ReviewQueue(Schema):
    """`warnings` say what isn't covered once all of the village that waits is approved."""

    items = fields.List(fields.Nested(WaitingOutput), required=True)
    next = fields.String(allow_none=True, required=True)
    warnings = fields.List(fields.String())
