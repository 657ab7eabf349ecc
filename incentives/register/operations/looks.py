"""The note that somebody of the staff opened a household's page."""

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import may, require
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.register.models import HouseholdLook
from incentives.register.queries.households import find_household
from incentives.texts import is_blank
from incentives.web.transaction import transaction

REASON_LENGTH = 200


def note_look(
    *, village: str, household_id: UUID, reason: str | None = None, actor: Actor, now: datetime
) -> HouseholdLook | None:
    """Note that a member of the staff looks at a household, once a day and reason.

    Nothing is noted of one's own household. Refuses whoever doesn't work with the village's
    households (an overseer) without a reason, which the household sees.
    """
    if actor.household_id == household_id:
        return None
    if not may(actor, "household.read", village):
        require(actor, "household.look", village)
        if is_blank(reason):
            detail = _("Say why you look: the household sees who looked and why")
            raise Invalid(errors=[FieldError("/reason", detail)])
    household = find_household(village, household_id)
    reason = (reason or "").strip()[:REASON_LENGTH] or None
    known = look_of_today(household.id, reason, actor=actor, now=now)
    if known is not None:
        return known
    look = HouseholdLook(
        household_id=household.id,
        person=actor.person,
        looked_on=village_day(now),
        looked_at=now,
        reason=reason,
    )
    db.session.add(look)
    db.session.flush()
    if reason is not None:
        audit.record(
            actor, audit.Tag.HOUSEHOLD_LOOKED, village=village, subject=household.id, now=now
        )
    return look


def look_of_today(
    household_id: UUID, reason: str | None, *, actor: Actor, now: datetime
) -> HouseholdLook | None:
    """The note that this person looked today for this reason, if there is one."""
    return db.session.scalar(
        select(HouseholdLook).where(
            HouseholdLook.household_id == household_id,
            HouseholdLook.looked_on == village_day(now),
            HouseholdLook.person == actor.person,
            HouseholdLook.reason.is_(None) if reason is None else HouseholdLook.reason == reason,
        )
    )


def note_look_of_staff(*, village: str, household_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that a member of the village's staff looks, in a transaction of its own if need be.

    For calls and pages that only read: where it is noted already, nothing is written.
    """
    if actor.household_id == household_id or not may(actor, "household.read", village):
        return
    find_household(village, household_id)
    if look_of_today(household_id, None, actor=actor, now=now) is None:
        transaction(
            lambda: note_look(village=village, household_id=household_id, actor=actor, now=now),
            in_recovery=True,
        )
