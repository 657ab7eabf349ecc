"""Patrols of a demo village: places with signs, a route, shifts, and one walked yesterday."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from incentives.clock import village_day
from incentives.demo.calendar import at
from incentives.demo.people import DemoVillage
from incentives.extensions import db
from incentives.patrols.operations import (
    Log,
    Plan,
    Stop,
    add_waypoint,
    close_patrol,
    plan_shifts,
    record_scans,
    set_route,
    start_patrol,
)
from incentives.patrols.queries import code_of_waypoint
from incentives.register.models import Team
from incentives.register.queries import team_members
from incentives.web.transaction import transaction

PLACES = ("村口", "小学", "水坝", "桥头")
WEEKS = 4


def walk(village: DemoVillage, now: datetime) -> None:
    """Put the village's patrol on its way: planned for a month, and walked the evening before."""
    yesterday = village_day(now) - timedelta(days=1)
    transaction(lambda: go_round(village, yesterday, planned=at(yesterday, 12)))


def go_round(village: DemoVillage, day: date, *, planned: datetime) -> None:
    """Places, route and shifts; then the walk of that day, with who was scanned where."""
    cadre = village.staff["cadre"]
    team = db.session.scalars(
        select(Team).where(Team.village == village.code).order_by(Team.id)
    ).first()
    if team is None:
        raise LookupError(f"{village.code} has no team")
    places = [
        add_waypoint(village=village.code, actor=cadre, name=name, now=planned).id
        for name in PLACES
    ]
    route = set_route(
        village=village.code,
        actor=cadre,
        name="环村",
        stops=[Stop(each, least_minutes=5) for each in places],
        member_rule="PA01",
        leader_rule="PA04",
        now=planned,
    )
    plan = Plan(
        team_id=team.id,
        route_id=route.id,
        weekdays={day.isoweekday(), (day.isoweekday() + 2) % 7 + 1},
        starts=time(19, 30),
        minutes=90,
        first=day,
        last=day + timedelta(weeks=WEEKS),
    )
    shift = plan_shifts(village=village.code, actor=cadre, plan=plan, now=planned)[0]
    begun = at(day, 19, 32)
    people = [each.id for each in team_members(team.id)][:4]
    if team.leader_id not in people:
        people[0] = team.leader_id
    patrol = start_patrol(
        village=village.code, actor=cadre, team_id=team.id, shift_id=shift.id, now=begun
    )
    for number, place in enumerate(places):
        sign_in(village, patrol.id, place, people, begun + timedelta(minutes=4 + 11 * number))
    log = Log(weather="晴", text="巡查四个点，路灯正常，提醒两户收好柴草。")
    close_patrol(
        village=village.code,
        actor=cadre,
        patrol_id=patrol.id,
        log=log,
        attended=people,
        now=at(day, 20, 50),
    )


def sign_in(
    village: DemoVillage, patrol_id: UUID, place: UUID, people: list[UUID], when: datetime
) -> None:
    """These people at a place."""
    record_scans(
        village=village.code,
        patrol_id=patrol_id,
        waypoint_code=code_of_waypoint(place).code,
        resident_ids=people,
        scanned_at=when,
        actor=village.staff["cadre"],
        now=when,
    )
