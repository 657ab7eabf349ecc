"""What is read of lists: one, its lines, what each line's sum is decided on with."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.fund.models import Disbursement, DisbursementList, DisbursementListLine
from incentives.fund.queries.payees import paid_to, payee_households
from incentives.fund.states import BEFORE_PAYMENT


def lists_of(village: str) -> Select[DisbursementList]:
    """A village's lists, to be paged newest first by id."""
    return select(DisbursementList).where(DisbursementList.village == village)


def decided_alone(chosen: Select[Disbursement]) -> Select[Disbursement]:
    """Those of these disbursements that stand on no list."""
    return chosen.where(Disbursement.id.not_in(select(DisbursementListLine.disbursement_id)))


def find_list(village: str, list_id: UUID) -> DisbursementList:
    """A list of that village; refuses what isn't there."""
    found = db.session.get(DisbursementList, list_id)
    if found is None or found.village != village:
        raise NotFound()
    return found


def rows_on(list_id: UUID) -> list[Disbursement]:
    """The disbursements of a list as they now are, in its order."""
    return list(
        db.session.scalars(
            select(Disbursement)
            .join(DisbursementListLine, DisbursementListLine.disbursement_id == Disbursement.id)
            .where(DisbursementListLine.list_id == list_id)
            .order_by(DisbursementListLine.line)
            .execution_options(populate_existing=True)
        )
    )


def lists_with(rows: Sequence[Disbursement]) -> dict[UUID, tuple[DisbursementList, int]]:
    """The list and line of each of these disbursements that stands on one."""
    found = db.session.execute(
        select(DisbursementListLine, DisbursementList)
        .join(DisbursementList, DisbursementList.id == DisbursementListLine.list_id)
        .where(DisbursementListLine.disbursement_id.in_([row.id for row in rows]))
    )
    return {line.disbursement_id: (of_list, line.line) for line, of_list in found}


def homes_decided_with(row: Disbursement) -> Collection[UUID]:
    """The households that money goes to which is decided on with this: its list's, else its own."""
    of_list = lists_with([row]).get(row.id)
    return payee_households(row) if of_list is None else homes_on(of_list[0].id)


def homes_on(list_id: UUID) -> set[UUID]:
    """The households that a list's money goes to, of the lines that still wait."""
    waiting = [row for row in rows_on(list_id) if row.status in BEFORE_PAYMENT]
    return {home for paid in paid_to(waiting).values() for home in paid.homes}
