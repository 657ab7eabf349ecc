"""Acts on teams."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import Duplicate, FieldError, Invalid
from incentives.extensions import db
from incentives.register.models import NAME_LENGTH, Resident, Team, TeamMember
from incentives.register.operations.households import check_text
from incentives.register.queries.divisions import find_village

MEMBERS_AT_MOST = 100


def make_team(
    *,
    village: str,
    name: str,
    leader_id: UUID,
    member_ids: Sequence[UUID],
    actor: Actor,
    now: datetime,
) -> Team:
    """Name a team of the village's residents; its leader is a member too.

    Refuses a name that another team has, more than 100 members, and who doesn't live there.
    """
    require(actor, "team.make", village)
    find_village(village)
    name = check_text(name, "/name", NAME_LENGTH)
    members = list(dict.fromkeys([leader_id, *member_ids]))
    if len(members) > MEMBERS_AT_MOST:
        detail = _("At most %(count)s people in a team", count=MEMBERS_AT_MOST)
        raise Invalid(errors=[FieldError("/member_ids", detail)])
    found = db.session.scalars(
        select(Resident.id).where(
            Resident.village == village, Resident.id.in_(members), Resident.left_on.is_(None)
        )
    )
    if set(found) != set(members):
        raise Invalid(errors=[FieldError("/member_ids", _("Not all of them live here"))])
    if db.session.scalar(select(Team.id).where(Team.village == village, Team.name == name)):
        raise Duplicate(_("There is a team of that name"))
    team = Team(
        village=village, name=name, leader_id=leader_id, entered_by=actor.person, entered_at=now
    )
    db.session.add(team)
    db.session.flush()
    db.session.add_all(
        TeamMember(team_id=team.id, resident_id=member, village=village) for member in members
    )
    db.session.flush()
    audit.record(actor, audit.Tag.TEAM_MADE, village=village, subject=team.id, now=now)
    return team
