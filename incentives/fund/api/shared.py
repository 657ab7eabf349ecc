"""The blueprint of the fund's calls."""

from incentives.web.api import Blueprint

blueprint = Blueprint(
    "fund",
    __name__,
    url_prefix="/api/v1",
    description="The micro-fund by HTTP: its public book, income, budgets, and each step of a "
    "disbursement.",
)

FUND = "/villages/<village>/fund"
