"""What is read about awards that are said to be missing: what stands, and what was granted."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_

from incentives.awards.models import Award
from incentives.awards.queries import counts_by_household, rule_in_force, same_act
from incentives.notices.models import Objection


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


def standing_award(objection: Objection, today: date) -> UUID | None:
    """The award that stands already for the act that is said to be missing; None for any other."""
    resident_id, day = objection.missing_resident_id, objection.missing_occurred_on
    if objection.household_id is None or day is None or objection.missing_rule_item is None:
        return None
    code = objection.missing_rule_item
    _policy, _in_force, item = rule_in_force(objection.village, day, code, today)
    if item is None:
        return None
    return same_act(item, day, household_id=objection.household_id, resident_id=resident_id)


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
