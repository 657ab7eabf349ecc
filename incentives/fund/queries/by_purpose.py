"""What was spent on each purpose in a year, against its budget, and what of it in a month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from incentives.fund.purposes import purposes
from incentives.fund.queries.book.entries import Part
from incentives.fund.queries.figures import (
    SPENDING,
    MonthFigures,
    Overview,
    YearFigures,
    months_of_money,
)
from incentives.fund.queries.statements import Period, moved_between


@dataclass(frozen=True)
class PurposeFigures:
    """A purpose in a year, in fen: what was spent, less what came back; its budget, None for none.

    `month_fen` is what was spent in the month that is looked at, None where none is.
    """

    purpose: str
    spent_fen: int
    budget_fen: int | None
    month_fen: int | None = None
    of_before_fen: int = 0

    @property
    def left_fen(self) -> int | None:
        """What the budget leaves, below zero where more was spent; None without a budget.

        What came back of what earlier years paid (`of_before_fen`) is no part of it.
        """
        if self.budget_fen is None:
            return None
        return self.budget_fen - self.spent_fen - self.of_before_fen


@dataclass(frozen=True)
class YearByPurpose:
    """The purposes of a year that have a budget or of which money was spent."""

    year: int
    month: date | None
    items: list[PurposeFigures]

    @property
    def spent_fen(self) -> int:
        """What was spent on all of them."""
        return sum(each.spent_fen for each in self.items)

    @property
    def unbudgeted_fen(self) -> int:
        """What of it was spent on purposes without a budget."""
        return sum(each.spent_fen for each in self.items if each.budget_fen is None)

    @property
    def month_fen(self) -> int:
        """What was spent on all of them in the month."""
        return sum(each.month_fen or 0 for each in self.items)

    @property
    def budget_fen(self) -> int:
        """What all budgets come to."""
        return sum(each.budget_fen or 0 for each in self.items)

    @property
    def left_fen(self) -> int:
        """What all budgets leave; spending without a budget has nothing to be taken from."""
        return sum(each.left_fen or 0 for each in self.items)


def by_purpose(village: str, overview: Overview, part: Part) -> list[YearByPurpose]:
    """The years of a part of the book by purpose, newest first; of a purpose alone only that."""
    year = part.month.year if part.month else part.year
    in_month = None if part.month is None else spent_in_month(village, part.month)
    found = [
        YearByPurpose(each.year, part.month, purposes_of(each, in_month))
        for each in overview.years
        if year in (None, each.year)
    ]
    if part.purpose is not None:
        for each in found:
            each.items[:] = [item for item in each.items if item.purpose == part.purpose]
    return [each for each in found if each.items]


def purposes_of(
    figures: YearFigures, in_month: Mapping[str, int] | None = None
) -> list[PurposeFigures]:
    """A year's purposes in the order of the county's list."""
    known = figures.spending.keys() | figures.budgets.keys()
    return [
        PurposeFigures(
            purpose=code,
            spent_fen=figures.spending.get(code, 0),
            budget_fen=figures.budgets.get(code),
            month_fen=None if in_month is None else in_month.get(code, 0),
            of_before_fen=figures.of_before.get(code, 0),
        )
        for code in in_order(known)
    ]


def in_order(codes: Iterable[str]) -> list[str]:
    """Purposes in the order of the county's list, what isn't on it last."""
    known = set(codes)
    return [code for code in dict.fromkeys((*purposes(), *sorted(known))) if code in known]


def spent_in_month(village: str, month: date) -> dict[str, int]:
    """By purpose what was spent in a month, less what came back, in fen."""
    return {
        code.removeprefix(SPENDING): took - gave
        for code, (took, gave) in moved_between(village, Period.of(month.year, month.month)).items()
        if code.startswith(SPENDING)
    }


def months_in(village: str, part: Part) -> list[MonthFigures]:
    """The months of a part of the book, oldest first; all money, whatever its purpose."""
    months = months_of_money(village)
    if part.month is not None:
        return [each for each in months if each.month == part.month.replace(day=1)]
    return [each for each in months if part.year in (None, each.month.year)]
