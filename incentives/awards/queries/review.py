"""What waits for the review group, with all that a reviewer needs to decide on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from incentives.access.actor import Actor, Role
from incentives.access.duties import decides_here
from incentives.awards.models import (
    Award,
    AwardStatus,
    CapPer,
    Rulebook,
    RuleItem,
)
from incentives.awards.periods import period_of
from incentives.awards.queries.awards import AwardView, award_views, by_id
from incentives.awards.queries.waiting import REVIEW_DAYS, granted_among, sent_up_of
from incentives.awards.states import FREED
from incentives.clock import village_day
from incentives.extensions import db
from incentives.register.deciders import is_too_small
from incentives.register.names import masked

RECENT_DAYS = 28


class Closed(StrEnum):
    """Why this reviewer can't decide on an award: somebody else must look."""

    OWN_ENTRY = "own_entry"
    OWN_HOUSEHOLD = "own_household"
    DECIDED = "decided"
    RULED = "ruled"
    VILLAGE = "village"


@dataclass(frozen=True)
class Recent:
    """Another award by the same rule to the same person or household."""

    occurred_on: date
    points: int
    status: AwardStatus


@dataclass
class Waiting:
    """An award in the queue: how many days it waits, and what it is judged by.

    `sent_up` says that the village is too small to decide it. `version` is the rulebook's number.
    `cap_used` counts this award, None without a cap. `recent` are others by the same rule in the
    four weeks to the day of the act, the newest first.
    """

    view: AwardView
    village: str
    version: int
    days: int
    sent_up: bool
    closed: Closed | None
    cap_used: int | None
    recent: list[Recent]

    @property
    def holder(self) -> str:
        """Who earned it, masked where it isn't the reader's to decide."""
        return masked(self.view.holder) if self.closed is Closed.VILLAGE else self.view.holder

    @property
    def overdue(self) -> bool:
        """Whether it has waited through a week's meeting of the review group."""
        return self.days > REVIEW_DAYS


def queue(found: Sequence[Award], actor: Actor, now: datetime) -> list[Waiting]:
    """These awards as a reviewer needs them, in a fixed number of statements."""
    views = award_views(found)
    versions = by_id(Rulebook, {view.item.rulebook_id for view in views})
    near = neighbours(views)
    up = sent_up_of([each.id for each in found])
    granted = granted_among([each.id for each in found], actor.person)
    today = village_day(now)
    return [
        Waiting(
            view=view,
            village=view.award.village,
            version=versions[view.item.rulebook_id].number,
            days=(today - village_day(view.award.proposed_at)).days,
            sent_up=view.award.id in up,
            closed=closed_to(
                view,
                actor,
                is_sent_up=view.award.id in up,
                is_granted=view.award.id in granted,
            ),
            cap_used=cap_used(view.item, view.award, near),
            recent=recent(view.award, near),
        )
        for view in views
    ]


def closed_to(
    view: AwardView, actor: Actor, *, is_sent_up: bool, is_granted: bool
) -> Closed | None:
    """Why this actor can't decide on a proposed award, None where they can.

    `is_granted` says that they ruled on the objection from which it came.
    """
    award = view.award
    if award.proposed_by == actor.person:
        return Closed.OWN_ENTRY
    if actor.household_id is not None and award.household_id == actor.household_id:
        return Closed.OWN_HOUSEHOLD
    if any(review.reviewer == actor.person for review in view.reviews):
        return Closed.DECIDED
    if is_granted:
        return Closed.RULED
    if not is_sent_up and not decides_here(actor, Role.REVIEWER, award.village):
        return Closed.VILLAGE
    return None


def turned_by_village(award: Award, actor: Actor, *barred: UUID) -> bool:
    """Whether a posted award is the village's to turn, and not this actor's from above (duty 4).

    `barred` people of the village may not, nor may who lives in the award's household.
    """
    return not decides_here(actor, Role.REVIEWER, award.village) and not is_too_small(
        award.village, Role.REVIEWER, people=barred, households=[award.household_id]
    )


def neighbours(views: Sequence[AwardView]) -> list[Any]:
    """What stands by the same rules for the same people and households, near in time."""
    if not views:
        return []
    spans = [span_of(view.item, view.award.occurred_on) for view in views]
    awards = [view.award for view in views]
    rows = db.session.execute(
        select(
            Award.id,
            Award.household_id,
            Award.resident_id,
            Award.rule_code,
            Award.occurred_on,
            Award.points,
            Award.status,
        ).where(
            Award.rule_code.in_({award.rule_code for award in awards}),
            or_(
                Award.household_id.in_({award.household_id for award in awards}),
                Award.resident_id.in_({each.resident_id for each in awards if each.resident_id}),
            ),
            Award.occurred_on.between(
                min(first for first, _last in spans), max(last for _first, last in spans)
            ),
            Award.status.not_in(FREED),
        )
    )
    return list(rows)


def span_of(item: RuleItem, day: date) -> tuple[date, date]:
    """The days that a cap and the last weeks reach over."""
    first, last = (day, day) if item.cap_period is None else period_of(item.cap_period, day)
    return min(first, day - timedelta(days=RECENT_DAYS)), max(last, day)


def cap_used(item: RuleItem, award: Award, near: Sequence[Any]) -> int | None:
    """Points that count towards the award's cap, its own among them."""
    if item.cap_period is None:
        return None
    first, last = period_of(item.cap_period, award.occurred_on)
    return sum(
        int(other.points)
        for other in near
        if other.rule_code == award.rule_code
        and first <= other.occurred_on <= last
        and (
            other.resident_id == award.resident_id
            if item.cap_per is CapPer.PERSON
            else other.household_id == award.household_id
        )
    )


def holder_of(award: Any) -> UUID:
    """The person who earned it, or the household where nobody is named."""
    holder: UUID = award.resident_id or award.household_id
    return holder


def recent(award: Award, near: Sequence[Any]) -> list[Recent]:
    """The same act by the same person, or by the household where nobody is named."""
    since = award.occurred_on - timedelta(days=RECENT_DAYS)
    found = [
        Recent(other.occurred_on, other.points, other.status)
        for other in near
        if other.id != award.id
        and other.rule_code == award.rule_code
        and since <= other.occurred_on <= award.occurred_on
        and holder_of(other) == holder_of(award)
    ]
    return sorted(found, key=lambda each: each.occurred_on, reverse=True)
