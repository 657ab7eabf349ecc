"""Acts of those who entered an award, or whose it is: mend, withdraw."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.awards import cover
from incentives.awards.models import Award, AwardReview, RuleItem
from incentives.awards.operations import caps, records
from incentives.awards.operations.claiming import refuse_claimed_already, refuse_unclaimable
from incentives.awards.operations.entries import Act, refuse_nobody, reviews_needed, rule_for
from incentives.awards.operations.evidence import keep_evidence, refuse_missing_evidence
from incentives.awards.queries import is_asked_for, is_granted
from incentives.awards.states import Action
from incentives.clock import village_day
from incentives.errors import NotPermitted, WrongState
from incentives.extensions import db
from incentives.register.models import Resident

AS_GRANTED = _(
    "A ruling granted these points: only the note, photos and papers can be changed, and only the "
    "household can withdraw them"
)


def edit_award(
    *, village: str, award_id: UUID, changes: Mapping[str, Any], actor: Actor, now: datetime
) -> Award:
    """Mend an award until somebody has reviewed it; only who entered it may.

    `changes` holds any of rule_item, occurred_on, quantity, note, evidence. All is checked anew,
    under the policy of the day it was proposed. What a ruling granted stays the act that it is,
    which need not be claimable nor in time: only its note and evidence are mended.
    """
    ledger.hold([village])
    award = records.read_again(village, [award_id])[0]
    require_entry(award, actor, "award.propose")
    records.refuse_wrong_state([award], Action.EDIT)
    if was_reviewed(award):
        raise WrongState(_("Somebody has reviewed this already: withdraw it and register it anew"))
    act = Act(
        rule_item=changes.get("rule_item", award.rule_code),
        occurred_on=changes.get("occurred_on", award.occurred_on),
        note=changes.get("note", award.note),
    )
    granted = is_granted(award)
    if granted:
        refuse_another_act(award, act, changes)
    item, _policy = rule_for(village, act, village_day(award.proposed_at), in_time=granted)
    if award.claimed and not granted:
        refuse_unclaimable(item)
    resident = db.session.get(Resident, award.resident_id) if award.resident_id else None
    refuse_nobody(item, resident)
    with db.session.no_autoflush:
        before = award.points
        another = (item.code, act.occurred_on) != (award.rule_code, award.occurred_on)
        apply_changes(award, item, act, changes.get("quantity", award.quantity))
        if award.claimed and another:
            refuse_claimed_already(item, award)
        caps.refuse_over_cap(item, award, without=award.id)
        if award.points > before:
            cover.refuse_uncovered(village, award.points - before, village_day(now))
    if "evidence" in changes:
        keep_evidence(award, changes["evidence"], actor)
    if award.reviews_needed == 0:
        refuse_missing_evidence([award], "/evidence")
    records.record([award], audit.Tag.AWARD_EDITED, actor=actor, now=now)
    db.session.flush()
    return award


def apply_changes(award: Award, item: RuleItem, act: Act, quantity: int) -> None:
    """Write what was mended; how many must review it follows from its points."""
    award.rule_item_id, award.rule_code = item.id, item.code
    award.occurred_on, award.note = act.occurred_on, act.note
    award.quantity, award.points = quantity, item.points * quantity
    award.reviews_needed = reviews_needed(award.reviewers, award.review_above, award.points)


def refuse_another_act(award: Award, act: Act, changes: Mapping[str, Any]) -> None:
    """Refuse to make another act, or more, of what a ruling granted."""
    asked = (act.rule_item, act.occurred_on, changes.get("quantity", award.quantity))
    if asked != (award.rule_code, award.occurred_on, award.quantity):
        raise NotPermitted(AS_GRANTED)


def was_reviewed(award: Award) -> bool:
    """Whether anybody decided on it already."""
    found = select(AwardReview.id).where(AwardReview.award_id == award.id).limit(1)
    return db.session.scalar(found) is not None


def require_entry(award: Award, actor: Actor, permission: str) -> None:
    """Refuse all but who entered an award, and for a claim its household.

    Who may not know of it is refused as if it weren't there.
    """
    own = award.household_id == actor.household_id and is_asked_for(award)
    require(actor, "claim.make" if own else permission, award.village, own=own)
    if not own and award.proposed_by != actor.person and not actor.is_system:
        raise NotPermitted(_("Only who registered this may change it"))


def withdraw_award(*, village: str, award_id: UUID, actor: Actor, now: datetime) -> Award:
    """Take back what one entered, before it is decided; its points free the cap.

    What a ruling granted only its household takes back, whoever wrote the objection down.
    """
    ledger.hold([village])
    award = records.read_again(village, [award_id])[0]
    require_entry(award, actor, "award.withdraw")
    if award.household_id != actor.household_id and is_granted(award):
        raise NotPermitted(AS_GRANTED)
    records.change([award], Action.WITHDRAW, closed_at=now)
    records.record([award], audit.Tag.AWARD_WITHDRAWN, actor=actor, now=now)
    return award
