"""What the calls about statements, and about points and money, take and give."""

from marshmallow import fields, validate

from incentives.fund.schemas.outputs import HandOutput
from incentives.web.schemas import Day, Fen, Id, Points, Schema

YEAR = validate.Range(min=2000, max=2200)


class YearQuery(Schema):
    year = fields.Integer(required=True, validate=YEAR)


class PeriodQuery(YearQuery):
    """A year, or a month of it."""

    month = fields.Integer(load_default=None, validate=validate.Range(min=1, max=12))


class StatementQuery(PeriodQuery):
    """`account` for an account's page."""

    account = fields.String(load_default=None, validate=validate.Regexp(r"^[a-z0-9._]{1,64}$"))


class IncomeRowOutput(Schema):
    """`months`: the fen of each month, January first."""

    code = fields.String()
    months = fields.List(Fen())
    total_fen = Fen()


class IncomeStatementOutput(Schema):
    """`remaining`: what cash and bank held at each month's end, January first.

    `owed`: what was approved for shops, and so spent, and not paid at each month's end.
    """

    year = fields.Integer()
    opening_fen = Fen()
    income = fields.List(fields.Nested(IncomeRowOutput))
    spending = fields.List(fields.Nested(IncomeRowOutput))
    remaining = fields.List(Fen())
    opening_owed_fen = Fen()
    owed = fields.List(Fen())


class AccountRowOutput(Schema):
    """Above zero is a debit, below a credit; `surplus` is what earlier years left."""

    code = fields.String()
    opening_fen = Fen()
    debit_fen = Fen()
    credit_fen = Fen()
    closing_fen = Fen()


class TrialBalanceOutput(Schema):
    items = fields.List(fields.Nested(AccountRowOutput))


class AccountLineOutput(Schema):
    day = Day()
    voucher = fields.Integer()
    event_id = Id()
    kind = fields.String()
    other = fields.String()
    paper = fields.String(allow_none=True)
    payee = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    hands = fields.List(fields.Nested(HandOutput))
    debit_fen = Fen()
    credit_fen = Fen()
    balance_fen = Fen()


class AccountPageOutput(Schema):
    code = fields.String()
    opening_fen = Fen()
    closing_fen = Fen()
    lines = fields.List(fields.Nested(AccountLineOutput))


class PointsAndMoneyOutput(Schema):
    """What a redeemed point cost this year, how long the fund lasts, what covers the points.

    `spent_on_points_fen` is what was approved for shopkeepers, and what the village's own goods
    that were handed out had cost; `paid_for_points` are the points that this stands for.
    `uncovered_fen` is by how much promises outrun means: points that households own, that
    shopkeepers took and no settlement is approved for (`unsettled_points`) and that are promised,
    at `fen_per_point`, against the shelf and what is left of the settlement budget. `fund_fen` is
    what the fund holds less `owed_to_shops_fen`, what shopkeepers are owed since their sales.
    """

    year = fields.Integer()
    redeemed_points = Points()
    paid_for_points = Points()
    spent_on_points_fen = Fen()
    cost_per_point_fen = Fen(allow_none=True)
    outstanding_points = Points()
    unsettled_points = Points()
    promised_points = Points()
    fen_per_point = Fen()
    worth_fen = Fen()
    shelf_fen = Fen()
    settlement_budget_left_fen = Fen()
    cover_fen = Fen()
    uncovered_fen = Fen()
    owed_to_shops_fen = Fen()
    fund_fen = Fen()
    monthly_spending_fen = Fen()
    months_left = fields.Integer(allow_none=True)
