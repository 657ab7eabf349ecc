"""Acts on teams."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import Duplicate, FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.register.models import NAME_LENGTH, FormerMember, Resident, Team, TeamMember
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
        TeamMember(team_id=team.id, resident_id=member, village=village, since=now)
        for member in members
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
    """Name a team anew and say who is in it; what its members did before stays theirs, also what
    a phone without signal sends later.

    Refuses as `make_team` does, and a team that was disbanded.
    """
    require(actor, "team.make", village)
    # Who was in it until when is written once, though two change it at once.
    ledger.hold([village])
    team = find_team(village, team_id)
    if team.disbanded_at is not None:
        raise WrongState(_("This team was disbanded"))
    name = check_name(name, "/name", NAME_LENGTH)
    members = members_from(village, leader_id, member_ids)
    if name != team.name:
        refuse_name(village, name)
    had = {
        each.resident_id: each
        for each in db.session.scalars(select(TeamMember).filter_by(team_id=team.id))
    }
    for member in had.values():
        was, leads = (each == member.resident_id for each in (team.leader_id, leader_id))
        if member.resident_id in members and was == leads:
            continue
        db.session.add(former(member, led=was, until=now))
        if member.resident_id in members:
            member.since = now
        else:
            db.session.delete(member)
    db.session.add_all(
        TeamMember(team_id=team.id, resident_id=each, village=village, since=now)
        for each in members
        if each not in had
    )
    team.name, team.leader_id = name, leader_id
    db.session.flush()
    audit.record(actor, audit.Tag.TEAM_CHANGED, village=village, subject=team.id, now=now)
    return team


def former(member: TeamMember, *, led: bool, until: datetime) -> FormerMember:
    """What somebody was in a team until now, not yet kept."""
    return FormerMember(
        team_id=member.team_id,
        resident_id=member.resident_id,
        village=member.village,
        led=led,
        since=member.since,
        until=until,
    )


def disband_team(*, village: str, team_id: UUID, actor: Actor, now: datetime) -> Team:
    """End a team; what it did stays. Refuses one that has ended."""
    require(actor, "team.make", village)
    team = find_team(village, team_id)
    if team.disbanded_at is not None:
        raise WrongState(_("This team was disbanded"))
    team.disbanded_at = now
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
