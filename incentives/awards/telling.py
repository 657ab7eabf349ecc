"""What a household's statement says of an award: who proposed it, who decided, which notice."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.access.queries import person_names
from incentives.awards.models import Award, AwardReview, Decision
from incentives.extensions import db


def tell_awards(award_ids: Sequence[UUID]) -> dict[UUID, str]:
    """A sentence by award, in three statements however many they are."""
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
    return {award.id: tell_award(award, reviewers.get(award.id, []), names) for award in awards}


def tell_award(award: Award, reviewers: Sequence[UUID], names: dict[UUID, str]) -> str:
    """One award's sentence."""
    parts = []
    if award.proposed_by in names:
        parts.append(_("entered by %(name)s", name=names[award.proposed_by]))
    known = [names[each] for each in reviewers if each in names]
    if known:
        parts.append(_("approved by %(names)s", names=_(", ").join(known)))
    if award.notice is not None:
        parts.append(_("notice %(number)s", number=award.notice))
    return " · ".join(parts)
