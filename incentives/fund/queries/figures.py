"""The fund in figures, all from the ledger: what it holds, what came in and went out."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, case, extract, func, or_, select
from sqlalchemy.orm import aliased

from incentives.extensions import db
from incentives.fund.models import Budget, Disbursement, PaymentReturn, ReturnReversal
from incentives.ledger.models import Account, Event, Transfer

MONEY = ("cash", "bank")
SPENDING = "spending."
INCOME = "income."


@dataclass
class YearFigures:
    """A year of the fund in fen: by source what came in, by purpose what was spent, and budgets.

    `of_before` came back by purpose of what earlier years had paid: no part of this year's budget.
    """

    year: int
    income: dict[str, int] = field(default_factory=dict)
    spending: dict[str, int] = field(default_factory=dict)
    budgets: dict[str, int] = field(default_factory=dict)
    of_before: dict[str, int] = field(default_factory=dict)

    @property
    def income_fen(self) -> int:
        """What came in."""
        return sum(self.income.values())

    @property
    def spent_fen(self) -> int:
        """What was spent, less what came back."""
        return sum(self.spending.values())


@dataclass
class Overview:
    """What the fund holds now, what it spent by purpose since it began, and its years.

    `payable_fen` was approved for shops and counts as spent, and isn't paid yet.
    """

    cash_fen: int
    bank_fen: int
    payable_fen: int
    spending: dict[str, int]
    years: list[YearFigures]

    @property
    def balance_fen(self) -> int:
        """Cash and bank together."""
        return self.cash_fen + self.bank_fen


def moved_in_years(village: str) -> dict[tuple[int, str], int]:
    """What each income and spending account took in, less what it gave, by year of the act."""
    totals: dict[tuple[int, str], int] = {}
    year = extract("year", Event.occurred_on)
    for column, sign in ((Transfer.to_code, 1), (Transfer.from_code, -1)):
        codes = select(Account.code).where(
            Account.village == village, Account.kind.in_(("income", "spending"))
        )
        rows = db.session.execute(
            select(year, column, func.sum(Transfer.amount))
            .join(Event, and_(Event.village == Transfer.village, Event.seq == Transfer.seq))
            .where(Transfer.village == village, column.in_(codes))
            .group_by(year, column)
        )
        for of_year, code, amount in rows:
            key = (int(of_year), code)
            totals[key] = totals.get(key, 0) + sign * int(amount)
    return totals


def spent_in_years(village: str) -> dict[tuple[int, str], int]:
    """What was spent on each purpose in each year, less what came back, in fen."""
    return {
        (year, code.removeprefix(SPENDING)): amount
        for (year, code), amount in moved_in_years(village).items()
        if code.startswith(SPENDING)
    }


def came_back_of_before(village: str) -> dict[tuple[int, str], int]:
    """By year and purpose what came back of disbursements that an earlier year had paid, in fen.

    A return that is reversed is taken off again in the year of its reversal; what that year bore
    itself by it is no money of before once the payment is reversed, too.
    """
    paid = extract("year", Disbursement.paid_on)
    back = PaymentReturn.disbursement_id == Disbursement.id
    back_in = extract("year", PaymentReturn.returned_on)
    acted_in = extract("year", Event.occurred_on)
    undone = and_(
        back, ReturnReversal.return_id == PaymentReturn.id, Event.id == ReturnReversal.event_id
    )
    taken = aliased(Event)
    taken_in = extract("year", taken.occurred_on)
    found: dict[tuple[int, str], int] = {}
    for year, amount, source, later_than_paid in (
        (back_in, PaymentReturn.amount_fen, back, back_in != paid),
        (acted_in, -PaymentReturn.amount_fen, undone, back_in != paid),
        (
            acted_in,
            Disbursement.amount_fen,
            Event.id == Disbursement.reversed_event_id,
            acted_in != paid,
        ),
        (
            taken_in,
            -PaymentReturn.amount_fen,
            and_(undone, taken.id == Disbursement.reversed_event_id),
            and_(back_in == paid, acted_in != paid, taken_in == acted_in),
        ),
    ):
        rows = db.session.execute(
            select(year, Disbursement.purpose, func.sum(amount))
            .where(source, Disbursement.village == village, later_than_paid)
            .group_by(year, Disbursement.purpose)
        )
        for of_year, purpose, total in rows:
            key = (int(of_year), purpose)
            found[key] = found.get(key, 0) + int(total)
    return found


def spent_in(village: str, year: int, purpose: str) -> ColumnElement[int]:
    """What was spent on a purpose in a year, less what came back, as a column of a statement."""
    code = SPENDING + purpose
    signed = case((Transfer.to_code == code, Transfer.amount), else_=-Transfer.amount)
    return (
        select(func.coalesce(func.sum(signed), 0))
        .join(Event, and_(Event.village == Transfer.village, Event.seq == Transfer.seq))
        .where(
            Transfer.village == village,
            or_(Transfer.to_code == code, Transfer.from_code == code),
            Event.occurred_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .scalar_subquery()
    )


def fund_overview(village: str) -> Overview:
    """What anyone may know of a village's fund: cash and bank, by purpose, by year."""
    balances = {
        row.code: row.balance
        for row in db.session.execute(
            select(Account.code, Account.balance).where(
                Account.village == village,
                Account.kind.in_(("cash", "bank", "payable", "spending")),
            )
        )
    }
    years: dict[int, YearFigures] = {}
    for (year, code), amount in sorted(moved_in_years(village).items()):
        figures = years.setdefault(year, YearFigures(year))
        if code.startswith(INCOME):
            figures.income[code.removeprefix(INCOME)] = -amount
        else:
            figures.spending[code.removeprefix(SPENDING)] = amount
    for (year, purpose), amount in came_back_of_before(village).items():
        years.setdefault(year, YearFigures(year)).of_before[purpose] = amount
    for budget in db.session.scalars(select(Budget).where(Budget.village == village)):
        figures = years.setdefault(budget.year, YearFigures(budget.year))
        figures.budgets[budget.purpose] = budget.amount_fen
    return Overview(
        cash_fen=balances.get("cash", 0),
        bank_fen=balances.get("bank", 0),
        payable_fen=-sum(
            balance for code, balance in balances.items() if code.startswith("payable.")
        ),
        spending={
            code.removeprefix(SPENDING): amount
            for code, amount in sorted(balances.items())
            if code.startswith(SPENDING) and amount
        },
        years=sorted(years.values(), key=lambda each: -each.year),
    )


