"""The fund's lists as Excel sheets."""

from incentives.fund import lists
from incentives.fund.api.disbursements import DISBURSEMENTS, get_disbursements
from incentives.fund.api.money import get_book, get_budgets, get_income
from incentives.fund.api.shared import FUND, blueprint
from incentives.web.lists import export_api

export_api(blueprint, DISBURSEMENTS, get_disbursements, lists.DISBURSEMENTS)
export_api(blueprint, f"{FUND}/book", get_book, lists.BOOK)
export_api(blueprint, f"{FUND}/income", get_income, lists.INCOME)
export_api(blueprint, f"{FUND}/budgets/<int:year>", get_budgets, lists.BUDGETS)
