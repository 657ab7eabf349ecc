"""The statements that village accounts use, all out of the ledger's fen, by the days of the acts.

Trial balance (科目余额表) and income and expenditure (收支明细表) are the monthly reports of the
accounting rules for village collectives (Ministry of Finance, 财会〔2004〕12号), as accountants
know them; the rules in force since 2024 (财会〔2023〕14号) prescribe yearly ones, of the
collective as a whole (docs/decisions/0024-fund.md). An account's page is the 明细账.

The accounts are the ledger's. Debit is what an account of cash, bank or spending takes in; an
account of income or of what is owed stands in credit. Income and spending begin each year at
nothing: what earlier years left of them stands as their surplus (结余), an account of the
statements alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import and_, extract, func, or_, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.fund.queries.book import Hand, line_of, records_of
from incentives.fund.queries.figures import INCOME, MONEY, SPENDING
from incentives.ledger.models import Account, Event, Transfer

MONTHS = range(1, 13)
FEN = "fen"
SURPLUS = "surplus"
PAYABLE = "payable."


@dataclass(frozen=True)
class Period:
    """Days that a statement covers, both included."""

    first: date
    last: date

    @classmethod
    def of(cls, year: int, month: int | None = None) -> "Period":
        """A year, or a month of it."""
        if month is None:
            return cls(date(year, 1, 1), date(year, 12, 31))
        first = date(year, month, 1)
        return cls(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


@dataclass
class IncomeRow:
    """A source or a purpose: its fen in each of the twelve months."""

    code: str
    months: list[int] = field(default_factory=lambda: [0] * 12)

    @property
    def total_fen(self) -> int:
        """The year's."""
        return sum(self.months)


@dataclass
class IncomeStatement:
    """A year's income and expenditure, and what cash and bank held at each month's end.

    A shop's settlement is spent when it is approved: `owed` is what of that wasn't paid at each
    month's end, and `opening_owed_fen` at the year's beginning. What came in less what was spent,
    and what became owed more, is what remains.
    """

    year: int
    income: list[IncomeRow]
    spending: list[IncomeRow]
    opening_fen: int
    remaining: list[int]
    opening_owed_fen: int = 0
    owed: list[int] = field(default_factory=lambda: [0] * 12)

    def sums(self, rows: Sequence[IncomeRow]) -> list[int]:
        """The sum of these rows by month."""
        return [sum(row.months[place] for row in rows) for place in range(12)]


@dataclass(frozen=True)
class AccountRow:
    """An account in a period, in fen: what it held before, took in and gave, and held after.

    Above zero is a debit, below a credit.
    """

    code: str
    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def closing_fen(self) -> int:
        """What it held at the end."""
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True)
class AccountLine:
    """A line of an account's page; `hands`: who entered it, or took which step."""

    day: date
    voucher: int
    event_id: UUID
    kind: str
    other: str
    paper: str | None
    payee: str | None
    reason: str | None
    hands: tuple[Hand, ...]
    debit_fen: int
    credit_fen: int
    balance_fen: int


@dataclass
class AccountPage:
    """An account's lines in a period, by the days of the acts."""

    code: str
    period: Period
    opening_fen: int
    lines: list[AccountLine]

    @property
    def closing_fen(self) -> int:
        """What it held at the end."""
        return self.lines[-1].balance_fen if self.lines else self.opening_fen


def moved(village: str, *conditions: Any) -> dict[str, tuple[int, int]]:
    """By account, what it took in and gave in fen, of the acts that fit."""
    found: dict[str, tuple[int, int]] = {}
    for place, column in enumerate((Transfer.to_code, Transfer.from_code)):
        rows = db.session.execute(
            select(column, func.sum(Transfer.amount))
            .join(Event, and_(Event.village == Transfer.village, Event.seq == Transfer.seq))
            .where(Transfer.village == village, Transfer.unit == FEN, *conditions)
            .group_by(column)
        )
        for code, total in rows:
            both = list(found.get(code, (0, 0)))
            both[place] += int(total)
            found[code] = (both[0], both[1])
    return found


def moved_between(village: str, period: Period) -> dict[str, tuple[int, int]]:
    """By account, what it took in and gave in a period, in fen."""
    return moved(village, Event.occurred_on >= period.first, Event.occurred_on <= period.last)


def trial_balance_of(village: str, period: Period) -> list[AccountRow]:
    """Every account that holds money or moved: before, in and after the period."""
    before = brought_forward(village, period)
    within = moved_between(village, period)
    return [
        AccountRow(code, before.get(code, 0), *within.get(code, (0, 0)))
        for code in sorted(before.keys() | within.keys(), key=order_of)
        if before.get(code) or code in within or code in MONEY
    ]


