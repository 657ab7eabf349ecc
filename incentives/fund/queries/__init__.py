"""What is read of the fund."""

from incentives.fund.queries.book import BookLine, Hand, book, months_of
from incentives.fund.queries.disbursements import (
    DisbursementView,
    count_waiting,
    disbursement_views,
    disbursements,
    disbursements_waiting,
    find_disbursement,
    income,
    waiting_for,
)
from incentives.fund.queries.figures import (
    BudgetFigures,
    Overview,
    YearFigures,
    budget_figures,
    fund_overview,
)
from incentives.fund.queries.files import may_read_file
from incentives.fund.queries.payees import Payee, payee_households, payees
from incentives.fund.queries.purchases import stock_payments

__all__ = [
    "BookLine",
    "BudgetFigures",
    "DisbursementView",
    "Hand",
    "Overview",
    "Payee",
    "YearFigures",
    "book",
    "budget_figures",
    "count_waiting",
    "disbursement_views",
    "disbursements",
    "disbursements_waiting",
    "find_disbursement",
    "fund_overview",
    "income",
    "may_read_file",
    "months_of",
    "payee_households",
    "payees",
    "stock_payments",
    "waiting_for",
]
