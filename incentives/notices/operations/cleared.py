"""Objections to a clearing: until when, who may not rule, and points back where it is upheld."""

from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access.actor import Actor
from incentives.clearing.models import Clearing
from incentives.clearing.queries import find_clearing, lines_since, taken
from incentives.clock import village_day
from incentives.errors import NotPermitted, WrongState
from incentives.extensions import db
from incentives.notices.models import Objection, ObjectionStatus
from incentives.notices.publishers import Hands
from incentives.notices.queries import objections_to_clearing
from incentives.register.models import Household
from incentives.register.policy import policy_on


def refuse_unobjectionable(
    village: str, clearing_id: UUID, objection: Objection, *, now: datetime
) -> None:
    """Refuse what took nothing from the household, is too long ago or was objected to."""
    clearing = find_clearing(village, clearing_id)
    if objection.household_id is None:
        raise NotPermitted()
    if not may_object_to_clearing(clearing, objection.household_id, now):
        raise WrongState(_("This can't be objected to now"))


def may_object_to_clearing(clearing: Clearing, household_id: UUID, now: datetime) -> bool:
    """Whether a household may object to what a clearing took from it: in time, and once.

    What the clearing took later, as an allowance had held it back, may be objected to anew.
    """
    household = db.session.get_one(Household, household_id)
    gone = taken(clearing, household.account_code)
    if gone is None or village_day(now) > last_day(clearing, gone.at):
        return False
    own = objections_to_clearing(clearing.id, household_id)
    return all(each.made_at < gone.at for each in own)


def last_day(clearing: Clearing, at: datetime) -> date:
    """Until when it may be objected to, by the policy that the clearing went by."""
    policy = policy_on(clearing.village, clearing.period_ends_on)
    return village_day(at) + timedelta(days=policy.objection_days)


def hands_of(objection: Objection) -> Hands:
    """Its household alone: the clock cleared, and the village had resolved it."""
    homes = frozenset({cast("UUID", objection.household_id)})
    return Hands(households=homes, entered=frozenset(), decided=frozenset())


def give_back(objection: Objection, *, actor: Actor, now: datetime) -> None:
    """Give back what the clearing took and nobody gave back yet, at the village's cost.

    What expired stays so in the books: a clearing is never reversed (docs/ledger.md).
    """
    clearing = find_clearing(objection.village, cast("UUID", objection.clearing_id))
    household = db.session.get_one(Household, objection.household_id)
    points = still_out(clearing, household)
    if points <= 0:
        raise WrongState(_("These points were given back already"))
    draft = ledger.Draft(
        village=objection.village,
        kind=ledger.Kind.LOSS,
        occurred_on=village_day(now),
        record=objection.id,
        legs=[ledger.give("offline_loss", household.account_code, points)],
        detail={"reason": cast("str", objection.ruling_reason)[:200]},
    )
    ledger.post([draft], actor=actor.person, now=now)


def still_out(clearing: Clearing, household: Household) -> int:
    """What a clearing took from a household less what upheld objections gave back of it."""
    gone = taken(clearing, household.account_code)
    upheld = {
        each.id
        for each in objections_to_clearing(clearing.id, household.id)
        if each.status is ObjectionStatus.UPHELD
    }
    lines = lines_since(clearing, household.account_code)
    back = sum(line.points for line in lines if line.record in upheld)
    return gone.points - back if gone else 0
