"""What stands already of an act that is entered again: a sheet keyed in twice, a missing award."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from incentives.awards.models import Award, CapPer, RuleItem
from incentives.awards.states import FREED
from incentives.extensions import db
from incentives.register.models import Resident

NAMED_AT_MOST = 12


@dataclass(frozen=True)
class Entered:
    """A batch of the same act and day: who entered it when, and how many of those asked about."""

    rule_code: str
    occurred_on: date
    batch_id: UUID
    entered_by: UUID
    entered_at: datetime
    people: int


def who_stands(
    village: str, rule_code: str, day: date, people: Collection[UUID]
) -> dict[UUID, str]:
    """Which of these people have points for that act and day already, by name.

    A printed sheet is kept nowhere, so that it is known again by whom it names. What was refused,
    withdrawn or taken back doesn't count.
    """
    found = db.session.execute(
        select(Resident.id, Resident.name)
        .join(Award, Award.resident_id == Resident.id)
        .where(
            Award.village == village,
            Award.rule_code == rule_code,
            Award.occurred_on == day,
            Award.resident_id.in_(people),
            Award.status.not_in(FREED),
        )
        .distinct()
        .order_by(Resident.id)
    )
    return {row.id: row.name for row in found}


def standing_words(standing: Mapping[UUID, str]) -> str:
    """That these people have points for that act and day already."""
    names = list(standing.values())
    more = [f"+{len(names) - NAMED_AT_MOST}"] if len(names) > NAMED_AT_MOST else []
    return ngettext(
        "1 person on it has points for that act and day already: %(names)s",
        "%(num)s people on it have points for that act and day already: %(names)s",
        len(names),
        names=gettext(", ").join([*names[:NAMED_AT_MOST], *more]),
    )


def entered_already(
    village: str, rule_code: str, day: date, people: Collection[UUID]
) -> Entered | None:
    """The batch in which at least half of these people stand already for that act and day."""
    found = entered_of(village, rule_code, day, people)
    return found if found and 2 * found.people >= len(set(people)) else None


def entered_of(village: str, rule_code: str, day: date, people: Collection[UUID]) -> Entered | None:
    """The batch of that act and day in which most of these people stand, None where nobody does.

    What was refused, withdrawn or taken back doesn't count.
    """
    count = func.count(Award.resident_id.distinct())
    found = db.session.execute(
        select(Award.batch_id, Award.proposed_by, func.min(Award.proposed_at), count)
        .where(
            Award.village == village,
            Award.rule_code == rule_code,
            Award.occurred_on == day,
            Award.batch_id.is_not(None),
            Award.resident_id.in_(people),
            Award.status.not_in(FREED),
        )
        .group_by(Award.batch_id, Award.proposed_by)
        .order_by(count.desc(), Award.batch_id.desc())
        .limit(1)
    ).first()
    batch_id, entered_by, entered_at, standing = found or (None, None, None, 0)
    if batch_id is None or entered_by is None or entered_at is None:
        return None
    return Entered(rule_code, day, batch_id, entered_by, entered_at, standing)


def same_act(
    item: RuleItem,
    day: date,
    *,
    household_id: UUID,
    resident_id: UUID | None,
    without: UUID | None = None,
) -> UUID | None:
    """The award that stands already for that act of that day, `without` one; None where none does.

    A rule that counts by household has the act of one of its people once.
    """
    if item.cap_per is CapPer.HOUSEHOLD or resident_id is None:
        same = Award.household_id == household_id
    else:
        same = Award.resident_id == resident_id
    chosen = select(Award.id).where(
        same,
        Award.rule_code == item.code,
        Award.occurred_on == day,
        Award.status.not_in(FREED),
    )
    if without is not None:
        chosen = chosen.where(Award.id != without)
    return db.session.scalar(chosen.order_by(Award.id).limit(1))
