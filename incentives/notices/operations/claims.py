"""Objections of a household to what became of its award or claim."""

from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.awards.models import Award, AwardStatus
from incentives.awards.queries import own_award, turned_at
from incentives.awards.states import FREED
from incentives.clock import village_day
from incentives.errors import WrongState
from incentives.notices.models import Objection
from incentives.notices.operations.objecting import About, Missing, make_objection
from incentives.notices.queries import objections_of
from incentives.register.queries import find_household


def object_to_claim(
    *, village: str, award_id: UUID, reason: str, actor: Actor, now: datetime
) -> Objection:
    """Object to what became of one's own household's award or claim; somebody else rules on it.

    To one that was refused or taken back it is an objection to a missing award. Refuses another
    household's as if it weren't there, a second one, and where it is too late or there is no
    answer yet.
    """
    require(actor, "objection.make", village, own=True)
    ledger.hold([village])
    award = own_award(award_id, actor)
    if not may_object(award, now):
        raise WrongState(_("This can't be objected to now"))
    return make_objection(
        village=village, about=about_claim(award), reason=reason, actor=actor, now=now
    )


def may_object(award: Award, now: datetime) -> bool:
    """Whether its household may object to how an award stands: in time, and once an answer.

    What others object to doesn't count, nor what the household said before it was taken back.
    """
    answered = {
        AwardStatus.PUBLISHED: award.proposed_at,
        AwardStatus.POSTED: award.posted_at,
        AwardStatus.REJECTED: award.closed_at,
        AwardStatus.REVERSED: turned_at(award),
    }.get(award.status)
    if answered is None:
        return False
    own = [each for each in objections_of(award) if each.household_id == award.household_id]
    if award.status is AwardStatus.REVERSED:
        own = [each for each in own if each.missing_rule_item and each.made_at >= answered]
    if own:
        return False
    in_time = village_day(now) <= village_day(answered) + timedelta(days=award.objection_days)
    return in_time or award.status is AwardStatus.PUBLISHED


def about_claim(award: Award) -> About:
    """What an objection to an award is to: one that was refused or taken back is missing."""
    if award.status not in FREED:
        return About(award=award.id)
    person = award.resident_id or find_household(award.village, award.household_id).head_id
    if person is None:
        raise WrongState(_("This can't be objected to now"))
    missing = Missing(person, award.rule_code, award.occurred_on, award.quantity)
    return About(missing=missing)
