"""Statements as tables: one table for the page, the paper and the workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext as _

from incentives.cards.paper import printed_checkpoint
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.fund import queries, words
from incentives.fund.book_papers import hands_of, yuan
from incentives.fund.queries.statements import (
    Period,
    account_page,
    income_statement,
    trial_balance_of,
)
from incentives.web.dates import day_word, month_of_year, month_word, year_word
from incentives.web.guard import get_village
from incentives.web.sheets import for_the_wall, sheet_html, sheet_response
from incentives.web.workbooks import workbook_response

INCOME, BALANCE, ACCOUNT = "income", "trial-balance", "account"
KINDS = (INCOME, BALANCE, ACCOUNT)


@dataclass(frozen=True)
class Asked:
    """Which statement is asked for: of a year or a month of it, of an account."""

    kind: str
    year: int
    month: int | None = None
    account: str | None = None

    @property
    def period(self) -> Period:
        """The days that it covers; a year's income and expenditure always has its months."""
        return Period.of(self.year, None if self.kind == INCOME else self.month)

    @property
    def name(self) -> str:
        """Its part of a file's name."""
        month = f"-{self.month:02d}" if self.month and self.kind != INCOME else ""
        account = f"-{self.account}" if self.kind == ACCOUNT else ""
        return f"{self.kind}-{self.year}{month}{account}"


@dataclass(frozen=True)
class Table:
    """A statement as it is read: amounts in yuan, empty for none; the last rows are sums.

    On paper a cell of a column that is `numeric` or `whole` stands on one line.
    """

    title: str
    heads: list[str]
    rows: list[list[str]]
    sums: list[list[str]]
    numeric: list[int]
    whole: Sequence[int] = ()


def table_of(village: str, asked: Asked) -> Table:
    """The statement that is asked for; refuses an account that isn't there."""
    if asked.kind == INCOME:
        return income_table(village, asked)
    if asked.kind == BALANCE:
        return balance_table(village, asked)
    if asked.kind == ACCOUNT:
        return account_table(village, asked)
    raise NotFound()


def amount(fen: int) -> str:
    """An amount in yuan, empty for nothing."""
    return yuan(fen) if fen else ""


def income_table(village: str, asked: Asked) -> Table:
    """Income and expenditure of a year, and by month."""
    found = income_statement(village, asked.year)
    rows = [
        [words.account_name(row.code), amount(row.total_fen), *map(amount, row.months)]
        for row in (*found.income, *found.spending)
    ]

    def summed(name: str, amounts: Sequence[int]) -> list[str]:
        return [name, amount(sum(amounts)), *map(amount, amounts)]

    def at_ends(name: str, amounts: Sequence[int]) -> list[str]:
        held = [
            yuan(fen) if begun(found, month) and date(asked.year, month, 1) <= today else ""
            for month, fen in enumerate(amounts, start=1)
        ]
        return [name, yuan(amounts[-1]), *held]

    today = village_day(now())
    carried = [[_("Brought forward"), yuan(found.opening_fen), *[""] * 12]]
    sums = [
        summed(_("Came in, together"), found.sums(found.income)),
        summed(_("Spent, together"), found.sums(found.spending)),
        at_ends(_("Left at the month's end"), found.remaining),
    ]
    if found.opening_owed_fen:
        name = _("Brought forward: owed to shops")
        carried.append([name, yuan(found.opening_owed_fen), *[""] * 12])
    if found.opening_owed_fen or any(found.owed):
        sums.insert(2, at_ends(_("Of what was spent, not yet paid to shops"), found.owed))
    return Table(
        title=_("Income and expenditure of %(year)s", year=asked.year),
        heads=[_("Item"), _("Together"), *map(month_of_year, range(1, 13))],
        rows=[*carried, *rows],
        sums=sums,
        numeric=list(range(1, 14)),
    )


def begun(found: queries.IncomeStatement, month: int) -> bool:
    """Whether the fund had anything up to the end of that month."""
    return bool(found.opening_fen or any(found.remaining[:month]))


def balance_table(village: str, asked: Asked) -> Table:
    """The trial balance of a period: debit and credit, before, in and after it."""
    found = trial_balance_of(village, asked.period)
    rows, totals = [], [0] * 6
    for row in found:
        cells = [
            max(0, row.opening_fen),
            max(0, -row.opening_fen),
            row.debit_fen,
            row.credit_fen,
            max(0, row.closing_fen),
            max(0, -row.closing_fen),
        ]
        totals = [total + cell for total, cell in zip(totals, cells, strict=True)]
        rows.append([words.account_name(row.code), *map(amount, cells)])
    return Table(
        title=_("Trial balance of %(period)s", period=period_name(asked)),
        heads=[
            _("Account"),
            _("Before, debit"),
            _("Before, credit"),
            _("Debit"),
            _("Credit"),
            _("After, debit"),
            _("After, credit"),
        ],
        rows=rows,
        sums=[[_("Together"), *map(amount, totals)]],
        numeric=list(range(1, 7)),
    )


def account_table(village: str, asked: Asked) -> Table:
    """An account's page."""
    found = account_page(village, asked.account or "", asked.period)
    rows = [["", "", _("Brought forward"), "", "", yuan(found.opening_fen)]]
    rows += [
        [
            day_word(line.day),
            str(line.voucher),
            " · ".join(
                str(each)
                for each in (
                    words.KINDS.get(line.kind, line.kind),
                    words.account_name(line.other),
                    line.payee,
                    line.reason,
                    line.paper,
                    hands_of(line, between=" · "),
                )
                if each
            ),
            amount(line.debit_fen),
            amount(line.credit_fen),
            yuan(line.balance_fen),
        ]
        for line in found.lines
    ]
    debit = sum(line.debit_fen for line in found.lines)
    credit = sum(line.credit_fen for line in found.lines)
    return Table(
        title=_(
            "%(account)s in %(period)s",
            account=words.account_name(found.code),
            period=period_name(asked),
        ),
        heads=[_("Day"), _("Entry"), _("What"), _("Debit"), _("Credit"), _("Balance")],
        rows=rows,
        sums=[["", "", _("Together"), amount(debit), amount(credit), yuan(found.closing_fen)]],
        numeric=[3, 4, 5],
        whole=[0, 1],
    )


def period_name(asked: Asked) -> str:
    """The year, or the month of it."""
    if asked.month:
        return month_word(date(asked.year, asked.month, 1))
    return year_word(asked.year)


def statement_workbook(village: str, asked: Asked) -> Response:
    """The statement as an .xlsx file."""
    table = table_of(village, asked)
    rows: list[list[Any]] = [
        [
            (float(cell) if cell else None) if place in table.numeric else cell
            for place, cell in enumerate(row)
        ]
        for row in (*table.rows, *table.sums)
    ]
    return workbook_response(
        f"{asked.name}-{village}".replace(".", "-"), table.title, table.heads, rows
    )


def statement_pdf(village: str, asked: Asked) -> Response:
    """The statement on paper, with the log's newest signature."""
    name = f"{asked.name}-{village}"
    with for_the_wall():
        table = table_of(village, asked)
    sheet = sheet_html(
        "fund/statement_sheet.html",
        village=get_village(village),
        table=table,
        checkpoint=printed_checkpoint(village),
    )
    return sheet_response(sheet, title=name, name=f"{name}.pdf")


def accounts_of(village: str) -> list[tuple[str, str]]:
    """The accounts that have a page, by code and name."""
    return [(code, words.account_name(code)) for code in queries.money_accounts(village)]
