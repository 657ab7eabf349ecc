"""A year's budgets: what is applied for, approved and spent against each, and who adopted them."""

from dataclasses import dataclass, replace

from sqlalchemy import select

from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.fund.models import Budget, BudgetAdoption, Disbursement, Status
from incentives.fund.purposes import purposes
from incentives.fund.queries.figures import came_back_of_before, spent_in_years
from incentives.fund.states import BEFORE_PAYMENT

UNDER_WAY = (Status.APPLIED, Status.EVALUATED, Status.PUBLISHED)


@dataclass(frozen=True)
class BudgetFigures:
    """A purpose in a year, in fen: its budget (None: it has none) and what is against it.

    `carried_fen` of the budget was left of the year before; `cap_fen` is what one payee may get,
    None where the village adopted no cap of its own. `applied_fen` is under way, `approved_fen`
    waits for its payment.
    """

    purpose: str
    amount_fen: int | None
    carried_fen: int
    cap_fen: int | None
    applied_fen: int
    approved_fen: int
    spent_fen: int
    resolution: str | None
    of_before_fen: int = 0

    @property
    def budget_fen(self) -> int | None:
        """The budget, as the public figures by purpose name it."""
        return self.amount_fen

    @property
    def left_fen(self) -> int:
        """What is left of what isn't spent, below zero where more was spent.

        What came back of what earlier years paid (`of_before_fen`) is no part of this budget.
        """
        return (self.amount_fen or 0) - self.spent_fen - self.of_before_fen


def budget_figures(village: str, year: int) -> list[BudgetFigures]:
    """A year's budgets and what is against them, for each purpose that has either, in order."""
    budgets = {
        each.purpose: each
        for each in db.session.scalars(
            select(Budget).where(Budget.village == village, Budget.year == year)
        )
    }
    spent = {
        purpose: amount
        for (of_year, purpose), amount in spent_in_years(village).items()
        if of_year == year
    }
    applied = under_way(village, year, UNDER_WAY)
    approved = under_way(village, year, (Status.APPROVED,))
    of_before = came_back_of_before(village)
    named = (*purposes(), *sorted(spent))
    return [
        replace(
            figures_of(purpose, budgets.get(purpose), applied, approved, spent),
            of_before_fen=of_before.get((year, purpose), 0),
        )
        for purpose in dict.fromkeys(named)
        if purpose in budgets.keys() | spent.keys() | applied.keys() | approved.keys()
    ]


def left_to_ask_for(village: str, year: int) -> dict[str, int]:
    """What each budget of a year leaves once all that is approved is paid, in fen."""
    return {
        each.purpose: each.left_fen - each.approved_fen
        for each in budget_figures(village, year)
        if each.amount_fen is not None
    }


def figures_of(
    purpose: str,
    budget: Budget | None,
    applied: dict[str, int],
    approved: dict[str, int],
    spent: dict[str, int],
) -> BudgetFigures:
    """One purpose's figures."""
    return BudgetFigures(
        purpose=purpose,
        amount_fen=None if budget is None else budget.amount_fen,
        carried_fen=0 if budget is None else budget.carried_fen,
        cap_fen=None if budget is None else budget.cap_fen,
        applied_fen=applied.get(purpose, 0),
        approved_fen=approved.get(purpose, 0),
        spent_fen=spent.get(purpose, 0),
        resolution=None if budget is None else budget.resolution,
    )


def budget_year(row: Disbursement) -> int:
    """The year whose budget it falls into: that of its payment.

    What isn't paid yet would be paid this year, or in that of its application where this is later:
    a year that is over has nothing under way. What ended without money was of its application's.
    """
    if row.paid_on is not None:
        return row.paid_on.year
    year = village_day(row.applied_at).year
    return max(year, village_day(now()).year) if row.status in BEFORE_PAYMENT else year


def under_way(village: str, year: int, states: tuple[Status, ...]) -> dict[str, int]:
    """By purpose what stands in one of these states and falls into a year's budget."""
    found: dict[str, int] = {}
    for each in db.session.scalars(
        select(Disbursement).where(Disbursement.village == village, Disbursement.status.in_(states))
    ):
        if budget_year(each) == year:
            found[each.purpose] = found.get(each.purpose, 0) + each.amount_fen
    return found


def adoptions_of(village: str, year: int) -> list[BudgetAdoption]:
    """The assembly's votes on a year's budgets, the one that holds first."""
    return list(
        db.session.scalars(
            select(BudgetAdoption)
            .where(BudgetAdoption.village == village, BudgetAdoption.year == year)
            .order_by(BudgetAdoption.adopted_at.desc(), BudgetAdoption.id.desc())
        )
    )
