"""What is read about awards that are said to be missing: what stands, and what was granted."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select

from incentives.awards.models import Award, AwardTurn
from incentives.awards.queries import (
    DayEntry,
    counts_by_household,
    done_in,
    entered_on,
    rule_in_force,
    same_act,
)
from incentives.extensions import db
from incentives.notices.models import Objection, ObjectionStatus

WAITS = datetime.max.replace(tzinfo=UTC)


def granted_by(person: Any) -> ColumnElement[bool]:
    """Whether a person ruled that an award was missing, which was then claimed."""
    return (
        exists()
        .where(Objection.granted_award_id == Award.id, Objection.ruled_by == person)
        .correlate_except(Objection)
    )


def is_granted() -> ColumnElement[bool]:
    """Whether an award came of an objection that it was missing."""
    return exists().where(Objection.granted_award_id == Award.id).correlate_except(Objection)


def is_struck() -> ColumnElement[bool]:
    """Whether an award's turn is what an upheld objection did."""
    return (
        exists()
        .where(
            Objection.award_id == AwardTurn.award_id,
            Objection.status == ObjectionStatus.UPHELD,
            Objection.ruled_at == AwardTurn.turned_at,
        )
        .correlate_except(Objection)
    )


def standing_award(objection: Objection, today: date) -> UUID | None:
    """The award that stands already for the act that is said to be missing; None for any other.

    To one of several noes to that act, only what came to stand since the objection.
    """
    resident_id, day = objection.missing_resident_id, objection.missing_occurred_on
    if objection.household_id is None or day is None or objection.missing_rule_item is None:
        return None
    code = objection.missing_rule_item
    _policy, _in_force, item = rule_in_force(objection.village, day, code, today)
    if item is None:
        return None
    entered = entered_for(objection)
    if noes_left(objection, entered):
        return came_since(objection, entered)
    return same_act(item, day, household_id=objection.household_id, resident_id=resident_id)


def still_missing(quantity: int, standing: UUID | None) -> int:
    """How often an act is still missing that was missing so often; 0 where all of it stands."""
    if standing is None:
        return quantity
    return max(0, quantity - db.session.get_one(Award, standing).quantity)


def came_since(objection: Objection, entered: Sequence[DayEntry]) -> UUID | None:
    """What was registered, or given again, after an objection to a no, for this one alone.

    What came instead of others, which were right, is theirs.
    """
    others = db.session.scalar(
        select(func.count()).where(
            is_same_missing(objection),
            Objection.id != objection.id,
            is_answered_by_others(),
            Objection.ruled_at > objection.made_at,
        )
    )
    came = [
        each.award.id
        for each in entered
        if each.stands and not each.granted and not each.stood_at(objection.made_at)
    ]
    return next(iter(came[others or 0 :]), None)


def is_answered_by_others() -> ColumnElement[bool]:
    """Whether an objection was right and nothing was granted: it was registered meanwhile."""
    return and_(Objection.status == ObjectionStatus.UPHELD, Objection.granted_award_id.is_(None))


def entered_for(objection: Objection) -> list[DayEntry]:
    """What was entered of the act that is said to be missing."""
    return entered_on(
        objection.village,
        cast("str", objection.missing_rule_item),
        cast("date", objection.missing_occurred_on),
        household_id=cast("UUID", objection.household_id),
        resident_id=objection.missing_resident_id,
    )


def noes_left(objection: Objection, entered: Sequence[DayEntry]) -> int:
    """How many noes are left to object to: as many as acts don't stand, and wait for no ruling."""
    return min(unanswered(entered, answers_to(objection, entered)), gone(objection, entered))


def gone(objection: Objection, entered: Sequence[DayEntry]) -> int:
    """How many acts don't stand, but for those that others say are missing and await a ruling."""
    waits = select(func.count()).where(
        said_before(objection), Objection.status == ObjectionStatus.OPEN
    )
    standing = sum(each.stands for each in entered)
    return len(done_in(entered)) - standing - (db.session.scalar(waits) or 0)


def unanswered(
    entered: Sequence[DayEntry], answers: Sequence[datetime], without: UUID | None = None
) -> int:
    """How many noes to an act none of these answered, each of them one, `without` one award's."""
    noes = [each.no_at for each in entered if each.no_at and each.award.id != without]
    taken = 0
    for answer in answers:
        if sum(no <= answer for no in noes) > taken:
            taken += 1
    return len(noes) - taken


def answers_to(objection: Objection, entered: Sequence[DayEntry]) -> list[datetime]:
    """When noes to an act were answered before an objection, in order: by another one, of which one
    that waits answers any; or as the act was entered again."""
    again = [each.award.proposed_at - timedelta.resolution for each in entered if not each.granted]
    others = select(Objection.ruled_at).where(said_before(objection), not_(is_answered_by_others()))
    return sorted([*again, *(ruled_at or WAITS for ruled_at in db.session.scalars(others))])


def said_before(objection: Objection) -> ColumnElement[bool]:
    """Whether others said before one that the same is missing; all of them where it isn't kept."""
    same = is_same_missing(objection)
    return same if objection.id is None else and_(same, Objection.id < objection.id)


def is_no_left(objection: Objection) -> bool:
    """Whether any no to the act that is said to be missing can still be objected to."""
    return noes_left(objection, entered_for(objection)) > 0


def is_no_left_of(objection: Objection, award_id: UUID) -> bool:
    """Whether the no to this award can: the others' first are taken by what was said before."""
    entered = entered_for(objection)
    answers = answers_to(objection, entered)
    left = unanswered(entered, answers)
    return left > unanswered(entered, answers, award_id) and gone(objection, entered) > 0


def by_household(objection: Objection) -> ColumnElement[bool]:
    """Whether the act that is said to be missing is its household's, whoever of it did it."""
    day, code = objection.missing_occurred_on, objection.missing_rule_item
    if day is None or code is None:
        return false()
    return counts_by_household(objection.village, day, code)


def is_same_missing(objection: Objection) -> ColumnElement[bool]:
    """Whether others say, too, that the act is missing that one says is."""
    return and_(
        Objection.missing_rule_item == objection.missing_rule_item,
        Objection.missing_occurred_on == objection.missing_occurred_on,
        or_(
            Objection.missing_resident_id == objection.missing_resident_id,
            and_(Objection.household_id == objection.household_id, by_household(objection)),
        ),
    )