@dataclass
class MonthFigures:
    """A month of the fund's money in fen: what came in and went out, and what then remained."""

    month: date
    in_fen: int = 0
    out_fen: int = 0
    remaining_fen: int = 0


def months_of_money(village: str) -> list[MonthFigures]:
    """Each month in which money moved, oldest first.

    What was taken back counts against what it took back: a reversed income against what came in,
    money that came back against what went out.
    """
    year, month = (extract(part, Event.occurred_on) for part in ("year", "month"))
    into, out_of = Transfer.to_code.in_(MONEY), Transfer.from_code.in_(MONEY)
    rows = db.session.execute(
        select(year, month, Transfer.from_code, Transfer.to_code, func.sum(Transfer.amount))
        .join(Event, and_(Event.village == Transfer.village, Event.seq == Transfer.seq))
        .where(Transfer.village == village, or_(and_(into, ~out_of), and_(out_of, ~into)))
        .group_by(year, month, Transfer.from_code, Transfer.to_code)
    )
    found: dict[date, MonthFigures] = {}
    for of_year, of_month, source, target, total in rows:
        first = date(int(of_year), int(of_month), 1)
        figures = found.setdefault(first, MonthFigures(first))
        change = int(total) if target in MONEY else -int(total)
        other = source if target in MONEY else target
        if other.startswith(INCOME):
            figures.in_fen += change
        else:
            figures.out_fen -= change
    held = 0
    for first in sorted(found):
        held += found[first].in_fen - found[first].out_fen
        found[first].remaining_fen = held
    return [found[first] for first in sorted(found)]


def borne_in_years(village: str) -> dict[tuple[int, str], int]:
    """By year and purpose what its budget bears, in fen: what was spent, before what came back of
    earlier years' payments, which widens no budget."""
    borne = spent_in_years(village)
    for key, amount in came_back_of_before(village).items():
        borne[key] = borne.get(key, 0) + amount
    return borne


def left_of_year(village: str, year: int) -> dict[str, int]:
    """What a year's budgets left by purpose, below zero where more was spent, in fen."""
    borne = borne_in_years(village)
    return {
        each.purpose: each.amount_fen - borne.get((year, each.purpose), 0)
        for each in db.session.scalars(
            select(Budget).where(Budget.village == village, Budget.year == year)
        )
    }
