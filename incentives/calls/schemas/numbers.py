"""What the call about calls in numbers takes and gives."""

from marshmallow import fields

from incentives.web.schemas import Schema, page_of


class FiguresOutput(Schema):
    """Calls of one category, office or division.

    `reported`: those that somebody looked at and sent on; `waiting`: those that wait for it, which
    are in no other figure. Of a call that its caller sent back (`sent_back`) both answers count: in
    `in_time`, `due`, the minutes and the stars, each under the office that gave it.

    Minutes of each step, median and slowest: `push` from being reported, `accept`, `on_site` and
    `resolve` from being pushed, `answer` from being resolved. What fewer than five calls would give
    is empty: too few to say.
    """

    by = fields.String()
    key = fields.String()
    name = fields.String()
    reported = fields.Integer()
    waiting = fields.Integer()
    resolved = fields.Integer()
    sent_back = fields.Integer()
    in_time = fields.Integer()
    due = fields.Integer()
    in_time_percent = fields.Integer(allow_none=True)
    push_minutes = fields.Integer(allow_none=True)
    push_slowest_minutes = fields.Integer(allow_none=True)
    accept_minutes = fields.Integer(allow_none=True)
    accept_slowest_minutes = fields.Integer(allow_none=True)
    on_site_minutes = fields.Integer(allow_none=True)
    on_site_slowest_minutes = fields.Integer(allow_none=True)
    resolve_minutes = fields.Integer(allow_none=True)
    resolve_slowest_minutes = fields.Integer(allow_none=True)
    answer_minutes = fields.Integer(allow_none=True)
    answer_slowest_minutes = fields.Integer(allow_none=True)
    rated = fields.Integer()
    stars = fields.Float(allow_none=True)


FiguresPage = page_of(FiguresOutput)
