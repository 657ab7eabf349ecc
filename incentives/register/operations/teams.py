"""Acts on teams."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import Duplicate, FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.register.models import NAME_LENGTH, Resident, Team, TeamMember
from incentives.register.queries.divisions import find_village
from incentives.register.queries.households import find_team
from incentives.texts import check_name

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
    name = check_name(name, "/name", NAME_LENGTH)
    members = members_from(village, leader_id, member_ids)
    refuse_name(village, name)
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


def edit_team(
    *,
    village: str,
    team_id: UUID,
    name: str,
    leader_id: UUID,
    member_ids: Sequence[UUID],
    actor: Actor,
    now: datetime,
) -> Team:
    """Name a team anew and say who is in it; what its members did before stays theirs.

    Refuses as `make_team` does, and a team that was disbanded.
    """
    require(actor, "team.make", village)
    team = find_team(village, team_id)
    if team.disbanded_on is not None:
        raise WrongState(_("This team was disbanded"))
    name = check_name(name, "/name", NAME_LENGTH)
    members = members_from(village, leader_id, member_ids)
    if name != team.name:
        refuse_name(village, name)
    had = set(db.session.scalars(select(TeamMember.resident_id).filter_by(team_id=team.id)))
    left = had - set(members)
    db.session.execute(
        delete(TeamMember)
        .where(TeamMember.team_id == team.id, TeamMember.resident_id.in_(left))
        .execution_options(synchronize_session=False)
    )
    db.session.add_all(
        TeamMember(team_id=team.id, resident_id=member, village=village)
        for member in members
        if member not in had
    )
    team.name, team.leader_id = name, leader_id
    db.session.flush()
    audit.record(actor, audit.Tag.TEAM_CHANGED, village=village, subject=team.id, now=now)
    return team


def disband_team(*, village: str, team_id: UUID, actor: Actor, now: datetime) -> Team:
    """End a team from today; what it did stays. Refuses one that has ended."""
    require(actor, "team.make", village)
    team = find_team(village, team_id)
    if team.disbanded_on is not None:
        raise WrongState(_("This team was disbanded"))
    team.disbanded_on = village_day(now)
    db.session.flush()
    audit.record(actor, audit.Tag.TEAM_CHANGED, village=village, subject=team.id, now=now)
    return team


def members_from(village: str, leader_id: UUID, member_ids: Sequence[UUID]) -> list[UUID]:
    """A team's members with its leader, each once; refuses too many and who doesn't live there."""
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
    return members


def refuse_name(village: str, name: str) -> None:
    """Refuse a name that a team of the village has or had."""
    if db.session.scalar(select(Team.id).where(Team.village == village, Team.name == name)):
        raise Duplicate(_("There is a team of that name"))
