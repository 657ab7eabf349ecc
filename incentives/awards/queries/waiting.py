"""Which awards wait for a reviewer, for which one, and what narrows a queue of them.

Where too few of a village may decide on an award, it is sent up to the township (duty 4).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from incentives.access.actor import Actor, Role
from incentives.access.permissions import may
from incentives.awards.models import (
    Award,
    AwardReview,
    AwardStatus,
    Decision,
    RuleItem,
)
from incentives.awards.queries.awards import earned_by
from incentives.clock import beginning, village_day
from incentives.extensions import db
from incentives.register.deciders import deciders
from incentives.register.models import Household
from incentives.register.queries import plain

# A review group meets once a week: what waited through a meeting waits too long.
REVIEW_DAYS = 7

# Set by notices: whether a person, or each of a statement's, ruled an award due that was missing.
rulings: list[Callable[[Any], ColumnElement[bool]]] = []
# Set by notices: whether an award came of a ruling at all.
grants: list[Callable[[], ColumnElement[bool]]] = []
# Set by notices: whether an award's turn came of an objection that was upheld.
strikes: list[Callable[[], ColumnElement[bool]]] = []


def to_review(village: str) -> Select[Award]:
    """What waits for a reviewer in a village, to be shown oldest first."""
    return waiting().where(Award.village == village)


def waiting() -> Select[Award]:
    """What waits for a reviewer anywhere."""
    return select(Award).where(Award.status == AwardStatus.PROPOSED, Award.reviews_needed > 0)


def reviewed_by(person: UUID) -> ColumnElement[bool]:
    """Whether this person decided on the award already."""
    return Award.id.in_(select(AwardReview.award_id).where(AwardReview.reviewer == person))


def was_granted() -> ColumnElement[bool]:
    """Whether anybody ruled on an objection that the award was missing, and so granted it."""
    return or_(false(), *(grant() for grant in grants))


def is_granted(award: Award) -> bool:
    """Whether this award came of a ruling on an objection that it was missing."""
    found = select(Award.id).where(Award.id == award.id, was_granted())
    return db.session.scalar(found) is not None


def is_asked_for(award: Award) -> bool:
    """Whether its household asked for an award, by a claim or by an objection."""
    return award.claimed or is_granted(award)


def was_struck() -> ColumnElement[bool]:
    """Whether a turn is what a ruling on an objection to its award did."""
    return or_(false(), *(strike() for strike in strikes))


def granted_by(person: Any) -> ColumnElement[bool]:
    """Whether this person ruled on the objection that the award was missing, and so granted it."""
    return or_(false(), *(ruled(person) for ruled in rulings))


def granted_among(award_ids: Sequence[UUID], person: UUID) -> set[UUID]:
    """Which of these awards this person granted by a ruling: others review them."""
    chosen = select(Award.id).where(Award.id.in_(award_ids), granted_by(person))
    return set(db.session.scalars(chosen))


def sent_up() -> ColumnElement[bool]:
    """Whether too few of the village may still decide on a proposed award.

    Who entered it, granted it, lives in its household or decided on it already may not; who holds
    the role by two accounts is one person.
    """
    who, review, given = deciders(Role.REVIEWER), aliased(AwardReview), aliased(AwardReview)
    decided = exists().where(review.award_id == Award.id, review.reviewer == who.c.person)
    left = (
        select(func.count())
        .select_from(who)
        .where(
            who.c.village == Award.village,
            who.c.person != Award.proposed_by,
            or_(who.c.household_id.is_(None), who.c.household_id != Award.household_id),
            ~decided.correlate(Award, who),
            ~granted_by(who.c.person),
        )
        .correlate(Award)
        .scalar_subquery()
    )
    approvals = (
        select(func.count())
        .select_from(given)
        .where(given.award_id == Award.id, given.decision == Decision.APPROVE)
        .correlate(Award)
        .scalar_subquery()
    )
    return left + approvals < Award.reviews_needed


def sent_up_of(award_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these awards the township may decide on."""
    return set(db.session.scalars(select(Award.id).where(Award.id.in_(award_ids), sent_up())))


def sent_up_under(divisions: Iterable[str]) -> Select[Award]:
    """What villages under these divisions are too small to decide, to be shown oldest first."""
    below = [Award.village.startswith(each, autoescape=True) for each in divisions]
    return waiting().where(or_(false(), *below), sent_up())


def decidable_by(actor: Actor) -> ColumnElement[bool]:
    """Whether an actor may decide on what waits: not what they entered, granted, decided on
    already, or what is of their household; and of a village in which they hold no role, only what
    was sent up.
    """
    conditions = [
        Award.proposed_by != actor.person,
        ~reviewed_by(actor.person),
        ~granted_by(actor.person),
        open_to(actor),
    ]
    if actor.household_id is not None:
        conditions.append(Award.household_id != actor.household_id)
    return and_(*conditions)


def open_to(actor: Actor) -> ColumnElement[bool]:
    """Whether an award is the actor's village's to decide or was sent up; else names are masked."""
    if actor.is_system:
        return true()
    own = [held.division for held in actor.roles if held.role is Role.REVIEWER]
    return or_(Award.village.in_(own), sent_up())


def divisions_above(actor: Actor) -> list[str]:
    """The townships or counties for whose villages the actor decides what is sent up."""
    held = {each.division for each in actor.roles}
    return sorted(each for each in held if may(actor, "award.review_above", each))


def reviewable_by(village: str, actor: Actor) -> Select[Award]:
    """What waits in a village for this reviewer."""
    return to_review(village).where(decidable_by(actor))


def reviewable_above(divisions: Iterable[str], actor: Actor) -> Select[Award]:
    """What was sent up and this actor can decide."""
    return sent_up_under(divisions).where(decidable_by(actor))


def narrow_queue(
    chosen: Select[Award], query: dict[str, Any], actor: Actor, now: datetime
) -> Select[Award]:
    """A queue by what depends on its reader and on the time.

    `q` is a part of the name, pinyin or door of who earned it, and finds nobody whose name the
    reader sees masked; `mine` says whether they may decide, `overdue` whether it waits too long.
    """
    if query.get("q") and plain(query["q"]):
        found = or_(earned_by(query["q"]), of_door(query["q"]))
        chosen = chosen.where(open_to(actor), found)
    if query.get("mine") is not None:
        decidable = decidable_by(actor)
        chosen = chosen.where(decidable if query["mine"] else ~decidable)
    if query.get("overdue") is not None:
        since = beginning(village_day(now) - timedelta(days=REVIEW_DAYS))
        late = Award.proposed_at < since
        chosen = chosen.where(late if query["overdue"] else ~late)
    return chosen


def of_door(q: str) -> ColumnElement[bool]:
    """Whether the door of the household that earned it contains the text, blanks aside."""
    door = func.replace(func.lower(Household.door), " ", "").contains(plain(q), autoescape=True)
    return Award.household_id.in_(select(Household.id).where(door))


def rules_waiting(chosen: Select[Award]) -> list[tuple[str, str, str | None]]:
    """The rules of what waits in a queue, each once: code, Chinese and English name."""
    ids = select(chosen.with_only_columns(Award.rule_item_id).subquery().c.rule_item_id)
    names = (RuleItem.code, func.max(RuleItem.name_zh), func.max(RuleItem.name_en))
    rules = select(*names).where(RuleItem.id.in_(ids))
    found = db.session.execute(rules.group_by(RuleItem.code).order_by(RuleItem.code))
    return [(code, name_zh, name_en) for code, name_zh, name_en in found]
