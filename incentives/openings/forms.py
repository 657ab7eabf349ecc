"""What the pages of openings let people type: as the calls take it, but money in yuan."""

from marshmallow import fields

from incentives.openings.models import Part
from incentives.openings.schemas import (
    COST,
    MONEY,
    POINTS,
    QUANTITY,
    BookAgainInput,
    BookInput,
    ReasonInput,
)
from incentives.web.schemas import Id, Points, Schema, Yuan


class PointsLineForm(Schema):
    household_id = Id(required=True)
    points = Points(required=True, validate=POINTS)


class FundLineForm(Schema):
    cash_fen = Yuan(required=True, validate=MONEY)
    bank_fen = Yuan(required=True, validate=MONEY)


class StockLineForm(Schema):
    good_id = Id(required=True)
    quantity = fields.Integer(required=True, validate=QUANTITY)
    unit_cost_fen = Yuan(required=True, validate=COST)


LINE_FORMS: dict[Part, type[Schema]] = {
    Part.POINTS: PointsLineForm,
    Part.FUND: FundLineForm,
    Part.STOCK: StockLineForm,
}
# The acts on an opening, by the last word of their address.
ACTIONS: dict[str, type[Schema]] = {
    "submission": Schema,
    "check": Schema,
    "posting": Schema,
    "rejection": ReasonInput,
    "withdrawal": ReasonInput,
    "reversal": ReasonInput,
}

__all__ = ["ACTIONS", "LINE_FORMS", "BookAgainInput", "BookInput"]
