"""The fund's lists as Excel sheets."""

from incentives.fund import lists
from incentives.fund.api.checking import MONTHS, STATEMENTS, get_months, get_statements
from incentives.fund.api.disbursements import (
    DISBURSEMENTS,
    QUEUE,
    get_disbursement_queue,
    get_disbursements,
)
from incentives.fund.api.lists import LISTS, get_lists
from incentives.fund.api.money import get_budgets, get_income
from incentives.fund.api.shared import FUND, blueprint
from incentives.web.lists import export_api

export_api(blueprint, DISBURSEMENTS, get_disbursements, lists.DISBURSEMENTS)
export_api(blueprint, QUEUE, get_disbursement_queue, lists.SENT_UP)
export_api(blueprint, f"{FUND}/income", get_income, lists.INCOME)
export_api(blueprint, f"{FUND}/budgets/<int:year>", get_budgets, lists.BUDGETS)
export_api(blueprint, STATEMENTS, get_statements, lists.STATEMENTS)
export_api(blueprint, MONTHS, get_months, lists.MONTHS)
export_api(blueprint, LISTS, get_lists, lists.MANY)
