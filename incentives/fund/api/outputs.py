"""What the fund's calls give: rows with the names of those who acted, figures by purpose."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from incentives.access.queries import person_names
from incentives.database import columns
from incentives.fund import operations, queries
from incentives.fund.models import Disbursement
from incentives.fund.purposes import purpose_name
from incentives.fund.queries import DisbursementView


def disbursement_outputs(rows: Sequence[Disbursement]) -> list[dict[str, Any]]:
    """Disbursements with payee, budget, approvals and returns; people by name."""
    views = queries.disbursement_views(rows)
    people: set[UUID | None] = set()
    for view in views:
        people |= {view.disbursement.applied_by, view.disbursement.evaluated_by}
        people |= {view.disbursement.paid_by, *(each.approver for each in view.approvals)}
    names = person_names(people)
    return [view_output(view, names) for view in views]


def view_output(view: DisbursementView, names: dict[UUID, str]) -> dict[str, Any]:
    """One disbursement, with the names of those who acted."""
    disbursement = view.disbursement
    output = columns(disbursement)
    for step in ("applied_by", "evaluated_by", "paid_by"):
        output[step] = None if output[step] is None else names.get(output[step], "")
    return {
        **output,
        "payee": {**output, "name": view.payee.name},
        "evidence": view.evidence,
        "budget_fen": view.budget_fen,
        "budget_left_fen": view.budget_left_fen,
        "missing_approvals": operations.missing_approvals(disbursement, view.approvals),
        "approvals": [
            {**columns(each), "approver": names.get(each.approver, "")} for each in view.approvals
        ],
        "returns": view.returns,
    }


def output_of(disbursement: Disbursement) -> dict[str, Any]:
    """One disbursement as it now is."""
    return disbursement_outputs([disbursement])[0]


def purpose_figures(
    spending: dict[str, int], budgets: dict[str, int] | None = None
) -> list[dict[str, Any]]:
    """What was spent by purpose, and the budget for it."""
    budgets = budgets or {}
    return [
        {
            "purpose": code,
            "name_zh": purpose_name(code),
            "name_en": purpose_name(code, "en"),
            "spent_fen": spending.get(code, 0),
            "budget_fen": budgets.get(code),
        }
        for code in dict.fromkeys((*spending, *budgets))
    ]


def year_output(figures: queries.YearFigures) -> dict[str, Any]:
    """A year of the fund."""
    return {
        "year": figures.year,
        "income_fen": figures.income_fen,
        "spent_fen": figures.spent_fen,
        "by_source": [
            {"source": source, "income_fen": amount} for source, amount in figures.income.items()
        ],
        "by_purpose": purpose_figures(figures.spending, figures.budgets),
    }
