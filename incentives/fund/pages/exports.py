"""The sheets that the fund's pages lead to."""

from incentives.fund import lists
from incentives.fund.api.money import get_income
from incentives.fund.pages.shared import blueprint
from incentives.web.lists import export_page

export_page(blueprint, "/fund/income", get_income, lists.INCOME)
