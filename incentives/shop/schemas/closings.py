"""What the calls of the day's close take and give."""

from marshmallow import fields, validate

from incentives.web.schemas import Day, Fen, Id, InstantField, Points, Schema, page_of


class ClosingInput(Schema):
    cash_counted_fen = Fen(required=True, validate=validate.Range(min=0, max=100_000_000))
    explanation = fields.String(validate=validate.Length(min=1, max=200))


class TotalsOutput(Schema):
    sales = fields.Integer()
    refunds = fields.Integer()
    points = Points()
    points_back = Points()
    cash_in_fen = Fen()
    cash_back_fen = Fen()


class CounterTotalsOutput(TotalsOutput):
    """Without `terminal_id`: sold in a browser that is no registered terminal."""

    terminal_id = Id(allow_none=True)
    terminal = fields.String(allow_none=True)
    keeper = fields.String()


class GoodTotalsOutput(Schema):
    good_id = Id()
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    unit = fields.String()
    handed_out = fields.Integer()
    came_back = fields.Integer()


class DayOutput(TotalsOutput):
    """What stands open since the last close."""

    since = InstantField(allow_none=True)
    counters = fields.List(fields.Nested(CounterTotalsOutput))
    goods = fields.List(fields.Nested(GoodTotalsOutput))


class PastClosing(TotalsOutput):
    id = Id()
    shop_id = Id()
    closed_on = Day()
    cash_due_fen = Fen()
    cash_counted_fen = Fen()
    difference_fen = Fen()
    explanation = fields.String(allow_none=True)
    closed_at = InstantField()
    closed_by = fields.String()


class ClosingOutput(PastClosing):
    """A day's close with what it holds by terminal, shopkeeper and good."""

    since = InstantField(allow_none=True)
    counters = fields.List(fields.Nested(CounterTotalsOutput))
    goods = fields.List(fields.Nested(GoodTotalsOutput))


ClosingPage = page_of(PastClosing)
