"""The points of a report that proved true: proposed by itself where its caller is known."""

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.duties import refuse_own_household
from incentives.access.permissions import require
from incentives.awards.models import Evidence, RuleItem
from incentives.awards.operations.entries import Act, enter, holder_in
from incentives.awards.queries import items_of, rulebook_in_force
from incentives.awards.unasked import Unawarded, propose_unasked, withdraw_unasked
from incentives.calls.models import Call
from incentives.calls.queries import find_call
from incentives.clock import village_day
from incentives.database import rows_changed
from incentives.errors import Invalid, WrongState
from incentives.extensions import db
from incentives.register.models import Resident


def award_rule(village: str, call: Call) -> RuleItem | None:
    """The rule under which a verified report earns points on its day; None where there is none."""
    rulebook = rulebook_in_force(village, village_day(call.reported_at))
    if rulebook is None:
        return None
    items = items_of([rulebook.id])[rulebook.id]
    return next((each for each in items if each.evidence is Evidence.CALL), None)


def propose_by_itself(call: Call, *, actor: Actor, now: datetime) -> None:
    """Propose the points of who reported by card, now that the office found it true; else keep why
    there are none.

    It is reviewed as every award is. A report that earned already, one of nobody known, and one
    that its own household found true propose nothing. The caller holds the village's lock.
    """
    if call.resident_id is None or call.award_id is not None:
        return
    rule = award_rule(call.village, call)
    if rule is None:
        call.unawarded = Unawarded.NO_RULE_IN_FORCE
        return
    try:
        household, resident = holder_in(call.village, call.resident_id, None)
    except Invalid:  # They have moved away.
        call.unawarded = Unawarded.INVALID
        return
    if resident is None or actor.household_id == household.id:
        return
    act = Act(rule.code, village_day(call.reported_at))
    call.award_id, call.unawarded = propose_unasked(act, household, resident, actor=actor, now=now)


def withdraw_untrue(call: Call, *, actor: Actor, now: datetime) -> None:
    """Withdraw the points of a report that its office found untrue once it was sent back.

    What reviewers decided on already is theirs to take back: their page names it. The caller holds
    the village's lock.
    """
    if call.award_id is not None:
        withdraw_unasked(call.village, call.award_id, why="unfounded", actor=actor, now=now)


def household_of_caller(call: Call) -> UUID | None:
    """The household of who reported by card, None where a cadre was told it."""
    return db.session.scalar(select(Resident.household_id).where(Resident.id == call.resident_id))


def propose_call_award(
    *,
    village: str,
    call_id: UUID,
    actor: Actor,
    now: datetime,
    resident_id: UUID | None = None,
    household_id: UUID | None = None,
) -> Call:
    """Propose the points of a report that proved true, for who is named or reported it by card:
    where a cadre was told it, or it wasn't proposed by itself.

    Refuses before its office found it true, a second time, for the actor's own household and of
    what it reported itself, where the rules of its day have no points for reports, and whatever
    an award is refused for.
    """
    require(actor, "award.propose", village)
    call = find_call(village, call_id)
    if not call.verified or call.award_id is not None:
        raise WrongState()
    rule = award_rule(village, call)
    if rule is None:
        raise WrongState(_("The rules of that day give no points for reports"))
    if resident_id is None and household_id is None:
        resident_id = call.resident_id
    ledger.hold([village])
    household, resident = holder_in(village, resident_id, household_id)
    refuse_own_household(actor, [household.id, household_of_caller(call)])
    earned = Act(rule.code, village_day(call.reported_at))
    award = enter(village, earned, 1, household, resident, actor=actor, now=now)
    changed = db.session.execute(
        update(Call)
        .where(Call.id == call.id, Call.award_id.is_(None), Call.verified.is_(True))
        .values(award_id=award.id, unawarded=None)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(call)
    return call
