"""What is done with the fund: its money, its budgets, each step of a disbursement, its checks."""

from incentives.fund.operations.applying import (
    PayeeChoice,
    apply_for_disbursement,
    checked_payee,
    withdraw_disbursement,
)
from incentives.fund.operations.bank import enter_statement, remove_statement
from incentives.fund.operations.budgets import BudgetLine, Vote, set_budgets, why_not_adopted
from incentives.fund.operations.counting import confirm_count, count_cash
from incentives.fund.operations.deciding import (
    approve_disbursement,
    decided_total,
    evaluate_disbursement,
    missing_approvals,
    objection_open,
    reject_disbursement,
)
from incentives.fund.operations.income import record_income, reverse_income
from incentives.fund.operations.lists import (
    ListLine,
    apply_for_list,
    approve_list,
    evaluate_list,
    pay_list,
    withdraw_list,
)
from incentives.fund.operations.matching import (
    confirm_event,
    confirm_line,
    explain_event,
    explain_line,
    match_line,
    match_proposed,
    unmatch_line,
)
from incentives.fund.operations.months import close_month, refuse_closed
from incentives.fund.operations.moves import move_money
from incentives.fund.operations.paying import (
    confirm_receipt,
    pay_disbursement,
    pay_disbursements,
)
from incentives.fund.operations.publication import (
    conclude_publication,
    publish_disbursements,
    reject_upheld,
)
from incentives.fund.operations.returning import (
    return_payment,
    reverse_disbursement,
    reverse_return,
)

__all__ = [
    "BudgetLine",
    "ListLine",
    "PayeeChoice",
    "Vote",
    "apply_for_disbursement",
    "apply_for_list",
    "approve_disbursement",
    "approve_list",
    "checked_payee",
    "close_month",
    "conclude_publication",
    "confirm_count",
    "confirm_event",
    "confirm_line",
    "confirm_receipt",
    "count_cash",
    "decided_total",
    "enter_statement",
    "evaluate_disbursement",
    "evaluate_list",
    "explain_event",
    "explain_line",
    "match_line",
    "match_proposed",
    "missing_approvals",
    "move_money",
    "objection_open",
    "pay_disbursement",
    "pay_disbursements",
    "pay_list",
    "publish_disbursements",
    "record_income",
    "refuse_closed",
    "reject_disbursement",
    "reject_upheld",
    "remove_statement",
    "return_payment",
    "reverse_disbursement",
    "reverse_income",
    "reverse_return",
    "set_budgets",
    "unmatch_line",
    "why_not_adopted",
    "withdraw_disbursement",
    "withdraw_list",
]
