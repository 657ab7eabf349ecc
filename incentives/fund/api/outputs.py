"""What the fund's calls give: rows with the names of those who acted, figures by purpose."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any
from uuid import UUID

from incentives.access.queries import person_names
from incentives.database import columns
from incentives.fund import operations, queries
from incentives.fund.models import (
    BankLine,
    BankNote,
    BankStatement,
    CashCount,
    Disbursement,
    DisbursementList,
    Income,
)
from incentives.fund.purposes import purpose_name
from incentives.fund.queries import DisbursementView
from incentives.fund.queries.township import SentUp


def disbursement_outputs(rows: Sequence[Disbursement]) -> list[dict[str, Any]]:
    """Disbursements with payee, budget, approvals and returns; people by name."""
    return view_outputs(queries.disbursement_views(rows))


def view_outputs(views: Sequence[DisbursementView]) -> list[dict[str, Any]]:
    """Disbursements with all that belongs to them, the names of people in one statement."""
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
        "cap_fen": view.cap.amount_fen if view.cap else None,
        "cap_left_fen": view.cap.left_fen if view.cap else None,
        "cap_is_adopted": view.cap is not None and view.cap.is_adopted,
        "list_id": view.of_list[0].id if view.of_list else None,
        "line": view.of_list[1] if view.of_list else None,
        "budget_fen": view.budget_fen,
        "budget_left_fen": view.budget_left_fen,
        "nearby_fen": view.nearby_fen,
        "missing_approvals": operations.missing_approvals(
            disbursement, view.approvals, view.decided_fen
        ),
        "approvals": [
            {**columns(each), "approver": names.get(each.approver, "")} for each in view.approvals
        ],
        "returns": view.returns,
    }


def sent_up_outputs(found: Sequence[SentUp]) -> list[dict[str, Any]]:
    """What was sent up, each with its disbursement and, for the list, what that says of itself."""
    outputs = view_outputs([each.view for each in found])
    return [
        {
            **output,
            "payee_name": output["payee"]["name"],
            "step": each.step,
            "why": each.why,
            "disbursement": output,
        }
        for each, output in zip(found, outputs, strict=True)
    ]


def output_of(disbursement: Disbursement) -> dict[str, Any]:
    """One disbursement as it now is."""
    return disbursement_outputs([disbursement])[0]


def income_outputs(rows: Sequence[Income]) -> list[dict[str, Any]]:
    """Incomes with their vouchers."""
    papers, twice = queries.vouchers_of(rows), queries.vouchers_twice(rows)
    return [
        {
            **columns(row),
            "file_id": papers.get(row.id),
            "voucher_twice": row.id in twice,
        }
        for row in rows
    ]


def count_output(count: CashCount) -> dict[str, Any]:
    """A count of the cash, with the names of its two people."""
    names = person_names([count.counted_by, count.confirmed_by])
    return {
        **columns(count),
        "counted_by": names.get(count.counted_by, ""),
        "confirmed_by": names.get(count.confirmed_by, "") if count.confirmed_by else None,
    }


def explained_outputs(
    rows: Sequence[BankLine | BankNote | queries.BankEvent],
) -> list[dict[str, Any]]:
    """What is on one side alone, with the names of who explained it and who stands by that."""
    names = queries.names_on(rows)
    outputs = [asdict(each) if is_dataclass(each) else columns(each) for each in rows]
    for output in outputs:
        for hand in ("explained_by", "confirmed_by"):
            output[hand] = None if output[hand] is None else names.get(output[hand], "")
    return outputs


def explained_output(row: BankLine | BankNote) -> dict[str, Any]:
    """One of them."""
    return explained_outputs([row])[0]


def statement_output(statement: BankStatement) -> dict[str, Any]:
    """A statement with its lines and the events that they are."""
    events: dict[UUID, list[UUID]] = {}
    for event_id, line_id in queries.matches_of(statement.village).items():
        events.setdefault(line_id, []).append(event_id)
    return {
        **columns(statement),
        "lines": [
            {**line, "events": events.get(line["id"], [])}
            for line in explained_outputs(queries.lines_of(statement.id))
        ],
    }


def standing_output(standing: queries.MonthStanding, *, is_closed: bool) -> dict[str, Any]:
    """A month before it is closed."""
    bank = standing.bank
    return {
        "month": standing.month,
        "is_closed": is_closed,
        "cash_fen": standing.cash_fen,
        "bank_fen": standing.bank_fen,
        "statement_fen": bank.statement_fen,
        "rest_fen": bank.rest_fen,
        "count": None if standing.count is None else count_output(standing.count),
        "lines": explained_outputs(bank.lines),
        "events": explained_outputs(bank.events),
        "later_lines": explained_outputs(bank.later_lines),
        "later_events": explained_outputs(bank.later_events),
        "proposals": queries.proposals(bank),
        "missing": [] if is_closed else [str(each) for each in standing.missing],
    }


def list_output(asked: DisbursementList, *, lines: bool = True) -> dict[str, Any]:
    """A list with its lines and what the budget leaves after it, or in which states they are."""
    rows = queries.rows_on(asked.id)
    output = {**columns(asked), "by_status": Counter(row.status for row in rows)}
    if not lines:
        return output
    views = queries.disbursement_views(rows)
    view = queries.speaks_for(views)
    return {
        **output,
        "budget_fen": view.budget_fen,
        "budget_left_fen": view.budget_left_fen,
        "lines": view_outputs(views),
    }


def budgets_output(village: str, year: int) -> dict[str, Any]:
    """A year's budgets with the votes on them."""
    return {
        "year": year,
        "items": queries.budget_figures(village, year),
        "adoptions": queries.adoptions_of(village, year),
    }


def named(purpose: str) -> dict[str, Any]:
    """A purpose with its names."""
    return {
        "purpose": purpose,
        "name_zh": purpose_name(purpose),
        "name_en": purpose_name(purpose, "en"),
    }


def purpose_outputs(figures: Sequence[queries.PurposeFigures]) -> list[dict[str, Any]]:
    """Purposes with their figures."""
    return [{**asdict(each), **named(each.purpose), "left_fen": each.left_fen} for each in figures]


def figures_of_part(village: str, part: queries.Part) -> dict[str, Any]:
    """A part of the book by month and by purpose, and what differed from the bank at its end."""
    years = queries.by_purpose(village, queries.fund_overview(village), part)
    return {
        "by_month": queries.months_in(village, part),
        "by_purpose": [{"year": each.year, "items": purpose_outputs(each.items)} for each in years],
        "bank_differences": queries.bank_differences(village, part),
    }


def year_output(figures: queries.YearFigures) -> dict[str, Any]:
    """A year of the fund."""
    return {
        "year": figures.year,
        "income_fen": figures.income_fen,
        "spent_fen": figures.spent_fen,
        "by_source": [
            {"source": source, "income_fen": amount} for source, amount in figures.income.items()
        ],
        "by_purpose": purpose_outputs(queries.purposes_of(figures)),
    }
