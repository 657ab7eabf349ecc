"""What a household's statement says of an award: who proposed it, who decided, which notice."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.access.queries import person_names
from incentives.awards.models import Award, AwardReview, Decision, RuleItem
from incentives.awards.queries import award_views
from incentives.awards.words import item_name
from incentives.extensions import db
from incentives.web.dates import day_word

# Set by notices: the numbers that people quote of notices, by village and running number.
Labels = dict[tuple[str, int], str]
notice_labels: list[Callable[[set[tuple[str, int]]], Labels]] = []


def tell_awards(award_ids: Sequence[UUID]) -> dict[UUID, str]:
    """A sentence by award, in four statements however many they are."""
    awards = list(db.session.scalars(select(Award).where(Award.id.in_(award_ids))))
    reviewers: dict[UUID, list[UUID]] = {}
    for award_id, reviewer in db.session.execute(
        select(AwardReview.award_id, AwardReview.reviewer)
        .where(AwardReview.award_id.in_(award_ids), AwardReview.decision == Decision.APPROVE)
        .order_by(AwardReview.reviewed_at)
    ):
        reviewers.setdefault(award_id, []).append(reviewer)
    people = {award.proposed_by for award in awards} | {
        each for found in reviewers.values() for each in found
    }
    names = person_names(people)
    labels = labels_of(awards)
    return {
        award.id: tell_award(award, reviewers.get(award.id, []), names, labels) for award in awards
    }


def labels_of(awards: Sequence[Award]) -> Labels:
    """The numbers that people quote of the notices that these awards stood in."""
    wanted = {(each.village, each.notice) for each in awards if each.notice is not None}
    return notice_labels[-1](wanted) if wanted else {}


def tell_award(
    award: Award, reviewers: Sequence[UUID], names: dict[UUID, str], labels: Labels
) -> str:
    """One award's sentence."""
    parts = []
    if award.proposed_by in names:
        parts.append(_("entered by %(name)s", name=names[award.proposed_by]))
    known = [names[each] for each in reviewers if each in names]
    if known:
        parts.append(_("approved by %(names)s", names=_(", ").join(known)))
    if award.notice is not None:
        parts.append(_("notice %(number)s", number=labels[award.village, award.notice]))
    return " · ".join(parts)


def name_in_english(award_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What was done, by award, by the rules' English names; those without one left out."""
    rows = db.session.execute(
        select(Award.id, RuleItem.name_en)
        .join(RuleItem, RuleItem.id == Award.rule_item_id)
        .where(Award.id.in_(award_ids))
    )
    return {award_id: name for award_id, name in rows if name}


def tell_turned(award_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Which award was taken back or given again, by award; the line itself says why and who."""
    views = award_views(list(db.session.scalars(select(Award).where(Award.id.in_(award_ids)))))
    return {
        view.award.id: _(
            "%(rule)s of %(day)s",
            rule=item_name(view.item),
            day=day_word(view.award.occurred_on),
        )
        for view in views
    }
