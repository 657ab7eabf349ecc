"""What notices ask for where an objection is right that an award is missing."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.awards.models import Award
from incentives.awards.operations import caps, records
from incentives.awards.operations.entries import Act, award_of, holder_in, refuse_nobody, rule_for
from incentives.awards.queries import answered_last, is_claimed
from incentives.clock import village_day
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.register.models import Resident
from incentives.register.policy import policy_on


def claim_as_objected(
    *,
    village: str,
    resident_id: UUID,
    act: Act,
    quantity: int,
    claimant: UUID,
    on_behalf_of: UUID | None,
    objected_on: date,
    actor: Actor,
    now: datetime,
) -> Award:
    """Enter the act as a claim of whoever objected; it goes to review as every claim does.

    The rule is that of the act's day and the policy that of today, as of every award, but it is in
    time by the day of the objection: however long the ruling took, the resident isn't harmed.
    The caller holds the village's lock and has checked who acts, and that it doesn't stand already.
    One person looks at it at least, whatever the policy: nobody has shown the act yet. An act is
    claimed once: beside another claim of that day it is entered as no claim.
    Refuses what was too long ago then, more than the cap leaves, and who has moved away.
    """
    item, policy = rule_for(village, act, village_day(now), in_time=True)
    policy = replace(policy, reviewers=max(1, policy.reviewers))
    household, resident = holder_in(village, resident_id, None)
    if resident is not None:
        refuse_too_late(resident, act.rule_item, act.occurred_on, objected_on=objected_on)
    refuse_nobody(item, resident)
    award = award_of(item, policy, household, resident, act, quantity, actor=actor, now=now)
    award.proposed_by, award.claimed = claimant, not is_claimed(award)
    award.on_behalf_of = on_behalf_of if award.claimed else None
    caps.refuse_over_cap(item, award)
    db.session.add(award)
    db.session.flush()
    details = {"objection": "upheld"}
    records.record([award], audit.Tag.AWARD_PROPOSED, actor=actor, now=now, details=details)
    return award


def refuse_too_late(
    resident: Resident, rule_code: str, occurred_on: date, *, objected_on: date
) -> None:
    """Refuse an act that couldn't be entered any more on the day of the objection.

    One that was refused or taken back was entered in time: the answer to it can be objected to for
    the policy's days.
    """
    policy = policy_on(resident.village, objected_on)
    last = occurred_on + timedelta(days=policy.late_entry_days)
    answered = answered_last(resident, rule_code, occurred_on)
    if answered is not None:
        last = max(last, village_day(answered) + timedelta(days=policy.objection_days))
    if objected_on > last:
        days = policy.late_entry_days
        raise WrongState(_("This is too long ago: at most %(days)s days", days=days))
