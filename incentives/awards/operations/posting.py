"""Posting: awards become events of the ledger, all of a transaction in one post."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.awards.models import Award, AwardStatus, RuleItem
from incentives.awards.operations import records
from incentives.awards.queries import reviewers_of
from incentives.awards.states import TRANSITIONS, Action
from incentives.errors import WrongState
from incentives.extensions import db, rows_by_id
from incentives.register.models import Household


def post_awards(awards: Sequence[Award], *, actor: Actor, now: datetime) -> list[Award]:
    """Give the points of these awards of one village: one event each, in one post, under `hold`.

    The event's actor is who entered the award, its approver who approved it last; whose act posts
    it (a reviewer's, a closer's, a ruler's, the clock's) is in the audit trail. Refuses what isn't
    ready to be posted: what was promised a notice is posted out of one only.
    """
    if not awards:
        return []
    records.refuse_wrong_state(awards, Action.POST)
    if any(award.status is AwardStatus.REVIEWED and award.publicity_days for award in awards):
        raise WrongState()
    reviewers = reviewers_of([award.id for award in awards])
    items = rows_by_id(RuleItem, {award.rule_item_id for award in awards})
    households = rows_by_id(Household, {award.household_id for award in awards})
    events = ledger.post(
        [
            draft_of(
                award,
                items[award.rule_item_id],
                households[award.household_id],
                approver=reviewers[award.id][-1] if reviewers[award.id] else None,
            )
            for award in awards
        ],
        actor=None if actor.is_system else actor.person,
        now=now,
    )
    db.session.flush()
    db.session.execute(
        update(Award),
        [
            {
                "id": award.id,
                "status": TRANSITIONS[Action.POST][1],
                "event_id": event.id,
                "last_event_id": event.id,
                "posted_at": now,
            }
            for award, event in zip(awards, events, strict=True)
        ],
    )
    records.refresh(awards)
    records.record(awards, audit.Tag.AWARD_POSTED, actor=actor, now=now)
    return list(awards)


def draft_of(
    award: Award, item: RuleItem, household: Household, *, approver: UUID | None
) -> ledger.Draft:
    """The event of one award."""
    return ledger.Draft(
        village=award.village,
        kind=ledger.Kind.AWARD,
        occurred_on=award.occurred_on,
        legs=[ledger.give("issuance", household.account_code, award.points)],
        record=award.id,
        entered_by=award.proposed_by,
        approver=approver,
        detail={
            "rule_item": item.code,
            "name": item.name_zh,
            "quantity": award.quantity,
            "points": award.points,
        },
    )
