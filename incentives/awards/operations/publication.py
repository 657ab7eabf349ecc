"""What notices ask of awards: which await publication, and what becomes of them there.

The caller holds the village's lock and has checked who acts; these functions hold the states.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.awards.models import Award, AwardStatus, Turn
from incentives.awards.operations import records
from incentives.awards.operations.posting import post_awards
from incentives.awards.operations.turning import turn
from incentives.awards.queries import is_ready
from incentives.awards.states import Action
from incentives.errors import WrongState


def publish_awards(village: str, award_ids: Sequence[UUID], *, notice: int) -> list[Award]:
    """Put awards that await publication into a notice of that number; refuses any that doesn't."""
    awards = records.read_again(village, award_ids)
    records.change(awards, Action.PUBLISH, if_still=is_ready(), notice=notice)
    return awards


def conclude_publication(
    village: str, award_ids: Sequence[UUID], *, actor: Actor, now: datetime
) -> list[Award]:
    """Post those of a closed notice's awards that nobody objects to; the others stay."""
    awards = records.read_again(village, award_ids)
    ready = [award for award in awards if award.status is AwardStatus.PUBLISHED]
    return post_awards(ready, actor=actor, now=now)


def object_to_award(village: str, award_id: UUID) -> Award:
    """Hold a published award back until the objection is ruled on; a posted one stays posted."""
    award = records.read_again(village, [award_id])[0]
    if award.status is AwardStatus.PUBLISHED:
        records.change([award], Action.OBJECT)
    elif award.status not in (AwardStatus.OBJECTED, AwardStatus.POSTED):
        raise WrongState()
    return award


def dismiss_objection(
    village: str, award_id: UUID, *, notice_closed: bool, actor: Actor, now: datetime
) -> Award:
    """Let an award go on after an objection wasn't upheld; it posts if its notice has closed."""
    award = records.read_again(village, [award_id])[0]
    if award.status is AwardStatus.OBJECTED:
        records.change([award], Action.OVERRULE)
        if notice_closed:
            post_awards([award], actor=actor, now=now)
    return award


def uphold_objection(
    village: str, award_id: UUID, *, reason: str, actor: Actor, now: datetime
) -> Award:
    """Reject an award, or take it back if it was posted, as an objection to it was upheld."""
    award = records.read_again(village, [award_id])[0]
    if award.status is AwardStatus.OBJECTED:
        records.change([award], Action.UPHOLD, closed_at=now)
        details = {"objection": "upheld"}
        records.record([award], audit.Tag.AWARD_REJECTED, actor=actor, now=now, details=details)
    elif award.status is AwardStatus.POSTED:
        turn(award, Turn.REVERSAL, reason, actor=actor, now=now)
    return award
