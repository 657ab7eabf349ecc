"""Points that another room's record proposes by itself (a patrol closed, a report found true).

Nobody types them again, and nothing stops for them: what an award is refused for is kept as the
reason why there is none.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.awards.models import Award
from incentives.awards.operations import records
from incentives.awards.operations.entries import Act, enter
from incentives.awards.states import TRANSITIONS, Action
from incentives.errors import Refusal
from incentives.extensions import db
from incentives.register.models import Household, Resident


class Unawarded(StrEnum):
    """Why no points were proposed for somebody: nobody saw them on the walk, or the refusals' own
    names."""

    NOT_SIGNED_IN = "not_signed_in"
    CAP_EXCEEDED = "cap_exceeded"
    NO_RULE_IN_FORCE = "no_rule_in_force"
    NOT_COVERED = "not_covered"
    INVALID = "invalid"


UNAWARDED = {
    Unawarded.NOT_SIGNED_IN: _("no points yet: not signed in at any place"),
    Unawarded.CAP_EXCEEDED: _("no points: the cap of the rules is reached"),
    Unawarded.NO_RULE_IN_FORCE: _("no points: no rulebook was in force that day"),
    Unawarded.NOT_COVERED: _("no points: the village can't stand by more points now"),
    Unawarded.INVALID: _("no points: the rules of that day don't allow it"),
}


def propose_unasked(
    act: Act,
    household: Household,
    resident: Resident,
    *,
    proposer: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> tuple[UUID | None, Unawarded | None]:
    """Propose one award: its id, or why it is refused. The caller holds the village's lock.

    `proposer` is who stands for it, and so doesn't review it, where the actor doesn't.
    """
    savepoint = db.session.begin_nested()
    try:
        award = enter(
            household.village, act, 1, household, resident, proposer=proposer, actor=actor, now=now
        )
    except Refusal as refusal:
        savepoint.rollback()
        names = {each.value for each in Unawarded}
        return None, Unawarded(refusal.name if refusal.name in names else Unawarded.INVALID)
    savepoint.commit()
    return award.id, None


def withdraw_unasked(
    village: str, award_id: UUID, *, why: str, actor: Actor, now: datetime
) -> Award:
    """Withdraw what another room's record proposed and no longer stands for, if nobody has decided
    on it; else it stays as it is, reviewers' to take back. `why` is a code that the trail keeps.
    The caller holds the village's lock.
    """
    award = records.read_again(village, [award_id])[0]
    if award.status in TRANSITIONS[Action.WITHDRAW][0]:
        records.change([award], Action.WITHDRAW, closed_at=now)
        tag, details = audit.Tag.AWARD_WITHDRAWN, {"state": why}
        records.record([award], tag, actor=actor, now=now, details=details)
    return award
