"""What notices ask for where an objection is right that an award is missing."""

from datetime import datetime
from uuid import UUID

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.awards.models import Award
from incentives.awards.operations import caps, records
from incentives.awards.operations.claiming import refuse_claimed_already
from incentives.awards.operations.entries import Act, award_of, holder_in, refuse_nobody, rule_for
from incentives.extensions import db


def claim_as_objected(
    *,
    village: str,
    resident_id: UUID,
    act: Act,
    claimant: UUID,
    on_behalf_of: UUID | None,
    actor: Actor,
    now: datetime,
) -> Award:
    """Enter the act as a claim of whoever objected; it goes to review as every claim does.

    It is entered as if on its own day: the policy of that day holds, and it is never too late.
    The caller holds the village's lock and has checked who acts. Refuses what stands already for
    that day, more than the cap leaves, and who has moved away.
    """
    item, policy = rule_for(village, act, act.occurred_on)
    household, resident = holder_in(village, resident_id, None)
    refuse_nobody(item, resident)
    award = award_of(item, policy, household, resident, act, 1, actor=actor, now=now)
    award.claimed, award.proposed_by, award.on_behalf_of = True, claimant, on_behalf_of
    refuse_claimed_already(item, award)
    caps.refuse_over_cap(item, award)
    db.session.add(award)
    db.session.flush()
    details = {"objection": "upheld"}
    records.record([award], audit.Tag.AWARD_PROPOSED, actor=actor, now=now, details=details)
    return award
