"""The micro-fund by HTTP: its public book, income, budgets, and each step of a disbursement."""

from incentives.fund.api import checking, disbursements, exports, lists, money, statements
from incentives.fund.api.shared import blueprint

__all__ = ["blueprint", "checking", "disbursements", "exports", "lists", "money", "statements"]
