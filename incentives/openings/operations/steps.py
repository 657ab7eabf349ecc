"""What every step of an opening is made of."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.clock import village_day
from incentives.database import rows_changed
from incentives.errors import FieldError, Invalid, NotFound, WrongState
from incentives.extensions import db
from incentives.openings.models import Opening, OpeningLine
from incentives.openings.states import TRANSITIONS, Action

OLDEST = timedelta(days=3653)  # no book that is taken over ended longer ago


def hold_opening(village: str, opening_id: UUID) -> Opening:
    """An opening of that village as it is under the village's lock; refuses what isn't there."""
    ledger.hold([village])
    opening = db.session.get(Opening, opening_id, populate_existing=True)
    if opening is None or opening.village != village:
        raise NotFound()
    return opening


def move_on(opening: Opening, action: Action, **values: Any) -> None:
    """Change an opening's state by the table of states, and these columns with it.

    Refuses where it isn't in a state for that, even if it was when it was read.
    """
    before, after = TRANSITIONS[action]
    changed = db.session.execute(
        update(Opening)
        .where(Opening.id == opening.id, Opening.status.in_(before))
        .values(status=after, **values)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(opening)


def refuse_wrong_state(opening: Opening, action: Action) -> None:
    """Refuse an action that the opening's state doesn't take."""
    if opening.status not in TRANSITIONS[action][0]:
        raise WrongState()


def lines_of(opening: Opening) -> list[OpeningLine]:
    """All lines of an opening, in order."""
    return list(
        db.session.scalars(
            select(OpeningLine)
            .where(OpeningLine.opening_id == opening.id)
            .order_by(OpeningLine.line)
        )
    )


def check_day(day: date, now: datetime) -> None:
    """Refuse a day that is still to come, and a mistyped year."""
    today = village_day(now)
    if day > today:
        raise Invalid(errors=[FieldError("/occurred_on", _("This day is still to come"))])
    if day < today - OLDEST:
        detail = _("More than ten years ago: is the year right?")
        raise Invalid(errors=[FieldError("/occurred_on", detail)])


def record(
    opening: Opening,
    tag: audit.Tag,
    *,
    actor: Actor,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Leave a row of what was done with an opening in the audit trail."""
    audit.record(actor, tag, village=opening.village, subject=opening.id, now=now, details=details)
