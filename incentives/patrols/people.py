"""Who may walk with a team, for whom, and who may end its patrol."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from incentives.access.actor import Actor, Role
from incentives.errors import NotPermitted
from incentives.extensions import db
from incentives.patrols.models import Patrol, Shift, ShiftSwap
from incentives.patrols.pace import SHIFT_AFTER
from incentives.patrols.queries import ShiftView, stand_ins
from incentives.register.models import Resident, Team, TeamMember
from incentives.register.queries import residents_by_id


def is_cadre(actor: Actor, village: str) -> bool:
    """Whether the actor may act for a team without being in it."""
    return actor.is_system or actor.has_role(Role.CADRE, village)


def own_people(actor: Actor, people: Sequence[Resident]) -> list[Resident]:
    """Those of these people whom the actor is: a household's own card stands for its members."""
    if actor.resident_id is not None:
        return [each for each in people if each.id == actor.resident_id]
    if actor.household_id is None:
        return []
    return [each for each in people if each.household_id == actor.household_id]


def own_residents(actor: Actor) -> list[Resident]:
    """The residents whom the actor is."""
    if actor.household_id is None:
        return []
    chosen = select(Resident).where(
        Resident.household_id == actor.household_id, Resident.left_on.is_(None)
    )
    return own_people(actor, list(db.session.scalars(chosen)))


def teams_for(actor: Actor, village: str, now: datetime) -> list[Team]:
    """The teams that the actor may walk with: all for a cadre, else their own and where they are
    to stand in, until that shift can't be begun any more."""
    chosen = select(Team).where(Team.village == village, Team.disbanded_at.is_(None))
    if not is_cadre(actor, village):
        own = [each.id for each in own_residents(actor)]
        member = select(TeamMember.team_id).where(TeamMember.resident_id.in_(own))
        standing_in = (
            select(Shift.team_id)
            .join(ShiftSwap, ShiftSwap.shift_id == Shift.id)
            .where(
                ShiftSwap.stand_in_id.in_(own),
                ShiftSwap.accepted.is_(True),
                Shift.cancelled_at.is_(None),
                Shift.ends_at > now - SHIFT_AFTER,
            )
        )
        chosen = chosen.where(Team.id.in_(member) | Team.id.in_(standing_in))
    return list(db.session.scalars(chosen.order_by(Team.name)))


def own_teams(actor: Actor, village: str) -> set[UUID]:
    """The teams with which the actor may walk at any time: all for a cadre, else those they are
    in."""
    chosen = select(Team.id).where(Team.village == village)
    if not is_cadre(actor, village):
        own = [each.id for each in own_residents(actor)]
        member = select(TeamMember.team_id).where(TeamMember.resident_id.in_(own))
        chosen = chosen.where(Team.id.in_(member))
    return set(db.session.scalars(chosen))


def own_shifts(actor: Actor, village: str, views: Sequence[ShiftView]) -> list[ShiftView]:
    """Those of these shifts that the actor may walk: those of their own teams, and where they stand
    in."""
    teams = own_teams(actor, village)
    return [each for each in views if each.shift.team_id in teams or own_people(actor, each.people)]


def leads(actor: Actor, patrol: Patrol) -> bool:
    """Whether the actor is the patrol's leader, or a cadre."""
    leader = [db.session.get_one(Resident, patrol.leader_id)]
    return is_cadre(actor, patrol.village) or bool(own_people(actor, leader))


def gave_lead_away(actor: Actor, patrol: Patrol) -> bool:
    """Whether the patrol's leader stands in for the actor, whose phone may not have heard of it."""
    for_whom = stand_ins(patrol.shift_id, patrol.started_at)
    givers = [each for each, last in for_whom.items() if last == patrol.leader_id]
    return bool(own_people(actor, list(residents_by_id(givers).values())))


def may_end(actor: Actor, patrol: Patrol) -> bool:
    """Whether the actor ends the patrol: who leads it, or began it as its leader by a phone that
    hadn't heard of the stand-in."""
    return leads(actor, patrol) or (
        patrol.begun_by == actor.person and gave_lead_away(actor, patrol)
    )


def refuse_strangers(actor: Actor, village: str, people: Sequence[Resident]) -> None:
    """Refuse whoever neither walks with these people nor is a cadre."""
    if not is_cadre(actor, village) and not own_people(actor, people):
        raise NotPermitted()
