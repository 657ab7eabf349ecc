"""Caps: how many points one person or household may earn by one rule in a period.

They count from the proposal on, by the day of the act, and are freed by rejection, withdrawal and
reversal. Read under the village's lock, so that two proposals at once can't both fit.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select

from incentives.awards.models import Award, CapPer, CapPeriod, RuleItem
from incentives.awards.periods import period_of
from incentives.awards.states import FREED
from incentives.errors import CapExceeded, FieldError
from incentives.extensions import db
from incentives.web.languages import in_language

NO_SUCH_ITEM = _("The rules of that day have no such item")


def used(
    item: RuleItem, day: date, holders: Sequence[UUID], without: UUID | None = None
) -> dict[UUID, int]:
    """Points that count towards the item's cap in the day's period, by person or household.

    `without` leaves one award out, which is being changed. One statement for all holders.
    """
    if item.cap_period is None:
        return {}
    first, last = period_of(item.cap_period, day)
    column = Award.resident_id if item.cap_per is CapPer.PERSON else Award.household_id
    counted = (
        select(column, func.sum(Award.points))
        .where(
            column.in_(holders),
            Award.rule_code == item.code,
            Award.occurred_on.between(first, last),
            Award.status.not_in(FREED),
        )
        .group_by(column)
    )
    if without is not None:
        counted = counted.where(Award.id != without)
    return {
        holder: int(points) for holder, points in db.session.execute(counted) if holder is not None
    }


def left_words(item: RuleItem, left: int) -> LazyString:
    """What is left, if anything, in a sentence that fits the period."""
    name = in_language(item.name_zh, item.name_en)
    if left == 0:
        return nothing_left_words(item, name)
    if item.cap_period is CapPeriod.DAY:
        return _("%(name)s: %(left)s more points are left that day", name=name, left=left)
    if item.cap_period is CapPeriod.MONTH:
        return _("%(name)s: %(left)s more points are left that month", name=name, left=left)
    if item.cap_period is CapPeriod.QUARTER:
        return _("%(name)s: %(left)s more points are left that quarter", name=name, left=left)
    return _("%(name)s: %(left)s more points are left that year", name=name, left=left)


def nothing_left_words(item: RuleItem, name: str) -> LazyString:
    """That a cap is reached, in a sentence that fits the period."""
    if item.cap_period is CapPeriod.DAY:
        return _("%(name)s: nothing is left that day", name=name)
    if item.cap_period is CapPeriod.MONTH:
        return _("%(name)s: nothing is left that month", name=name)
    if item.cap_period is CapPeriod.QUARTER:
        return _("%(name)s: nothing is left that quarter", name=name)
    return _("%(name)s: nothing is left that year", name=name)


def over_cap(item: RuleItem, had: dict[UUID, int], holder: UUID | None, points: int) -> int | None:
    """What is left where these points would pass the cap, else None; counts them in `had`."""
    if item.cap_points is None or holder is None:
        return None
    left = max(0, item.cap_points - had.get(holder, 0))
    if points > left:
        return left
    had[holder] = had.get(holder, 0) + points
    return None


def holder_of(item: RuleItem, resident_id: UUID | None, household_id: UUID) -> UUID | None:
    """Whose points the item's cap counts: the person's or the household's."""
    return resident_id if item.cap_per is CapPer.PERSON else household_id


def refuse_over_cap(
    item: RuleItem, award: Award, *, pointer: str = "/quantity", without: UUID | None = None
) -> None:
    """Refuse an award that would pass its rule's cap, saying what is left."""
    holder = holder_of(item, award.resident_id, award.household_id)
    had = used(item, award.occurred_on, [holder] if holder else [], without)
    left = over_cap(item, had, holder, award.points)
    if left is not None:
        words = left_words(item, left)
        raise CapExceeded(words, errors=[FieldError(pointer, words)], left=left)
