"""Who is to walk a shift: the team's members, and whoever stands in for them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, Shift, ShiftSwap
from incentives.register.models import Resident, TeamMember
from incentives.register.queries import residents_by_id, team_members


def stand_ins_of(shift_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, UUID]]:
    """Who walks these shifts for whom: by shift, a walker's id to that of the last stand-in.

    A stand-in may have found another in turn, who then walks for both.
    """
    asked: dict[UUID, dict[UUID, UUID]] = {each: {} for each in shift_ids}
    for swap in db.session.scalars(
        select(ShiftSwap).where(ShiftSwap.shift_id.in_(shift_ids), ShiftSwap.accepted.is_(True))
    ):
        asked[swap.shift_id][swap.resident_id] = swap.stand_in_id
    return {shift: {each: last_of(each, pairs) for each in pairs} for shift, pairs in asked.items()}


def last_of(resident_id: UUID, pairs: dict[UUID, UUID]) -> UUID:
    """Who stands in at the end of a row of stand-ins; where it comes round, whoever it is again."""
    passed: set[UUID] = set()
    while resident_id in pairs and resident_id not in passed:
        passed.add(resident_id)
        resident_id = pairs[resident_id]
    return resident_id


def stand_ins(shift_id: UUID | None) -> dict[UUID, UUID]:
    """Who walks a shift for whom: the walker's id to the stand-in's."""
    return {} if shift_id is None else stand_ins_of([shift_id])[shift_id]


def walkers(
    team_id: UUID, shift_id: UUID | None, *, began: datetime | None = None
) -> list[Resident]:
    """Who is to walk: the team's members who live here, or whoever stands in for them.

    Of a walk that `began` before, those too who have left the team since.
    """
    instead = stand_ins(shift_id)
    members = team_members(team_id, after=began)
    return crew(members, instead, residents_by_id(list(instead.values())))


def walkers_on(patrol: Patrol) -> list[Resident]:
    """Who walks with a patrol, or did."""
    return walkers(patrol.team_id, patrol.shift_id, began=patrol.started_at)


def who_may_have_come(patrol: Patrol) -> list[Resident]:
    """Whom the log may name: who walks with the patrol, and whoever was scanned."""
    people = walkers_on(patrol)
    known = [each.id for each in people]
    scanned = select(PatrolScan.resident_id).where(PatrolScan.patrol_id == patrol.id)
    more = select(Resident).where(Resident.id.in_(scanned), Resident.id.not_in(known))
    return people + list(db.session.scalars(more))


def members_of_teams(team_ids: Sequence[UUID]) -> dict[UUID, list[Resident]]:
    """Who is in each of these teams, by name's pinyin; those who moved away, too."""
    members: dict[UUID, list[Resident]] = {each: [] for each in team_ids}
    for team_id, resident in db.session.execute(
        select(TeamMember.team_id, Resident)
        .join(Resident, Resident.id == TeamMember.resident_id)
        .where(TeamMember.team_id.in_(list(members)))
        .order_by(Resident.pinyin, Resident.id)
    ):
        members[team_id].append(resident)
    return members


def walkers_of(found: Sequence[Shift]) -> dict[UUID, list[Resident]]:
    """Who is to walk each of these shifts, in three statements."""
    members = members_of_teams([each.team_id for each in found])
    instead = stand_ins_of([each.id for each in found])
    known = residents_by_id(list({each for pairs in instead.values() for each in pairs.values()}))
    return {each.id: crew(members[each.team_id], instead[each.id], known) for each in found}


def crew(
    members: Sequence[Resident], instead: dict[UUID, UUID], known: dict[UUID, Resident]
) -> list[Resident]:
    """The members who live here and gave nothing away, and whoever stands in for the others."""
    staying = [each for each in members if each.left_on is None and each.id not in instead]
    there = {each.id for each in staying}
    coming = [known[each] for each in dict.fromkeys(instead.values()) if each not in there]
    return staying + [each for each in coming if each.left_on is None]
