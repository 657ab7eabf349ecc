"""Acts on what was posted: take it back, or give it again, each a new event with a reason."""

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor, Role
from incentives.access.duties import (
    refuse_from_above,
    refuse_own_entry,
    refuse_own_household,
    refuse_same_person,
)
from incentives.access.permissions import require
from incentives.awards import cover
from incentives.awards.models import Award, AwardTurn, Turn
from incentives.awards.operations import caps, records
from incentives.awards.queries import approvers_of_struck, given_anew, turned_by_village
from incentives.awards.states import Action
from incentives.clock import village_day
from incentives.errors import Duplicate, FieldError, Invalid
from incentives.extensions import db
from incentives.texts import is_blank


def reverse_award(
    *, village: str, award_id: UUID, reason: str, actor: Actor, now: datetime
) -> Award:
    """Take a posted award back; what was spent of it waits as debt.

    Refuses a reviewer of that household, the township where the village can, and no reason.
    """
    require(actor, "award.reverse", village)
    ledger.hold([village])
    award = records.read_again(village, [award_id])[0]
    refuse_own_household(actor, [award.household_id])
    refuse_what_the_village_turns(award, actor)
    turn(award, Turn.REVERSAL, reason, actor=actor, now=now)
    return award


def reinstate_award(
    *, village: str, award_id: UUID, reason: str, actor: Actor, now: datetime
) -> Award:
    """Give an award again that was taken back, by reversing the reversal; caps count again.

    Refuses the reviewer's own household, what they entered, and what they approved before an
    objection struck it; the township where the village can; no reason, more than the cap leaves or
    the village covers, and what a ruling gave anew meanwhile.
    """
    require(actor, "award.reinstate", village)
    ledger.hold([village])
    award = records.read_again(village, [award_id])[0]
    refuse_own_household(actor, [award.household_id])
    refuse_own_entry(actor, award.proposed_by)
    approvers = approvers_of_struck(award)
    refuse_same_person(actor, *approvers)
    refuse_what_the_village_turns(award, actor, award.proposed_by, *approvers)
    records.refuse_wrong_state([award], Action.REINSTATE)
    item = records.item_of(award)
    refuse_given_anew(award)
    caps.refuse_over_cap(item, award, pointer="", without=award.id)
    cover.refuse_uncovered(village, award.points, village_day(now))
    turn(award, Turn.REINSTATEMENT, reason, actor=actor, now=now)
    return award


def refuse_given_anew(award: Award) -> None:
    """Refuse what a ruling gave again since it was taken back, and a claim beside another."""
    found = given_anew(award)
    if found is not None:
        detail = _("These points stand for that day already: they can't be granted a second time")
        raise Duplicate(detail, award_id=found)


def refuse_what_the_village_turns(award: Award, actor: Actor, *barred: UUID) -> None:
    """Refuse the township what a reviewer of the village may turn; `barred` people may not."""
    too_small = not turned_by_village(award, actor, *barred)
    refuse_from_above(actor, Role.REVIEWER, award.village, too_small=too_small)


TURNS = {
    Turn.REVERSAL: (Action.REVERSE, audit.Tag.AWARD_REVERSED),
    Turn.REINSTATEMENT: (Action.REINSTATE, audit.Tag.AWARD_REINSTATED),
}


def turn(award: Award, kind: Turn, reason: str, *, actor: Actor, now: datetime) -> None:
    """Reverse the last event of an award's chain, under `hold`, and keep why."""
    if is_blank(reason):
        raise Invalid(errors=[FieldError("/reason", _("Say why: the household reads it"))])
    action, tag = TURNS[kind]
    records.refuse_wrong_state([award], action)
    event = ledger.post_reversal(
        village=award.village,
        reverses=award.last_event_id,
        record=award.id,
        reason=reason,
        actor=None if actor.is_system else actor.person,
        now=now,
    )
    records.change([award], action, last_event_id=event.id)
    db.session.add(
        AwardTurn(
            award_id=award.id,
            turn=kind,
            reason=reason,
            turned_by=actor.person,
            turned_at=now,
            event_id=event.id,
        )
    )
    db.session.flush()
    records.record([award], tag, actor=actor, now=now)
