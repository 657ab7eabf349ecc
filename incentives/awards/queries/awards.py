"""What is read about awards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.awards.models import (
    Award,
    AwardEvidence,
    AwardReview,
    AwardStatus,
    AwardTurn,
    Decision,
    RuleItem,
)
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.files.models import File, FileKind
from incentives.register.models import Household, Resident
from incentives.register.queries.households import name_matches

RULE_TEXTS = (RuleItem.code, RuleItem.name_zh, RuleItem.name_en)


@dataclass
class AwardView:
    """An award with its rule, its people and all that was decided on it.

    `evidence` are the files that are still there, `photos` those of them that are pictures, and
    `evidence_erased` how many are gone after their days.
    """

    award: Award
    item: RuleItem
    household: Household
    resident: Resident | None
    head: Resident | None
    evidence: list[UUID] = field(default_factory=list)
    photos: set[UUID] = field(default_factory=set)
    evidence_erased: int = 0
    reviews: list[AwardReview] = field(default_factory=list)
    turns: list[AwardTurn] = field(default_factory=list)

    @property
    def holder(self) -> str:
        """Who earned it: the person, else the household by its head's name."""
        person = self.resident or self.head
        return person.name if person else ""

    @property
    def minor(self) -> bool:
        """Whether it was earned by somebody who stands in no public list by name."""
        return self.resident is not None and self.resident.minor

    @property
    def people(self) -> set[UUID]:
        """Everybody who had a hand in it, to be named."""
        hands = {self.award.proposed_by}
        hands |= {self.award.on_behalf_of} if self.award.on_behalf_of else set()
        hands |= {review.reviewer for review in self.reviews}
        return hands | {turn.turned_by for turn in self.turns}


def get_award(village: str, award_id: UUID) -> Award:
    """An award of that village; refuses what isn't there."""
    award = db.session.get(Award, award_id)
    if award is None or award.village != village:
        raise NotFound()
    return award


def awards(village: str, filters: dict[str, Any] | None = None) -> Select[Award]:
    """A village's awards, to be paged newest first by id.

    `filters`: `status`, `household`, `rule_item` (its code), `from` and `to` (days of the act,
    both included), `batch`, `notice`.
    """
    given = {name: value for name, value in (filters or {}).items() if value is not None}
    chosen = select(Award).where(Award.village == village)
    conditions: dict[str, Any] = {
        "status": lambda value: Award.status == value,
        "household": lambda value: Award.household_id == value,
        "rule_item": lambda value: Award.rule_code == value,
        "from": lambda value: Award.occurred_on >= value,
        "to": lambda value: Award.occurred_on <= value,
        "batch": lambda value: Award.batch_id == value,
        "notice": lambda value: Award.notice == value,
    }
    for name, value in given.items():
        if name in conditions:
            chosen = chosen.where(conditions[name](value))
    return chosen


def award_matches(q: str) -> ColumnElement[bool]:
    """Whether who earned an award, by name, pinyin or initials, or its rule contain the text."""
    rules = select(RuleItem.id).where(
        or_(*(column.icontains(q, autoescape=True) for column in RULE_TEXTS))
    )
    return or_(Award.rule_item_id.in_(rules), earned_by(q))


def earned_by(q: str) -> ColumnElement[bool]:
    """Whether the text finds who earned it, else the household's head, by name or pinyin."""
    people = select(Resident.id).where(name_matches(q))
    homes = select(Household.id).where(Household.head_id.in_(people))
    return or_(
        Award.resident_id.in_(people),
        and_(Award.resident_id.is_(None), Award.household_id.in_(homes)),
    )


def count_of(chosen: Select[Any]) -> int:
    """How many rows a select has."""
    return db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0


def is_ready() -> ColumnElement[bool]:
    """Whether an award has all the approvals it needs and awaits publication."""
    return and_(
        Award.publicity_days > 0,
        Award.notice.is_(None),
        or_(
            Award.status == AwardStatus.REVIEWED,
            and_(Award.status == AwardStatus.PROPOSED, Award.reviews_needed == 0),
        ),
    )


def awaiting_publication(village: str) -> Select[Award]:
    """What the next notice collects, oldest first."""
    return select(Award).where(Award.village == village, is_ready()).order_by(Award.id)


