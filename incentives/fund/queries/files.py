"""Who may read the fund's papers, and that its records keep them."""

from uuid import UUID

from sqlalchemy import or_, select

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.extensions import db
from incentives.files.models import File
from incentives.fund.models import (
    BankStatement,
    BudgetAdoption,
    Disbursement,
    DisbursementFile,
    IncomeFile,
    Status,
)

ENDED_UNPAID = (Status.REJECTED, Status.WITHDRAWN)


def may_read_file(file: File, actor: Actor) -> bool:
    """Whether the file comes with a record of the fund's that this person may read."""
    if may(actor, "disbursement.read", file.village) and is_of_disbursement(file):
        return True
    return may(actor, "fund.read", file.village) and is_of_money(file)


def keeps_file(file: File) -> bool:
    """Whether a record of the fund's needs the file: not that of an application without money.

    A file with a day up to which it is kept is kept by that day.
    """
    if file.kept_until is not None:
        return False
    return is_of_disbursement(file, without=ENDED_UNPAID) or is_of_money(file)


def is_of_disbursement(file: File, without: tuple[Status, ...] = ()) -> bool:
    """Whether the file comes with a disbursement, in none of these states."""
    evidence = select(DisbursementFile.disbursement_id).where(DisbursementFile.file_id == file.id)
    carrier = select(Disbursement.id).where(
        Disbursement.village == file.village,
        Disbursement.status.not_in(without),
        or_(Disbursement.receipt_file_id == file.id, Disbursement.id.in_(evidence)),
    )
    return db.session.scalar(carrier.limit(1)) is not None


def is_of_money(file: File) -> bool:
    """Whether the file is an income's voucher, a statement, or the minutes of adopted budgets."""
    carriers = (
        select(IncomeFile.income_id).where(IncomeFile.file_id == file.id),
        select(BankStatement.id).where(BankStatement.file_id == file.id),
        select(BudgetAdoption.id).where(BudgetAdoption.minutes_id == file.id),
    )
    return any(db.session.scalar(carrier.limit(1)) is not None for carrier in carriers)


def evidence_of(disbursement_id: UUID) -> list[UUID]:
    """The files that show what a disbursement is for."""
    return list(
        db.session.scalars(
            select(DisbursementFile.file_id).where(
                DisbursementFile.disbursement_id == disbursement_id
            )
        )
    )
