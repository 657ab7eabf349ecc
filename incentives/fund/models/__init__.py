"""Tables of the fund: its money, its disbursements, and how both are checked."""

from incentives.fund.models.bank import (
    BankLine,
    BankMatch,
    BankNote,
    BankStatement,
    CashCount,
    MonthClose,
)
from incentives.fund.models.disbursements import (
    Disbursement,
    DisbursementApproval,
    DisbursementFile,
    DisbursementList,
    DisbursementListLine,
    PaymentReturn,
)
from incentives.fund.models.money import Budget, BudgetAdoption, Income, IncomeFile, MoneyMove
from incentives.fund.models.words import (
    NAME_LENGTH,
    PURPOSE_LENGTH,
    REASON_LENGTH,
    RESOLUTION_LENGTH,
    VOUCHER_LENGTH,
    CountStatus,
    Decision,
    Method,
    Place,
    Source,
    Status,
)

__all__ = [
    "NAME_LENGTH",
    "PURPOSE_LENGTH",
    "REASON_LENGTH",
    "RESOLUTION_LENGTH",
    "VOUCHER_LENGTH",
    "BankLine",
    "BankMatch",
    "BankNote",
    "BankStatement",
    "Budget",
    "BudgetAdoption",
    "CashCount",
    "CountStatus",
    "Decision",
    "Disbursement",
    "DisbursementApproval",
    "DisbursementFile",
    "DisbursementList",
    "DisbursementListLine",
    "Income",
    "IncomeFile",
    "Method",
    "MoneyMove",
    "MonthClose",
    "PaymentReturn",
    "Place",
    "Source",
    "Status",
]