def brought_forward(village: str, period: Period) -> dict[str, int]:
    """What each account holds as a period begins; earlier years' income and spending as surplus."""
    new_year = date(period.first.year, 1, 1)
    held = {
        code: took - gave
        for code, (took, gave) in moved(village, Event.occurred_on < period.first).items()
    }
    earlier = moved(village, Event.occurred_on < new_year)
    of_years = {code: pair for code, pair in earlier.items() if code.startswith((INCOME, SPENDING))}
    for code, (took, gave) in of_years.items():
        held[code] -= took - gave
    if of_years:
        held[SURPLUS] = sum(took - gave for took, gave in of_years.values())
    return held


def order_of(code: str) -> tuple[int, str]:
    """Accounts in the order of a chart: money, what is owed and left, income, spending."""
    kinds = ("cash", "bank", "payable", SURPLUS, "income", "spending")
    return kinds.index(code.partition(".")[0]), code


def income_statement(village: str, year: int) -> IncomeStatement:
    """What came in by source and was spent by purpose in each month of a year."""
    period = Period.of(year)
    month = extract("month", Event.occurred_on)
    rows: dict[str, IncomeRow] = {}
    money, owing = [0] * 12, [0] * 12
    for column, sign in ((Transfer.to_code, 1), (Transfer.from_code, -1)):
        found = db.session.execute(
            select(column, month, func.sum(Transfer.amount))
            .join(Event, and_(Event.village == Transfer.village, Event.seq == Transfer.seq))
            .where(
                Transfer.village == village,
                Transfer.unit == FEN,
                Event.occurred_on >= period.first,
                Event.occurred_on <= period.last,
            )
            .group_by(column, month)
        )
        for code, of_month, total in found:
            place = int(of_month) - 1
            if code in MONEY:
                money[place] += sign * int(total)
            elif code.startswith(PAYABLE):
                owing[place] -= sign * int(total)
            elif code.startswith((INCOME, SPENDING)):
                change = sign if code.startswith(SPENDING) else -sign
                rows.setdefault(code, IncomeRow(code)).months[place] += change * int(total)
    before = moved(village, Event.occurred_on < period.first)
    opening = sum(took - gave for code, (took, gave) in before.items() if code in MONEY)
    owed = sum(gave - took for code, (took, gave) in before.items() if code.startswith(PAYABLE))
    return IncomeStatement(
        year=year,
        income=[rows[code] for code in sorted(rows) if code.startswith(INCOME)],
        spending=[rows[code] for code in sorted(rows) if code.startswith(SPENDING)],
        opening_fen=opening,
        remaining=list(accumulate(money, initial=opening))[1:],
        opening_owed_fen=owed,
        owed=list(accumulate(owing, initial=owed))[1:],
    )


def money_accounts(village: str) -> list[str]:
    """The accounts of money that were ever used, in order."""
    codes = db.session.scalars(
        select(Account.code).where(
            Account.village == village, Account.unit == FEN, Account.version > 0
        )
    )
    return sorted(codes, key=order_of)


def account_page(village: str, code: str, period: Period) -> AccountPage:
    """An account's lines in a period; refuses an account that never held money."""
    if code not in money_accounts(village):
        raise NotFound()
    opening = balance = brought_forward(village, period).get(code, 0)
    rows = db.session.execute(
        select(Event, Transfer)
        .join(Transfer, and_(Transfer.village == Event.village, Transfer.seq == Event.seq))
        .where(
            Event.village == village,
            or_(Transfer.to_code == code, Transfer.from_code == code),
            Event.occurred_on >= period.first,
            Event.occurred_on <= period.last,
        )
        .order_by(Event.occurred_on, Event.seq, Transfer.line)
    ).all()
    records = records_of([event for event, _transfer in rows])
    lines = []
    for event, transfer in rows:
        into = transfer.to_code == code
        balance += transfer.amount if into else -transfer.amount
        told = line_of(event, 0, 0, records)
        lines.append(
            AccountLine(
                day=event.occurred_on,
                voucher=event.seq + 1,
                event_id=event.id,
                kind=event.kind.value,
                other=transfer.from_code if into else transfer.to_code,
                paper=told.paper,
                payee=told.payee,
                reason=told.reason,
                hands=told.hands,
                debit_fen=transfer.amount if into else 0,
                credit_fen=0 if into else transfer.amount,
                balance_fen=balance,
            )
        )
    return AccountPage(code, period, opening, lines)