def award_views(found: Sequence[Award]) -> list[AwardView]:
    """These awards with rule, people and decisions, in a fixed number of statements."""
    items = by_id(RuleItem, {award.rule_item_id for award in found})
    households = by_id(Household, {award.household_id for award in found})
    wanted = {award.resident_id for award in found} | {
        household.head_id for household in households.values()
    }
    residents = by_id(Resident, {each for each in wanted if each is not None})
    views = {
        award.id: AwardView(
            award=award,
            item=items[award.rule_item_id],
            household=households[award.household_id],
            resident=residents.get(award.resident_id) if award.resident_id else None,
            head=residents.get(head) if (head := households[award.household_id].head_id) else None,
        )
        for award in found
    }
    fill_views(views)
    return list(views.values())


def new_award_view(award: Award) -> AwardView:
    """An award that this transaction has entered, about which nothing is decided: one statement."""
    head = aliased(Resident)
    item, household, resident, of_household = db.session.execute(
        select(RuleItem, Household, Resident, head)
        .select_from(RuleItem)
        .join(Household, Household.id == award.household_id)
        .outerjoin(Resident, Resident.id == award.resident_id)
        .outerjoin(head, head.id == Household.head_id)
        .where(RuleItem.id == award.rule_item_id)
    ).one()
    return AwardView(award, item, household, resident, of_household)


def by_id(kind: Any, ids: set[UUID]) -> dict[UUID, Any]:
    """Rows of a table by id, one statement."""
    return {row.id: row for row in db.session.scalars(select(kind).where(kind.id.in_(ids)))}


def fill_views(views: dict[UUID, AwardView]) -> None:
    """Add evidence, reviews and turns, three statements."""
    ids = list(views)
    for award_id, file_id, kind, erased_at in db.session.execute(
        select(AwardEvidence.award_id, File.id, File.kind, File.erased_at)
        .join(File, File.id == AwardEvidence.file_id)
        .where(AwardEvidence.award_id.in_(ids))
        .order_by(File.id)
    ):
        view = views[award_id]
        if erased_at is not None:
            view.evidence_erased += 1
            continue
        view.evidence.append(file_id)
        if kind is not FileKind.PDF:
            view.photos.add(file_id)
    for review in db.session.scalars(
        select(AwardReview).where(AwardReview.award_id.in_(ids)).order_by(AwardReview.id)
    ):
        views[review.award_id].reviews.append(review)
    for turn in db.session.scalars(
        select(AwardTurn).where(AwardTurn.award_id.in_(ids)).order_by(AwardTurn.id)
    ):
        views[turn.award_id].turns.append(turn)


def award_view(village: str, award_id: UUID) -> AwardView:
    """One award with all that was decided on it; refuses what isn't there."""
    return award_views([get_award(village, award_id)])[0]


def reviewers_of(award_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Who approved each of these awards, in their order."""
    found: dict[UUID, list[UUID]] = {award_id: [] for award_id in award_ids}
    for award_id, reviewer in db.session.execute(
        select(AwardReview.award_id, AwardReview.reviewer)
        .where(AwardReview.award_id.in_(award_ids), AwardReview.decision == Decision.APPROVE)
        .order_by(AwardReview.id)
    ):
        found[award_id].append(reviewer)
    return found


def same_people(village: str, proposed_by: UUID) -> list[tuple[RuleItem, date, list[UUID]]]:
    """The last batches that this person registered: rule item, day, and whom; newest first."""
    recent = db.session.execute(
        select(Award.batch_id, Award.rule_item_id, Award.occurred_on, Award.resident_id)
        .where(
            Award.village == village,
            Award.proposed_by == proposed_by,
            Award.batch_id.is_not(None),
            Award.resident_id.is_not(None),
        )
        .order_by(Award.id.desc())
        .limit(300)
    ).all()
    batches: dict[UUID, list[UUID]] = {}
    about: dict[UUID, tuple[UUID, date]] = {}
    for batch_id, rule_item_id, occurred_on, resident_id in recent:
        if batch_id is None or resident_id is None:
            continue
        batches.setdefault(batch_id, []).append(resident_id)
        about[batch_id] = (rule_item_id, occurred_on)
    last = list(batches)[:3]
    items = by_id(RuleItem, {about[batch_id][0] for batch_id in last})
    return [(items[about[batch_id][0]], about[batch_id][1], batches[batch_id]) for batch_id in last]


def may_read_evidence(file: File, actor: Actor) -> bool:
    """Whether a file shows an act that one reviews, or of one's own household."""
    shown = (
        select(AwardEvidence.file_id)
        .join(Award, Award.id == AwardEvidence.award_id)
        .where(AwardEvidence.file_id == file.id)
    )
    if not may(actor, "award.review", file.village):
        shown = shown.where(Award.household_id == actor.household_id)
    return db.session.scalar(shown.limit(1)) is not None
