"""The fund's lists as pages with filters, each with its sheet."""

from flask_babel import lazy_gettext as _

from incentives.fund import lists
from incentives.fund.api.checking import get_months, get_statements
from incentives.fund.api.disbursements import get_disbursements
from incentives.fund.api.lists import get_lists
from incentives.fund.api.money import get_budgets, get_income
from incentives.fund.pages.shared import blueprint
from incentives.web.lists import list_page

FUND = (".desk", _("Fund"))

list_page(blueprint, "/fund/disbursements", get_disbursements, lists.DISBURSEMENTS, back=FUND)
list_page(blueprint, "/fund/lists", get_lists, lists.MANY, back=FUND)
list_page(blueprint, "/fund/income/all", get_income, lists.INCOME, back=FUND)
list_page(blueprint, "/fund/budgets/<int:year>/all", get_budgets, lists.BUDGETS, back=FUND)
list_page(blueprint, "/fund/bank/statements", get_statements, lists.STATEMENTS, back=FUND)
list_page(blueprint, "/fund/months/all", get_months, lists.MONTHS, back=FUND)
