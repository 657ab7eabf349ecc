"""What a household decides about itself."""

from datetime import datetime

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.errors import NotPermitted
from incentives.extensions import db
from incentives.register.models import Household


def hide_balance(*, hide: bool, actor: Actor, now: datetime) -> Household:
    """Hide the actor's own household's balance from whoever scans its card, or show it again."""
    household = None
    if actor.household_id is not None:
        household = db.session.get(Household, actor.household_id)
    if household is None:
        raise NotPermitted()
    household.hide_balance = hide
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.HOUSEHOLD_EDITED,
        village=household.village,
        subject=household.id,
        now=now,
        details={"hide_balance": hide},
    )
    return household
