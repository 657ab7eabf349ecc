"""Points and money together: what a point cost, how long the fund lasts, what covers the points.

What the shelf is worth, what went from it had cost, which points that paid for and what shopkeepers
are owed is known to the shop, what is promised to awards: the shop sets the functions for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ScalarSelect, and_, func, select

from incentives.extensions import db
from incentives.fund.models import Budget
from incentives.fund.purposes import SETTLEMENT
from incentives.fund.queries.figures import (
    fund_overview,
    months_of_money,
    spent_in,
    spent_in_years,
)
from incentives.ledger.kinds import Kind
from incentives.ledger.models import Account, Event, Transfer
from incentives.register.policy import Policy, policy_on

MONTHS_LOOKED_AT = 12

# Set by shop: what the village's own goods on the shelf are worth, in fen.
shelf_values: list[Callable[[str], int]] = []
# Set by shop: what the village's own goods that were handed out in a year had cost, in fen.
goods_costs: list[Callable[[str, int], int]] = []
# Set by shop: the points whose goods' money is in a year's spending.
points_paid_for: list[Callable[[str, int], int]] = []
# Set by shop: the points that its shopkeepers took and no settlement is approved for yet, as a
# column of another statement.
unsettled_points: list[Callable[[str], ScalarSelect[int]]] = []
# Set by shop: what shopkeepers are owed for sales that no settlement is approved for yet, in fen.
shops_owed: list[Callable[[str], int]] = []
# Set by shop, which sees awards: the points that are promised and not in the ledger yet.
promises: list[Callable[[str], int]] = []


@dataclass(frozen=True)
class Cover:
    """Points that are out against what stands for them; points in whole, money in fen.

    `outstanding_points` are those that households own, `unsettled_points` those that shopkeepers
    took and will be paid for, `promised_points` more that are asked for and not in the ledger yet.
    """

    outstanding_points: int
    unsettled_points: int
    promised_points: int
    fen_per_point: int
    shelf_fen: int
    settlement_budget_left_fen: int

    @property
    def points(self) -> int:
        """All points that are out or promised."""
        return self.outstanding_points + self.unsettled_points + self.promised_points

    @property
    def worth_fen(self) -> int:
        """What all points that are out or promised are worth at cost."""
        return self.points * self.fen_per_point

    @property
    def cover_fen(self) -> int:
        """What stands against them: the shelf and what is left of the settlement budget."""
        return self.shelf_fen + max(0, self.settlement_budget_left_fen)

    @property
    def uncovered_fen(self) -> int:
        """By how much promises outrun means; 0 where they don't."""
        return max(0, self.worth_fen - self.cover_fen)


@dataclass(frozen=True)
class PointsAndMoney(Cover):
    """What covers the points, what a point cost, and how long the fund lasts.

    `spent_on_points_fen` is what was approved for shopkeepers this year, and what the village's own
    goods that were handed out had cost: what was bought and stands on the shelf isn't spent on
    points. `paid_for_points` are the points that this stands for. `fund_fen` is what the fund holds
    less `owed_to_shops_fen`, what shopkeepers are owed from the sale until they are paid.
    """

    year: int
    redeemed_points: int
    paid_for_points: int
    spent_on_points_fen: int
    monthly_spending_fen: int
    owed_to_shops_fen: int
    fund_fen: int

    @property
    def cost_per_point_fen(self) -> int | None:
        """What a point cost this year, rounded to a fen; None where none was paid for yet."""
        if self.paid_for_points <= 0:
            return None
        return round(self.spent_on_points_fen / self.paid_for_points)

    @property
    def months_left(self) -> int | None:
        """How many whole months the fund lasts at this pace."""
        if self.monthly_spending_fen <= 0:
            return None
        return max(0, self.fund_fen) // self.monthly_spending_fen


def cover_of(village: str, today: date, policy: Policy, promised_points: int = 0) -> Cover:
    """What covers a village's points on a day and under its policy."""
    return Cover(**cover_figures(village, today, policy, promised_points))


def owed_to_shops(village: str) -> int:
    """What shopkeepers are owed for sales that no settlement is approved for yet, in fen."""
    return sum(owed(village) for owed in shops_owed)


def cover_figures(
    village: str, today: date, policy: Policy, promised_points: int
) -> dict[str, int]:
    """The figures of what covers a village's points, in two statements however many were sold."""
    budget = select(Budget.amount_fen).where(
        Budget.village == village, Budget.year == today.year, Budget.purpose == SETTLEMENT
    )
    row = db.session.execute(
        select(
            budget.scalar_subquery().label("budget"),
            spent_in(village, today.year, SETTLEMENT).label("spent"),
            outstanding(village).label("outstanding"),
            *(each(village) for each in unsettled_points),
        )
    ).one()
    return {
        "outstanding_points": int(row.outstanding),
        "unsettled_points": sum(int(taken) for taken in row[3:]),
        "promised_points": promised_points,
        "fen_per_point": policy.fen_per_point,
        "shelf_fen": sum(value(village) for value in shelf_values),
        "settlement_budget_left_fen": (row.budget or 0) - int(row.spent),
    }


def points_and_money(
    village: str, today: date, promised_points: int | None = None
) -> PointsAndMoney:
    """Where a village's points and money stand on a day; by default with all that is promised."""
    year = today.year
    if promised_points is None:
        promised_points = sum(promised(village) for promised in promises)
    settled = spent_in_years(village).get((year, SETTLEMENT), 0)
    overview = fund_overview(village)
    owed = overview.payable_fen + owed_to_shops(village)
    policy = policy_on(village, today)
    return PointsAndMoney(
        **cover_figures(village, today, policy, promised_points),
        year=year,
        redeemed_points=redeemed_in(village, year),
        paid_for_points=sum(paid_for(village, year) for paid_for in points_paid_for),
        spent_on_points_fen=settled + sum(cost(village, year) for cost in goods_costs),
        monthly_spending_fen=monthly_spending(village, today),
        owed_to_shops_fen=owed,
        fund_fen=overview.balance_fen - owed,
    )


def outstanding(village: str) -> ScalarSelect[int]:
    """The points that the village's households own, as a column of another statement."""
    return (
        select(func.coalesce(func.sum(Account.balance), 0))
        .where(Account.village == village, Account.kind == "household")
        .scalar_subquery()
    )


def redeemed_in(village: str, year: int) -> int:
    """Points redeemed in a year, less those that refunds gave back."""
    rows = db.session.execute(
        select(Event.kind, func.sum(Transfer.amount))
        .join(Transfer, and_(Transfer.village == Event.village, Transfer.seq == Event.seq))
        .where(
            Event.village == village,
            Event.kind.in_((Kind.REDEMPTION, Kind.REFUND)),
            Event.occurred_on >= date(year, 1, 1),
            Event.occurred_on <= date(year, 12, 31),
        )
        .group_by(Event.kind)
    )
    found = {kind: int(total) for kind, total in rows}
    return found.get(Kind.REDEMPTION, 0) - found.get(Kind.REFUND, 0)


def monthly_spending(village: str, today: date) -> int:
    """What goes out in a month, on average of the last twelve or of all since the fund began."""
    since = (today.replace(day=1) - timedelta(days=335)).replace(day=1)
    months = [each for each in months_of_money(village) if each.month >= since]
    if not months:
        return 0
    began = months[0].month
    span = (today.year - began.year) * 12 + today.month - began.month + 1
    return sum(each.out_fen for each in months) // min(span, MONTHS_LOOKED_AT)
