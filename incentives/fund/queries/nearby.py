"""What else goes to the same payee at about the same time: split, a sum still needs two.

A payee is a household with all its members, a team, or a name however it is written; a name that
means somebody of the village counts with them, a team of one household with that.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from incentives.clock import beginning, village_day
from incentives.extensions import db
from incentives.fund.models import Decision, Disbursement, DisbursementApproval, Status
from incentives.fund.queries.caps import COUNTED, holders_of
from incentives.fund.queries.lists import lists_with

APPROVED = (Status.APPROVED, Status.PAID, Status.RECEIVED, Status.RETURNED)
DAYS_APART = 30
DAY = timedelta(days=1)


def nearby_totals(rows: Sequence[Disbursement]) -> dict[UUID, int]:
    """By each of these of one village, in fen, what others bring its payee within 30 days."""
    return {row_id: brought_by(others) for row_id, others in nearby(rows).items()}


def brought_by(others: Iterable[Disbursement]) -> int:
    """What disbursements bring, in fen, less what came back."""
    return sum(other.amount_fen - other.returned_fen for other in others)


def nearby(rows: Sequence[Disbursement]) -> dict[UUID, list[Disbursement]]:
    """By each of these of one village the others that bring its payee money within 30 days.

    These are what was applied for at most 30 days before or after it and wasn't rejected, withdrawn
    or reversed. Those on its own list are in the list's sum already.
    """
    if not rows:
        return {}
    others = applied_near(rows)
    holders = holders_of([*rows, *others])
    lists = {each: of_list.id for each, (of_list, _line) in lists_with([*rows, *others]).items()}
    return {
        row.id: [
            other
            for other in others
            if other.id != row.id
            and days_between(other.applied_at, row.applied_at) <= DAYS_APART
            and (row.id not in lists or lists[row.id] != lists.get(other.id))
            and holders[row.id].shares(holders[other.id], "household")
        ]
        for row in rows
    }


def days_between(one: datetime, other: datetime) -> int:
    """How many days of the village lie between two instants."""
    return abs((village_day(one) - village_day(other)).days)


def applied_near(rows: Sequence[Disbursement]) -> list[Disbursement]:
    """What was applied for about then in the village, to whomever; one statement."""
    first = village_day(min(row.applied_at for row in rows)) - DAYS_APART * DAY
    last = village_day(max(row.applied_at for row in rows)) + DAYS_APART * DAY
    return list(
        db.session.scalars(
            select(Disbursement).where(
                Disbursement.village == rows[0].village,
                Disbursement.status.in_(COUNTED),
                Disbursement.applied_at >= beginning(first),
                Disbursement.applied_at < beginning(last + DAY),
            )
        )
    )


def approved_alone(village: str) -> set[UUID]:
    """What is approved in a village, paid or not, by less than two."""
    by_two = (
        select(DisbursementApproval.disbursement_id)
        .where(DisbursementApproval.decision == Decision.APPROVE)
        .group_by(DisbursementApproval.disbursement_id)
        .having(func.count() > 1)
    )
    return set(
        db.session.scalars(
            select(Disbursement.id).where(
                Disbursement.village == village,
                Disbursement.status.in_(APPROVED),
                Disbursement.id.not_in(by_two),
            )
        )
    )
