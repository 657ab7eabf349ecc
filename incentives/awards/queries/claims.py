"""What is read about claims: a household's, and how many it may still make this week."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from incentives.access.actor import Actor
from incentives.awards.models import Award, AwardStatus, AwardTurn
from incentives.awards.queries.rulebooks import counts_by_household
from incentives.awards.queries.waiting import is_asked_for, was_granted
from incentives.awards.states import FREED
from incentives.clock import beginning, village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register.models import Resident

# A review group meets once a week: ten acts a household are more than anyone does of what can be
# claimed, and few enough to be looked at. It is no policy, as no village asked for another number.
CLAIMS_A_WEEK = 10


def this_week(now: datetime) -> date:
    """The Monday on which the week began in the villages."""
    today = village_day(now)
    return today - timedelta(days=today.weekday())


def next_week(now: datetime) -> date:
    """The Monday from which claims are counted anew."""
    return this_week(now) + timedelta(days=7)


def claims_left(household_id: UUID, now: datetime) -> int:
    """How many claims a household may still make this week.

    All count that were made since Monday, whoever made them and whatever became of them: else one
    who withdraws could claim without end. What a ruling granted doesn't: the household asked for
    it by an objection.
    """
    made = db.session.scalar(
        select(func.count())
        .select_from(Award)
        .where(
            Award.household_id == household_id,
            Award.claimed,
            Award.proposed_at >= beginning(this_week(now)),
            ~was_granted(),
        )
    )
    return max(0, CLAIMS_A_WEEK - (made or 0))


def claims(household_id: UUID) -> Select[Award]:
    """A household's claims, to be paged newest first by id."""
    return select(Award).where(Award.household_id == household_id, Award.claimed)


def claims_of(household_id: UUID, limit: int) -> list[Award]:
    """A household's newest claims."""
    return list(db.session.scalars(claims(household_id).order_by(Award.id.desc()).limit(limit)))


def own_award(award_id: UUID, actor: Actor) -> Award:
    """An award of the actor's own household; refuses any other as if it weren't there."""
    award = db.session.get(Award, award_id)
    if award is None or actor.household_id is None or award.household_id != actor.household_id:
        raise NotFound()
    return award


def own_claim(award_id: UUID, actor: Actor) -> Award:
    """A claim of the actor's own household; refuses any other as if it weren't there."""
    award = own_award(award_id, actor)
    if not is_asked_for(award):
        raise NotFound()
    return award


def awards_of(household_id: UUID) -> Select[Award]:
    """All awards of a household, claimed or not, to be paged newest first by id."""
    return select(Award).where(Award.household_id == household_id)


def turned_at(award: Award) -> datetime | None:
    """When an award was last taken back or given again; None where it never was."""
    return db.session.scalar(
        select(func.max(AwardTurn.turned_at)).where(AwardTurn.award_id == award.id)
    )


def answered_last(resident: Resident, rule_code: str, day: date) -> datetime | None:
    """When an act was last refused or taken back, for a person or their household alone.

    A rule that counts by household has an act of one of its people once. A claim that was withdrawn
    had no answer.
    """
    by_household = counts_by_household(resident.village, day, rule_code)
    return db.session.scalar(
        select(func.max(func.coalesce(AwardTurn.turned_at, Award.closed_at)))
        .select_from(Award)
        .join(AwardTurn, AwardTurn.award_id == Award.id, isouter=True)
        .where(
            Award.rule_code == rule_code,
            Award.occurred_on == day,
            Award.status.in_(FREED),
            or_(Award.status != AwardStatus.WITHDRAWN, ~Award.claimed),
            or_(
                Award.resident_id == resident.id,
                and_(
                    Award.household_id == resident.household_id,
                    or_(Award.resident_id.is_(None), by_household),
                ),
            ),
        )
    )
