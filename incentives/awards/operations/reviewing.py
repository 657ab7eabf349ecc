"""Acts of review: approve or reject, one or many, by others than who entered them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, insert, select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor, Role
from incentives.access.duties import (
    decides_here,
    refuse_from_above,
    refuse_own_entry,
    refuse_own_household,
    refuse_same_person,
)
from incentives.access.permissions import require
from incentives.awards import cover
from incentives.awards.models import Award, AwardReview, Decision
from incentives.awards.operations import records
from incentives.awards.operations.evidence import refuse_missing_evidence
from incentives.awards.operations.posting import post_awards
from incentives.awards.queries import Closed, granted_among, sent_up_of
from incentives.awards.states import Action
from incentives.awards.words import CLOSED
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import FieldError, Invalid, NotFound, SamePerson
from incentives.extensions import db
from incentives.texts import is_blank

REVIEWS_AT_MOST = 500


def review_award(
    *,
    village: str,
    award_id: UUID,
    decision: Decision,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> Award:
    """Approve or reject one award; refuses as `review_awards` does."""
    return review_awards(
        village=village,
        award_ids=[award_id],
        decision=decision,
        reason=reason,
        actor=actor,
        now=now,
    )[0]


def review_awards(
    *,
    village: str,
    award_ids: Sequence[UUID],
    decision: Decision,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> list[Award]:
    """Approve or reject these awards, all or none; the last approval posts where no notice is due.

    Refuses what the reviewer entered, granted by a ruling or decided on before, their own
    household's, a rejection without a reason, an approval while a photo or document is missing or
    the village can't stand by more points, and to the township what the village can decide itself.
    """
    require(actor, "award.review", village)
    if decision is Decision.REJECT and is_blank(reason):
        detail = _("Say why: the household reads it")
        raise Invalid(errors=[FieldError("/reason", detail)])
    if not 1 <= len(award_ids) <= REVIEWS_AT_MOST:
        detail = _("From 1 to %(most)s awards", most=REVIEWS_AT_MOST)
        raise Invalid(errors=[FieldError("/ids", detail)])
    ledger.hold([village])
    awards = records.read_again(village, award_ids)
    refuse_own_entry(actor, *(award.proposed_by for award in awards))
    refuse_own_household(actor, [award.household_id for award in awards])
    action = Action.APPROVE if decision is Decision.APPROVE else Action.REJECT
    records.refuse_wrong_state(awards, action)
    refuse_same_person(actor, *earlier_reviewers(awards))
    refuse_granted(awards, actor)
    refuse_what_the_village_decides(awards, actor)
    if decision is Decision.APPROVE:
        refuse_missing_evidence(awards, "/decision")
        cover.refuse_uncovered(village, 0, village_day(now))
    keep_reviews(awards, decision, reason, actor=actor, now=now)
    if decision is Decision.REJECT:
        records.change(awards, Action.REJECT, closed_at=now)
        records.record(awards, audit.Tag.AWARD_REJECTED, actor=actor, now=now)
        return awards
    records.record(awards, audit.Tag.AWARD_APPROVED, actor=actor, now=now)
    conclude(awards, actor=actor, now=now)
    return awards


def review_sent_up(
    *,
    under: Sequence[str],
    award_ids: Sequence[UUID],
    decision: Decision,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> list[Award]:
    """Decide on awards that villages under these divisions sent up, all or none.

    Refuses as `review_awards` does, and what isn't there.
    """
    for division in under:
        require(actor, "award.review_above", division)
    by_village: dict[str, list[UUID]] = {}
    for village, award_id in db.session.execute(
        select(Award.village, Award.id).where(Award.id.in_(award_ids)).order_by(Award.village)
    ):
        if village.startswith(tuple(under)):
            by_village.setdefault(village, []).append(award_id)
    found = {award_id for ids in by_village.values() for award_id in ids}
    if not found or found != set(award_ids):
        raise NotFound()
    ledger.hold(list(by_village))
    return [
        award
        for village, ids in by_village.items()
        for award in review_awards(
            village=village, award_ids=ids, decision=decision, reason=reason, actor=actor, now=now
        )
    ]


def refuse_what_the_village_decides(awards: Sequence[Award], actor: Actor) -> None:
    """Refuse the township what enough people of the village may decide (duty 4)."""
    village = awards[0].village
    if decides_here(actor, Role.REVIEWER, village):
        return
    up = sent_up_of([award.id for award in awards])
    too_small = all(award.id in up for award in awards)
    refuse_from_above(actor, Role.REVIEWER, village, too_small=too_small)


def earlier_reviewers(awards: Sequence[Award]) -> list[UUID]:
    """Everybody who decided on any of these awards."""
    return list(
        db.session.scalars(
            select(AwardReview.reviewer).where(
                AwardReview.award_id.in_([award.id for award in awards])
            )
        )
    )


def refuse_granted(awards: Sequence[Award], actor: Actor) -> None:
    """Refuse who ruled on the objection from which an award came: it has two people at least."""
    if granted_among([award.id for award in awards], actor.person):
        raise SamePerson(CLOSED[Closed.RULED])


def keep_reviews(
    awards: Sequence[Award],
    decision: Decision,
    reason: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what the reviewer decided on each."""
    db.session.execute(
        insert(AwardReview),
        [
            {
                "id": new_id(),
                "award_id": award.id,
                "reviewer": actor.person,
                "decision": decision,
                "reason": reason,
                "reviewed_at": now,
            }
            for award in awards
        ],
    )


def conclude(awards: Sequence[Award], *, actor: Actor, now: datetime) -> None:
    """Lead on those with all approvals they need; post those that no notice is due for."""
    approvals: dict[UUID, int] = dict(
        db.session.execute(
            select(AwardReview.award_id, func.count())
            .where(
                AwardReview.award_id.in_([award.id for award in awards]),
                AwardReview.decision == Decision.APPROVE,
            )
            .group_by(AwardReview.award_id)
        ).all()
    )
    done = [award for award in awards if approvals[award.id] >= award.reviews_needed]
    if not done:
        return
    records.change(done, Action.APPROVE)
    post_awards([award for award in done if award.publicity_days == 0], actor=actor, now=now)
