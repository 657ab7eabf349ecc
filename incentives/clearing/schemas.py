"""What the calls about clearings give."""

from marshmallow import fields

from incentives.web.schemas import Day, Id, InstantField, Points, Schema, page_of


class ClearingOutput(Schema):
    """What was earned by `period_ends_on` could be spent through `due_on`; then it was cleared."""

    id = Id()
    period_ends_on = Day()
    due_on = Day()
    announced_at = InstantField()
    cleared_at = InstantField(allow_none=True)
    households = fields.Integer()
    points = Points()


class ExpiringOutput(Schema):
    """Points that are cleared after `due_on` unless spent; 0 and no days where none are."""

    points = Points()
    period_ends_on = Day(allow_none=True)
    due_on = Day(allow_none=True)


ClearingPage = page_of(ClearingOutput)
