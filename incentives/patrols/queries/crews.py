"""Who is to walk a shift: the team's members, and whoever stands in for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from incentives.clock import village_day
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, Shift, ShiftSwap
from incentives.register.models import Resident, TeamMember
from incentives.register.queries import residents_by_id, team_members


@dataclass(frozen=True)
class Agreed:
    """A swap to which the stand-in said yes, and when the stand-in left the village."""

    swap: ShiftSwap
    left_on: date | None


def swaps_agreed(shift_ids: Sequence[UUID]) -> dict[UUID, list[Agreed]]:
    """The swaps of these shifts to which the stand-in said yes, by shift."""
    agreed: dict[UUID, list[Agreed]] = {each: [] for each in shift_ids}
    for swap, left_on in db.session.execute(
        select(ShiftSwap, Resident.left_on)
        .join(Resident, Resident.id == ShiftSwap.stand_in_id)
        .where(ShiftSwap.shift_id.in_(shift_ids), ShiftSwap.accepted.is_(True))
    ):
        agreed[swap.shift_id].append(Agreed(swap, left_on))
    return agreed


def pairs_of(
    agreed: Sequence[Agreed], by: datetime | None = None, since: date | None = None
) -> dict[UUID, UUID]:
    """Who walks for whom by these swaps, of those agreed to by then: a walker's id to that of the
    last stand-in who lives here, or did on the day `since`.

    A stand-in may have found another in turn, who then walks for both. Whose stand-ins have all
    moved away walks again.
    """
    swaps = [each.swap for each in agreed]
    gone = {each.swap.stand_in_id for each in agreed if not lived_here(each.left_on, since)}
    pairs = {
        each.resident_id: each.stand_in_id
        for each in swaps
        if by is None or (each.answered_at is not None and each.answered_at <= by)
    }
    found = {each: last_of(each, pairs, gone) for each in pairs}
    return {each: last for each, last in found.items() if last != each}


def lived_here(left_on: date | None, since: date | None) -> bool:
    """Whether who left then lives here, or still did on the day `since`."""
    return left_on is None or (since is not None and left_on >= since)


def stand_ins_of(shift_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, UUID]]:
    """Who walks these shifts for whom: by shift, a walker's id to that of the last stand-in."""
    return {shift: pairs_of(swaps) for shift, swaps in swaps_agreed(shift_ids).items()}


def last_of(resident_id: UUID, pairs: dict[UUID, UUID], gone: Collection[UUID]) -> UUID:
    """Who stands in at the end of a row of stand-ins, those `gone` passed over."""
    passed: set[UUID] = set()
    last = resident_id
    while resident_id in pairs and resident_id not in passed:
        passed.add(resident_id)
        resident_id = pairs[resident_id]
        if resident_id not in gone:
            last = resident_id
    return last


def stand_ins(shift_id: UUID | None, by: datetime | None = None) -> dict[UUID, UUID]:
    """Who walks a shift for whom, as agreed by then: the walker's id to the stand-in's."""
    if shift_id is None:
        return {}
    since = None if by is None else village_day(by)
    return pairs_of(swaps_agreed([shift_id])[shift_id], by, since)


def gave_away(shift_id: UUID | None, by: datetime) -> list[Resident]:
    """Who was to walk a shift and had given it away by then."""
    return list(residents_by_id(list(stand_ins(shift_id, by))).values())


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
    known = residents_by_id([each.swap.stand_in_id for each in swaps])
    since = None if began is None else village_day(began)
    found: dict[UUID, Resident] = {}
    for by in (None, *(each for each in (began, signed_at) if each is not None)):
        for each in crew(members, pairs_of(swaps, by, since), known, since):
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
    staying = [
        each for each in members if lived_here(each.left_on, since) and each.id not in instead
    ]
    there = {each.id for each in staying}
    coming = [known[each] for each in dict.fromkeys(instead.values()) if each not in there]
    return staying + [each for each in coming if lived_here(each.left_on, since)]
