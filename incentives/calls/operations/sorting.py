"""What a cadre does with calls: send one on, merge doubles, strike misuse, propose its award."""

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.awards.models import Evidence, RuleItem
from incentives.awards.operations import Act, propose_award
from incentives.awards.queries import items_of, rulebook_in_force
from incentives.calls.models import Call, CallStatus, Category
from incentives.calls.operations.steps import (
    check_note,
    clock_from,
    move_on,
    note_step,
    refuse_closed,
)
from incentives.calls.queries import find_call, find_office, office_for
from incentives.calls.states import Action
from incentives.clock import village_day
from incentives.database import rows_changed
from incentives.errors import FieldError, Invalid, NotFound, WrongState
from incentives.extensions import db

VERIFIED = (CallStatus.RESOLVED, CallStatus.ANSWERED)


def push_call(
    *,
    village: str,
    call_id: UUID,
    actor: Actor,
    now: datetime,
    office_id: UUID | None = None,
    category: Category | None = None,
) -> Call:
    """Send a report to an office, under a better category if need be; its clock begins.

    Without an office it goes to the one that answers for the category; refuses where there is
    none, a closed one and one of another place.
    """
    require(actor, "call.sort", village)
    call = find_call(village, call_id)
    category = category or call.category
    office = find_office(office_id) if office_id else office_for(village, category)
    if office is None:
        detail = _("No office answers for this: choose one")
        raise Invalid(errors=[FieldError("/office_id", detail)])
    refuse_closed(office, village)
    clock = clock_from(village, category, now)
    values = {"office_id": office.id, "category": category, "pushed_at": now, **clock}
    move_on(call, Action.PUSH, **values)
    note_step(call, Action.PUSH, actor=actor, now=now)
    return call


def merge_call(*, village: str, call_id: UUID, into: UUID, actor: Actor, now: datetime) -> Call:
    """End a call that was reported before; its caller follows the other one from then on.

    Refuses one that is put right already, and to merge it into itself or into a call that is
    merged or struck.
    """
    require(actor, "call.sort", village)
    call = find_call(village, call_id)
    try:
        other = find_call(village, into)
    except NotFound:
        raise Invalid(errors=[FieldError("/into", _("There is no such call here"))]) from None
    # Both rows change only under their lock, so that no two calls are merged into each other.
    ids = sorted([call.id, other.id])
    db.session.scalars(
        select(Call)
        .where(Call.id.in_(ids))
        .order_by(Call.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if other.id == call.id or other.status in (CallStatus.MERGED, CallStatus.STRUCK):
        raise Invalid(errors=[FieldError("/into", _("It can't go on there"))])
    move_on(call, Action.MERGE, merged_into=other.id)
    note_step(call, Action.MERGE, actor=actor, now=now)
    return call


def strike_call(*, village: str, call_id: UUID, reason: str, actor: Actor, now: datetime) -> Call:
    """Answer what is no call (misuse, or nothing an office can do) with a reason to its caller.

    Refuses one that an office has taken on.
    """
    require(actor, "call.sort", village)
    reason = check_note(reason, "/reason") or ""
    call = find_call(village, call_id)
    move_on(call, Action.STRIKE, struck_reason=reason)
    note_step(call, Action.STRIKE, actor=actor, now=now, note=reason)
    return call


def award_rule(village: str, call: Call) -> RuleItem | None:
    """The rule under which a verified report earns points on its day; None where there is none."""
    rulebook = rulebook_in_force(village, village_day(call.reported_at))
    if rulebook is None:
        return None
    items = items_of([rulebook.id])[rulebook.id]
    return next((each for each in items if each.evidence is Evidence.CALL), None)


def propose_call_award(
    *,
    village: str,
    call_id: UUID,
    actor: Actor,
    now: datetime,
    resident_id: UUID | None = None,
    household_id: UUID | None = None,
) -> Call:
    """Propose the points of a report that proved true, for who reported it by card or is named.

    Refuses before the call is put right, a second time, where the rules of its day have no points
    for reports, and whatever an award is refused for.
    """
    require(actor, "award.propose", village)
    call = find_call(village, call_id)
    if call.status not in VERIFIED or call.award_id is not None:
        raise WrongState()
    rule = award_rule(village, call)
    if rule is None:
        raise WrongState(_("The rules of that day give no points for reports"))
    if resident_id is None and household_id is None:
        resident_id = call.resident_id
    award = propose_award(
        village=village,
        act=Act(rule.code, village_day(call.reported_at)),
        resident_id=resident_id,
        household_id=household_id,
        actor=actor,
        now=now,
    )
    changed = db.session.execute(
        update(Call)
        .where(Call.id == call.id, Call.award_id.is_(None), Call.status.in_(VERIFIED))
        .values(award_id=award.id)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(call)
    return call
