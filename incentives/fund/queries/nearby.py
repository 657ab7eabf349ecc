"""What else goes to the same payee at about the same time: split, a sum still needs two.

A payee is a household with all its members, a team, or a name however it is written.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from incentives.clock import beginning, village_day
from incentives.extensions import db
from incentives.fund.models import Disbursement
from incentives.fund.queries.caps import COUNTED, Holder, holder_of, homes_of
from incentives.fund.queries.lists import lists_with
from incentives.register.models import Resident

DAYS_APART = 30
DAY = timedelta(days=1)


def nearby_totals(rows: Sequence[Disbursement]) -> dict[UUID, int]:
    """By each of these of one village, in fen, what others bring its payee within 30 days.

    Counted is what was applied for at most 30 days before or after it and wasn't rejected,
    withdrawn or reversed, less what came back. Those on its own list are in the list's sum already.
    """
    if not rows:
        return {}
    homes = homes_of(rows)
    holders = {row.id: holder_of(row, homes) for row in rows}
    others = applied_near(rows, list(holders.values()))
    homes |= homes_of(others)
    lists = {each: of_list.id for each, (of_list, _line) in lists_with([*rows, *others]).items()}
    totals = {}
    for row in rows:
        totals[row.id] = sum(
            other.amount_fen - other.returned_fen
            for other in others
            if other.id != row.id
            and days_between(other.applied_at, row.applied_at) <= DAYS_APART
            and (row.id not in lists or lists[row.id] != lists.get(other.id))
            and holders[row.id].shares(holder_of(other, homes), "household")
        )
    return totals


def days_between(one: datetime, other: datetime) -> int:
    """How many days of the village lie between two instants."""
    return abs((village_day(one) - village_day(other)).days)


def applied_near(rows: Sequence[Disbursement], holders: Sequence[Holder]) -> list[Disbursement]:
    """What was applied for about then and may go to one of these payees; one statement."""
    first = village_day(min(row.applied_at for row in rows)) - DAYS_APART * DAY
    last = village_day(max(row.applied_at for row in rows)) + DAYS_APART * DAY
    return list(
        db.session.scalars(
            select(Disbursement).where(
                Disbursement.village == rows[0].village,
                Disbursement.status.in_(COUNTED),
                Disbursement.applied_at >= beginning(first),
                Disbursement.applied_at < beginning(last + DAY),
                or_(False, *goes_to_any(holders)),
            )
        )
    )


def goes_to_any(holders: Sequence[Holder]) -> list[ColumnElement[bool]]:
    """Conditions of which one holds where money may go to one of these; any name may be one's."""
    homes = {each.household for each in holders if each.household is not None}
    teams = {each.team for each in holders if each.team is not None}
    conditions: list[ColumnElement[bool]] = []
    if homes:
        members = select(Resident.id).where(Resident.household_id.in_(homes))
        conditions.append(Disbursement.household_id.in_(homes))
        conditions.append(Disbursement.resident_id.in_(members))
    if teams:
        conditions.append(Disbursement.team_id.in_(teams))
    if any(each.name is not None for each in holders):
        conditions.append(Disbursement.payee_name.is_not(None))
    return conditions
