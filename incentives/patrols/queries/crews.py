"""Who is to walk a shift: the team's members, and whoever stands in for them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from incentives.clock import village_day
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, Shift, ShiftSwap
from incentives.register.models import Resident, TeamMember
from incentives.register.queries import residents_by_id, team_members


def swaps_agreed(shift_ids: Sequence[UUID]) -> dict[UUID, list[ShiftSwap]]:
    """The swaps of these shifts to which the stand-in said yes, by shift."""
    agreed: dict[UUID, list[ShiftSwap]] = {each: [] for each in shift_ids}
    for swap in db.session.scalars(
        select(ShiftSwap).where(ShiftSwap.shift_id.in_(shift_ids), ShiftSwap.accepted.is_(True))
    ):
        agreed[swap.shift_id].append(swap)
    return agreed


def pairs_of(swaps: Sequence[ShiftSwap], by: datetime | None = None) -> dict[UUID, UUID]:
    """Who walks for whom by these swaps, of those agreed to by then: a walker's id to that of the
    last stand-in.

    A stand-in may have found another in turn, who then walks for both.
    """
    pairs = {
        each.resident_id: each.stand_in_id
        for each in swaps
        if by is None or (each.answered_at is not None and each.answered_at <= by)
    }
    return {each: last_of(each, pairs) for each in pairs}


def stand_ins_of(shift_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, UUID]]:
    """Who walks these shifts for whom: by shift, a walker's id to that of the last stand-in."""
    return {shift: pairs_of(swaps) for shift, swaps in swaps_agreed(shift_ids).items()}


def last_of(resident_id: UUID, pairs: dict[UUID, UUID]) -> UUID:
    """Who stands in at the end of a row of stand-ins; where it comes round, whoever it is again."""
    passed: set[UUID] = set()
    while resident_id in pairs and resident_id not in passed:
        passed.add(resident_id)
        resident_id = pairs[resident_id]
    return resident_id


def stand_ins(shift_id: UUID | None, by: datetime | None = None) -> dict[UUID, UUID]:
    """Who walks a shift for whom, as agreed by then: the walker's id to the stand-in's."""
    return {} if shift_id is None else pairs_of(swaps_agreed([shift_id])[shift_id], by)


def walkers(
    team_id: UUID,
    shift_id: UUID | None,
    *,
    began: datetime | None = None,
    signed_at: datetime | None = None,
) -> list[Resident]:
    """Who is to walk: the team's members who live here, or whoever stands in for them.

    Of a walk that `began` before, those too who have left the team or the village since, and who
    has given the shift away since then, or since they signed in: a phone that sets off early
    without signal doesn't hear of it.
    """
    swaps = [] if shift_id is None else swaps_agreed([shift_id])[shift_id]
    members = team_members(team_id, after=began)
    known = residents_by_id([each.stand_in_id for each in swaps])
    since = None if began is None else village_day(began)
    found: dict[UUID, Resident] = {}
    for by in (None, *(each for each in (began, signed_at) if each is not None)):
        for each in crew(members, pairs_of(swaps, by), known, since):
            found.setdefault(each.id, each)
    return list(found.values())


def walkers_on(patrol: Patrol, signed_at: datetime | None = None) -> list[Resident]:
    """Who walks with a patrol, or did."""
    began = patrol.started_at
    return walkers(patrol.team_id, patrol.shift_id, began=began, signed_at=signed_at)


def who_may_have_come(patrol: Patrol, signed_at: datetime | None = None) -> list[Resident]:
    """Whom the log may name, or a sign-in of that time: who walks with the patrol, and whoever was
    scanned."""
    people = walkers_on(patrol, signed_at)
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
    members: Sequence[Resident],
    instead: dict[UUID, UUID],
    known: dict[UUID, Resident],
    since: date | None = None,
) -> list[Resident]:
    """The members who live here and gave nothing away, and whoever stands in for the others; with
    `since`, those too who lived here on that day."""

    def lives_here(each: Resident) -> bool:
        return each.left_on is None or (since is not None and each.left_on >= since)

    staying = [each for each in members if lives_here(each) and each.id not in instead]
    there = {each.id for each in staying}
    coming = [known[each] for each in dict.fromkeys(instead.values()) if each not in there]
    return staying + [each for each in coming if lives_here(each)]
