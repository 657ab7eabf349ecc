"""What is read of the fund."""

from incentives.fund.queries.bank import (
    BankEvent,
    BankStanding,
    Proposal,
    bank_events,
    bank_standing,
    find_statement,
    last_statement,
    lines_of,
    matches_of,
    proposals,
    statements_of,
)
from incentives.fund.queries.book import BookLine, Hand, book, months_of
from incentives.fund.queries.budgets import BudgetFigures, adoptions_of, budget_figures
from incentives.fund.queries.caps import Cap, caps_of
from incentives.fund.queries.closing import (
    MonthStanding,
    first_of,
    last_of,
    month_standing,
    months_closed,
    newest_count,
    next_to_close,
)
from incentives.fund.queries.disbursements import (
    DisbursementView,
    count_waiting,
    disbursement_views,
    disbursements,
    disbursements_waiting,
    find_disbursement,
    waiting_for,
)
from incentives.fund.queries.figures import (
    Overview,
    YearFigures,
    fund_overview,
    left_of_year,
)
from incentives.fund.queries.files import may_read_file
from incentives.fund.queries.income import find_income, income, voucher_twice, vouchers_of
from incentives.fund.queries.lists import find_list, lists_of, lists_with, rows_on
from incentives.fund.queries.payees import Payee, payee_households, payees
from incentives.fund.queries.purchases import stock_payments

__all__ = [
    "BankEvent",
    "BankStanding",
    "BookLine",
    "BudgetFigures",
    "Cap",
    "DisbursementView",
    "Hand",
    "MonthStanding",
    "Overview",
    "Payee",
    "Proposal",
    "YearFigures",
    "adoptions_of",
    "bank_events",
    "bank_standing",
    "book",
    "budget_figures",
    "caps_of",
    "count_waiting",
    "disbursement_views",
    "disbursements",
    "disbursements_waiting",
    "find_disbursement",
    "find_income",
    "find_list",
    "find_statement",
    "first_of",
    "fund_overview",
    "income",
    "last_of",
    "last_statement",
    "left_of_year",
    "lines_of",
    "lists_of",
    "lists_with",
    "matches_of",
    "may_read_file",
    "month_standing",
    "months_closed",
    "months_of",
    "newest_count",
    "next_to_close",
    "payee_households",
    "payees",
    "stock_payments",
    "proposals",
    "rows_on",
    "statements_of",
    "voucher_twice",
    "vouchers_of",
    "waiting_for",
]
