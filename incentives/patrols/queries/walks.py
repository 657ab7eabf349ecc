"""What is read of patrols: lists, one in full, and a month by person and team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select

from incentives.access.queries import person_names
from incentives.clock import beginning, village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.patrols.models import (
    Finding,
    Patrol,
    PatrolAttendance,
    PatrolScan,
    PatrolStatus,
    Route,
    Waypoint,
)
from incentives.patrols.pace import SENT_LATER
from incentives.register.models import Resident, Team
from incentives.register.queries import residents_by_id


@dataclass(frozen=True)
class PatrolLine:
    """A patrol in a list: names beside it, and how much of it there is."""

    patrol: Patrol
    team: str
    route: str | None
    leader: str
    scans: int
    attended: int
    findings: int


@dataclass(frozen=True)
class ScanView:
    """A scan with the names of the place, of who was there and of who signed."""

    scan: PatrolScan
    waypoint: str
    resident: str
    signed_by: str


@dataclass(frozen=True)
class AttendanceView:
    """Who attended, how many places they signed in at, what was proposed, and who of the desk
    added them."""

    attendance: PatrolAttendance
    resident: str
    places: int
    added_by: str | None


@dataclass(frozen=True)
class PatrolView:
    """A patrol in full."""

    line: PatrolLine
    scans: list[ScanView]
    attended: list[AttendanceView]
    findings: list[Finding]
    begun_by: str
    ended_by: str | None

    @property
    def begun_later(self) -> bool:
        """Whether a phone without signal began it, and told of it later."""
        return self.line.patrol.begun_at - self.line.patrol.started_at > SENT_LATER


@dataclass(frozen=True)
class MonthLine:
    """How often somebody walked in a month with a team, and led it."""

    resident_id: UUID
    resident: str
    team: str
    patrols: int
    led: int
    days: list[date]


def find_patrol(village: str, patrol_id: UUID) -> Patrol:
    """A patrol of that village; refuses what isn't there."""
    patrol = db.session.get(Patrol, patrol_id)
    if patrol is None or patrol.village != village:
        raise NotFound()
    return patrol


def patrols(village: str) -> Select[Patrol]:
    """A village's patrols."""
    return select(Patrol).where(Patrol.village == village)


