"""The micro-fund by HTTP: its public book, income, budgets, and each step of a disbursement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor
from incentives.access.queries import person_names
from incentives.clock import now
from incentives.fund import operations, queries, schemas
from incentives.fund.models import Disbursement, Income, MoneyMove, PaymentReturn
from incentives.fund.purposes import purpose_name
from incentives.fund.queries import DisbursementView
from incentives.web.api import Blueprint, reads, writes
from incentives.web.cursors import page
from incentives.web.schemas import PageQuery

blueprint = Blueprint("fund", __name__, url_prefix="/api/v1", description=__doc__)

FUND = "/villages/<village>/fund"
DISBURSEMENTS = f"{FUND}/disbursements"
ONE = f"{DISBURSEMENTS}/<uuid:disbursement_id>"


def columns(row: Any) -> dict[str, Any]:
    """A row's columns by name."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


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


@blueprint.route(FUND)
@reads(schemas.FundOutput, permission=None)
def get_fund(village: str) -> dict[str, Any]:
    """What the fund holds, and what it spent by purpose and by year."""
    overview = queries.fund_overview(village)
    return {
        "balance_fen": overview.balance_fen,
        "cash_fen": overview.cash_fen,
        "bank_fen": overview.bank_fen,
        "by_purpose": purpose_figures(overview.spending),
        "by_year": [year_output(each) for each in overview.years],
    }


