"""What is read of income: the list, one with its voucher, vouchers that came twice."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, extract, func, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.fund.models import Income, IncomeFile


def income(village: str) -> Select[Income]:
    """What came into a village's fund, to be paged newest first by id."""
    return select(Income).where(Income.village == village)


def find_income(village: str, income_id: UUID) -> Income:
    """An income of that village; refuses what isn't there."""
    found = db.session.get(Income, income_id)
    if found is None or found.village != village:
        raise NotFound()
    return found


def vouchers_of(rows: Sequence[Income]) -> dict[UUID, UUID]:
    """By income, the file of its voucher."""
    found = db.session.execute(
        select(IncomeFile.income_id, IncomeFile.file_id).where(
            IncomeFile.income_id.in_([row.id for row in rows])
        )
    )
    return {row.income_id: row.file_id for row in found}


def voucher_twice(row: Income) -> bool:
    """Whether another income of the village and year has the same voucher number and stands."""
    others = select(func.count()).where(
        Income.village == row.village,
        Income.voucher == row.voucher,
        Income.id != row.id,
        Income.reversed_event_id.is_(None),
        extract("year", Income.received_on) == row.received_on.year,
    )
    return bool(db.session.scalar(others))