def counted(column: object, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many rows of a table belong to each patrol."""
    rows = db.session.execute(
        select(column, func.count()).where(column.in_(ids)).group_by(column)  # type: ignore[attr-defined, call-overload]
    )
    return {each: int(count) for each, count in rows}


def patrol_lines(found: Sequence[Patrol]) -> list[PatrolLine]:
    """Patrols with their names and counts, in six statements."""
    ids = [each.id for each in found]
    teams = named(Team, {each.team_id for each in found})
    routes = named(Route, {each.route_id for each in found if each.route_id})
    leaders = residents_by_id(list({each.leader_id for each in found}))
    scans = counted(PatrolScan.patrol_id, ids)
    attended = counted(PatrolAttendance.patrol_id, ids)
    findings = counted(Finding.patrol_id, ids)
    return [
        PatrolLine(
            patrol=each,
            team=teams.get(each.team_id, ""),
            route=routes.get(each.route_id) if each.route_id else None,
            leader=leaders[each.leader_id].name,
            scans=scans.get(each.id, 0),
            attended=attended.get(each.id, 0),
            findings=findings.get(each.id, 0),
        )
        for each in found
    ]


def named(model: type[Team] | type[Route] | type[Waypoint], ids: set[UUID]) -> dict[UUID, str]:
    """The names of teams, routes or waypoints by id."""
    rows = db.session.execute(select(model.id, model.name).where(model.id.in_(ids)))
    return {each: str(name) for each, name in rows}


def scans_of_patrol(patrol_id: UUID) -> list[ScanView]:
    """A patrol's scans in the order of their times, with names."""
    found = list(
        db.session.scalars(
            select(PatrolScan)
            .where(PatrolScan.patrol_id == patrol_id)
            .order_by(PatrolScan.scanned_at, PatrolScan.id)
        )
    )
    return scan_views(found)


def scan_views(found: Sequence[PatrolScan]) -> list[ScanView]:
    """Scans with names."""
    places = named(Waypoint, {each.waypoint_id for each in found})
    people = residents_by_id(list({each.resident_id for each in found}))
    signers = person_names({each.signed_by for each in found})
    return [
        ScanView(
            scan=each,
            waypoint=places[each.waypoint_id],
            resident=people[each.resident_id].name,
            signed_by=signers.get(each.signed_by, ""),
        )
        for each in found
    ]


def attendance_of(patrol_id: UUID, scans: Sequence[ScanView]) -> list[AttendanceView]:
    """Who attended a patrol, by name's pinyin."""
    rows = db.session.execute(
        select(PatrolAttendance, Resident.name)
        .join(Resident, Resident.id == PatrolAttendance.resident_id)
        .where(PatrolAttendance.patrol_id == patrol_id)
        .order_by(Resident.pinyin, Resident.id)
    ).all()
    adders = person_names({row.added_by for row, _name in rows if row.added_by})
    places: dict[UUID, set[UUID]] = {}
    for each in scans:
        places.setdefault(each.scan.resident_id, set()).add(each.scan.waypoint_id)
    return [
        AttendanceView(
            attendance=row,
            resident=name,
            places=len(places.get(row.resident_id, ())),
            added_by=adders.get(row.added_by, "") if row.added_by else None,
        )
        for row, name in rows
    ]


def findings_of(patrol_id: UUID) -> list[Finding]:
    """What was found on a patrol, in order."""
    chosen = select(Finding).where(Finding.patrol_id == patrol_id)
    return list(db.session.scalars(chosen.order_by(Finding.found_at, Finding.id)))


def patrol_view(village: str, patrol_id: UUID) -> PatrolView:
    """A patrol in full; refuses what isn't there."""
    patrol = find_patrol(village, patrol_id)
    scans = scans_of_patrol(patrol.id)
    people = {patrol.begun_by} | ({patrol.ended_by} if patrol.ended_by else set())
    names = person_names(people)
    return PatrolView(
        line=patrol_lines([patrol])[0],
        scans=scans,
        attended=attendance_of(patrol.id, scans),
        findings=findings_of(patrol.id),
        begun_by=names.get(patrol.begun_by, ""),
        ended_by=names.get(patrol.ended_by, "") if patrol.ended_by else None,
    )


def walked(village: str, first: date, last: date, team_id: UUID | None = None) -> Select[Patrol]:
    """The patrols that began in a span of days, of all teams or one."""
    chosen = patrols(village).where(
        Patrol.started_at >= beginning(first),
        Patrol.started_at < beginning(last + timedelta(days=1)),
    )
    return chosen if team_id is None else chosen.where(Patrol.team_id == team_id)


def month_lines(
    village: str, first: date, last: date, team_id: UUID | None = None
) -> list[MonthLine]:
    """Who walked in a span of days with which team, how often and when; by team and name."""
    closed = (
        walked(village, first, last, team_id).where(Patrol.status == PatrolStatus.CLOSED).subquery()
    )
    rows = db.session.execute(
        select(PatrolAttendance, closed.c.leader_id, closed.c.started_at, Team, Resident)
        .join(closed, closed.c.id == PatrolAttendance.patrol_id)
        .join(Team, Team.id == closed.c.team_id)
        .join(Resident, Resident.id == PatrolAttendance.resident_id)
        .order_by(Team.name, Resident.pinyin, Resident.id, closed.c.started_at)
    )
    lines: dict[tuple[UUID, UUID], MonthLine] = {}
    for _row, leader_id, started_at, team, resident in rows:
        had = lines.get((team.id, resident.id))
        led = int(leader_id == resident.id)
        lines[team.id, resident.id] = MonthLine(
            resident_id=resident.id,
            resident=resident.name,
            team=team.name,
            patrols=1 + (had.patrols if had else 0),
            led=led + (had.led if had else 0),
            days=[*(had.days if had else []), village_day(started_at)],
        )
    return list(lines.values())
