"""What is done with the fund: income, budgets, and each step of a disbursement."""

from incentives.fund.operations.applying import (
    PayeeChoice,
    apply_for_disbursement,
    checked_payee,
    withdraw_disbursement,
)
from incentives.fund.operations.deciding import (
    approve_disbursement,
    evaluate_disbursement,
    missing_approvals,
    objection_open,
    reject_disbursement,
)
from incentives.fund.operations.income import (
    move_money,
    record_income,
    reverse_income,
    set_budgets,
)
from incentives.fund.operations.paying import (
    confirm_receipt,
    pay_disbursement,
    return_payment,
    reverse_disbursement,
)
from incentives.fund.operations.publication import (
    conclude_publication,
    publish_disbursements,
    reject_upheld,
)

__all__ = [
    "PayeeChoice",
    "apply_for_disbursement",
    "approve_disbursement",
    "checked_payee",
    "conclude_publication",
    "confirm_receipt",
    "evaluate_disbursement",
    "missing_approvals",
    "move_money",
    "objection_open",
    "pay_disbursement",
    "publish_disbursements",
    "record_income",
    "reject_disbursement",
    "reject_upheld",
    "return_payment",
    "reverse_disbursement",
    "reverse_income",
    "set_budgets",
    "withdraw_disbursement",
]
