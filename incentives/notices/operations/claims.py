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
from incentives.notices.queries import is_no_left_of, objections_of
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

    What others object to doesn't count, nor what the household said before it was taken back. Of
    several noes to one act each can be objected to once.
    """
    answered = {
        AwardStatus.PUBLISHED: award.proposed_at,
        AwardStatus.POSTED: award.posted_at,
        AwardStatus.REJECTED: award.closed_at,
        AwardStatus.REVERSED: turned_at(award),
    }.get(award.status)
    if answered is None:
        return False
    in_time = village_day(now) <= village_day(answered) + timedelta(days=award.objection_days)
    if not in_time and award.status is not AwardStatus.PUBLISHED:
        return False
    own = [each for each in objections_of(award) if each.household_id == award.household_id]
    if award.status not in FREED:
        return not own
    if award.status is AwardStatus.REJECTED and any(each.award_id for each in own):
        return False
    missing = missing_of(award)
    return missing is not None and is_no_left_of(asked(award, missing), award.id)


def asked(award: Award, missing: Missing) -> Objection:
    """An objection of an award's household that it is missing, not made yet."""
    return Objection(
        village=award.village,
        household_id=award.household_id,
        missing_resident_id=missing.resident_id,
        missing_rule_item=missing.rule_item,
        missing_occurred_on=missing.occurred_on,
    )


def missing_of(award: Award) -> Missing | None:
    """What is missing where an award was refused or taken back; None where nobody could get it."""
    person = award.resident_id or find_household(award.village, award.household_id).head_id
    if person is None:
        return None
    return Missing(person, award.rule_code, award.occurred_on, award.quantity)


def about_claim(award: Award) -> About:
    """What an objection to an award is to: one that was refused or taken back is missing."""
    if award.status not in FREED:
        return About(award=award.id)
    return About(missing=missing_of(award))