@blueprint.route(f"{FUND}/book")
@reads(schemas.BookPage, query=schemas.BookQuery, permission=None)
def get_book(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The public book, newest entry first: each line with what remained after it."""
    return queries.book(village, query.pop("month"), query)


@blueprint.route(f"{FUND}/income")
@reads(schemas.IncomePage, query=PageQuery, permission="fund.read")
def get_income(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What came in, newest first."""
    return page(queries.income(village), [Income.id.desc()], query)


@blueprint.route(f"{FUND}/income", methods=["POST"])
@writes(schemas.IncomeOutput, status=201, body=schemas.IncomeInput, permission="income.record")
def post_income(village: str, body: dict[str, Any]) -> Income:
    """Enter money that came in."""
    return operations.record_income(village=village, actor=current_actor(), now=now(), **body)


@blueprint.route(f"{FUND}/income/<uuid:income_id>/reversal", methods=["POST"])
@writes(schemas.IncomeOutput, status=201, body=schemas.ReasonInput, permission="income.reverse")
def post_income_reversal(village: str, income_id: UUID, body: dict[str, Any]) -> Income:
    """Take back an income that was mistyped, in public."""
    return operations.reverse_income(
        village=village, income_id=income_id, actor=current_actor(), now=now(), **body
    )


@blueprint.route(f"{FUND}/moves", methods=["POST"])
@writes(schemas.MoveOutput, status=201, body=schemas.MoveInput, permission="money.move")
def post_move(village: str, body: dict[str, Any]) -> MoneyMove:
    """Bring cash to the bank or fetch it, or enter a difference that was found."""
    return operations.move_money(village=village, actor=current_actor(), now=now(), **body)


@blueprint.route(f"{FUND}/budgets/<int:year>")
@reads(schemas.BudgetsOutput, permission="fund.read")
def get_budgets(village: str, year: int) -> dict[str, Any]:
    """A year's budgets, with what is spent and left of each."""
    return {"year": year, "items": queries.budget_figures(village, year)}


@blueprint.route(f"{FUND}/budgets/<int:year>", methods=["PUT"])
@writes(schemas.BudgetsOutput, body=schemas.BudgetsInput, permission="budget.set")
def put_budgets(village: str, year: int, body: dict[str, Any]) -> dict[str, Any]:
    """Set all of a year's budgets by a resolution."""
    operations.set_budgets(
        village=village,
        year=year,
        amounts={each["purpose"]: each["amount_fen"] for each in body["items"]},
        resolution=body["resolution"],
        actor=current_actor(),
        now=now(),
    )
    return {"year": year, "items": queries.budget_figures(village, year)}


@blueprint.route(DISBURSEMENTS)
@reads(schemas.DisbursementPage, query=schemas.DisbursementQuery, permission="disbursement.read")
def get_disbursements(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The disbursements of a village, newest first."""
    found = page(queries.disbursements(village, query["status"]), [Disbursement.id.desc()], query)
    return {**found, "items": disbursement_outputs(found["items"])}


@blueprint.route(DISBURSEMENTS, methods=["POST"])
@writes(
    schemas.DisbursementOutput,
    status=201,
    body=schemas.DisbursementInput,
    permission="disbursement.apply",
)
def post_disbursement(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for money out of the fund."""
    return output_of(
        operations.apply_for_disbursement(village=village, actor=current_actor(), now=now(), **body)
    )


@blueprint.route(ONE)
@reads(schemas.DisbursementOutput, permission="disbursement.read")
def get_disbursement(village: str, disbursement_id: UUID) -> dict[str, Any]:
    """One disbursement with all who acted on it."""
    return output_of(queries.find_disbursement(village, disbursement_id))


@blueprint.route(f"{ONE}/evaluation", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.DecisionInput, permission="disbursement.evaluate")
def post_evaluation(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say, for the review group, whether the money should be given."""
    return output_of(
        operations.evaluate_disbursement(
            village=village,
            disbursement_id=disbursement_id,
            actor=current_actor(),
            now=now(),
            **body,
        )
    )


@blueprint.route(f"{ONE}/approval", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.DecisionInput, permission="disbursement.approve")
def post_approval(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say, as a supervisor, whether the money may be paid."""
    return output_of(
        operations.approve_disbursement(
            village=village,
            disbursement_id=disbursement_id,
            actor=current_actor(),
            now=now(),
            **body,
        )
    )


@blueprint.route(f"{ONE}/rejection", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.ReasonInput, permission="disbursement.reject")
def post_rejection(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """End a disbursement before it is paid."""
    return output_of(
        operations.reject_disbursement(
            village=village,
            disbursement_id=disbursement_id,
            actor=current_actor(),
            now=now(),
            **body,
        )
    )


@blueprint.route(f"{ONE}/withdrawal", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.ReasonInput, permission="disbursement.withdraw")
def post_withdrawal(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take one's own application back."""
    return output_of(
        operations.withdraw_disbursement(
            village=village,
            disbursement_id=disbursement_id,
            actor=current_actor(),
            now=now(),
            **body,
        )
    )


@blueprint.route(f"{ONE}/payment", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.PaymentInput, permission="disbursement.pay")
def post_payment(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Pay an approved disbursement from cash or bank."""
    return output_of(
        operations.pay_disbursement(
            village=village,
            disbursement_id=disbursement_id,
            actor=current_actor(),
            now=now(),
            **body,
        )
    )


@blueprint.route(f"{ONE}/receipt", methods=["POST"])
@writes(schemas.DisbursementOutput, body=schemas.ReceiptInput, permission="disbursement.receive")
def post_receipt(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Keep the signed receipt of a payment."""
    return output_of(
        operations.confirm_receipt(
            village=village,
            disbursement_id=disbursement_id,
            file_id=body["file"],
            actor=current_actor(),
            now=now(),
        )
    )


@blueprint.route(f"{ONE}/return", methods=["POST"])
@writes(
    schemas.ReturnOutput, status=201, body=schemas.ReturnInput, permission="disbursement.return"
)
def post_return(village: str, disbursement_id: UUID, body: dict[str, Any]) -> PaymentReturn:
    """Enter money of a disbursement that came back."""
    return operations.return_payment(
        village=village,
        disbursement_id=disbursement_id,
        actor=current_actor(),
        now=now(),
        **body,
    )


@blueprint.route(f"{ONE}/reversal", methods=["POST"])
@writes(
    schemas.DisbursementOutput,
    status=201,
    body=schemas.ReasonInput,
    permission="disbursement.reverse",
)
def post_reversal(village: str, disbursement_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take back the payment of a disbursement as a whole, in public."""
    return output_of(
        operations.reverse_disbursement(
            village=village,
            disbursement_id=disbursement_id,
            actor=current_actor(),
            now=now(),
            **body,
        )
    )
