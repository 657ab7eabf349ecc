"""What is read of income: the list, one with its voucher, vouchers that came twice."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, exists, extract, select
from sqlalchemy.orm import aliased

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


def vouchers_twice(rows: Sequence[Income]) -> set[UUID]:
    """Those of these incomes that stand beside another of the village and year with their number.

    What was reversed doesn't stand: neither it nor the one entered anew has a number twice.
    """
    other = aliased(Income)
    twice = exists().where(
        other.village == Income.village,
        other.voucher == Income.voucher,
        other.id != Income.id,
        other.reversed_event_id.is_(None),
        extract("year", other.received_on) == extract("year", Income.received_on),
    )
    chosen = select(Income.id).where(
        Income.id.in_([row.id for row in rows]), Income.reversed_event_id.is_(None), twice
    )
    return set(db.session.scalars(chosen))
