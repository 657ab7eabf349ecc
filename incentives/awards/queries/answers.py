"""What was entered of one act and day, which of it was refused or taken back, and given again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from incentives.awards.models import Award, AwardReview, AwardStatus, AwardTurn, Turn
from incentives.awards.queries.rulebooks import counts_by_household
from incentives.awards.queries.waiting import was_granted, was_struck
from incentives.awards.states import FREED
from incentives.extensions import db


@dataclass(frozen=True)
class DayEntry:
    """An award of an act and day: whether a ruling granted it, and when it was turned, in order.

    The first turn takes back, the next gives again, and so on.
    """

    award: Award
    granted: bool
    turns: tuple[datetime, ...]

    @property
    def stands(self) -> bool:
        """Whether its points count or may still."""
        return self.award.status not in FREED

    def stood_at(self, at: datetime) -> bool:
        """Whether what stands now stood then, too."""
        return self.award.proposed_at <= at and sum(each <= at for each in self.turns) % 2 == 0

    @property
    def no_at(self) -> datetime | None:
        """When it was refused or taken back; None where that isn't how it stands."""
        if self.stands:
            return None
        return self.turns[-1] if self.turns else self.award.closed_at

    @property
    def first_no_at(self) -> datetime | None:
        """When it was first refused or taken back, even if it was given again."""
        return self.turns[0] if self.turns else self.no_at

    def replaces(self, nos: list[datetime]) -> bool:
        """Whether a ruling granted it after one of these nos, and so for an act entered before."""
        return self.granted and any(no <= self.award.proposed_at for no in nos)


def entered_on(
    village: str, rule_code: str, day: date, *, household_id: UUID, resident_id: UUID | None
) -> list[DayEntry]:
    """What was entered of an act for a person or their household alone, and not withdrawn.

    A rule that counts by household has the acts of all its people.
    """
    by_household = counts_by_household(village, day, rule_code)
    home = and_(Award.household_id == household_id, or_(Award.resident_id.is_(None), by_household))
    same = home if resident_id is None else or_(Award.resident_id == resident_id, home)
    rows = db.session.execute(
        select(Award, was_granted(), AwardTurn.turned_at)
        .join(AwardTurn, AwardTurn.award_id == Award.id, isouter=True)
        .where(
            same,
            Award.village == village,
            Award.rule_code == rule_code,
            Award.occurred_on == day,
            Award.status != AwardStatus.WITHDRAWN,
        )
        .order_by(Award.id, AwardTurn.turned_at)
    )
    return [
        DayEntry(award, granted, tuple(at for *_, at in turned if at is not None))
        for (award, granted), turned in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


def done_in(entered: Sequence[DayEntry]) -> list[DayEntry]:
    """Of these the acts that were done: each once, without what a ruling granted for another."""
    nos = [each.first_no_at for each in entered if each.first_no_at is not None]
    return [each for each in entered if not each.replaces(nos)]


def given_anew(award: Award) -> UUID | None:
    """What stands instead of an award that was taken back; None where it may be given again.

    An act stands as often as it was entered, or granted where nobody had entered it. One is claimed
    once: a claim isn't given again beside another.
    """
    entered = entered_on(
        award.village,
        award.rule_code,
        award.occurred_on,
        household_id=award.household_id,
        resident_id=award.resident_id,
    )
    done = sum(each.award.quantity for each in done_in(entered))
    standing = [each.award for each in entered if each.stands and each.award.id != award.id]
    if award.quantity + sum(each.quantity for each in standing) > done and standing:
        return standing[-1].id
    claimed = [
        each.id for each in standing if each.claimed and each.resident_id == award.resident_id
    ]
    return claimed[-1] if award.claimed and claimed else None


def is_claimed(award: Award) -> bool:
    """Whether a claim of this award's holder stands already for its act and day."""
    holder = (
        and_(Award.resident_id.is_(None), Award.household_id == award.household_id)
        if award.resident_id is None
        else Award.resident_id == award.resident_id
    )
    found = select(Award.id).where(
        holder,
        Award.rule_code == award.rule_code,
        Award.occurred_on == award.occurred_on,
        Award.claimed,
        Award.status.not_in(FREED),
    )
    return db.session.scalar(found.limit(1)) is not None


def approvers_of_struck(award: Award) -> frozenset[UUID]:
    """Who approved an award that an upheld objection took back last, or one that a ruling granted
    for the same act: it isn't theirs to undo."""
    entered = entered_on(
        award.village,
        award.rule_code,
        award.occurred_on,
        household_id=award.household_id,
        resident_id=award.resident_id,
    )
    granted = {each.award.id for each in entered if each.granted}
    later = aliased(AwardTurn)
    last = select(func.max(later.turned_at)).where(later.award_id == AwardTurn.award_id)
    approvers = (
        select(AwardReview.reviewer)
        .join(AwardTurn, AwardTurn.award_id == AwardReview.award_id)
        .where(
            AwardTurn.award_id.in_(granted | {award.id}),
            AwardTurn.turn == Turn.REVERSAL,
            AwardTurn.turned_at == last.scalar_subquery(),
            was_struck(),
        )
    )
    return frozenset(db.session.scalars(approvers))
