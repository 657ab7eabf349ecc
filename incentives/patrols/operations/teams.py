"""The end of a team, with what it had still to walk."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.extensions import db
from incentives.patrols.models import Shift
from incentives.patrols.operations.rota import call_off, unwalked
from incentives.register import operations as register
from incentives.register.models import Team


def disband_team(*, village: str, team_id: UUID, actor: Actor, now: datetime) -> Team:
    """End a team, and take its shifts that nobody has begun off the calendar; what it did stays.

    A walk that began before and is heard later counts. Refuses a team that has ended.
    """
    require(actor, "team.make", village)
    ledger.hold([village])
    team = register.disband_team(village=village, team_id=team_id, actor=actor, now=now)
    standing = select(Shift).where(unwalked(village), Shift.team_id == team.id, Shift.ends_at > now)
    shifts = list(db.session.scalars(standing.order_by(Shift.starts_at)))
    if shifts:
        call_off(shifts, gettext("This team was disbanded"), actor=actor, now=now)
    return team
