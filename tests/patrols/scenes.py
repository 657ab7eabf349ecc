"""A village with rules, a team of three, three places with signs and a route past them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from incentives.access.actor import Actor, Role
from incentives.clock import VILLAGE_TIME, now, village_day
from incentives.extensions import db
from incentives.patrols import operations, queries
from incentives.patrols.models import Patrol, PatrolScan, PatrolStatus
from incentives.patrols.operations import Log, Plan, Signed, Stop
from incentives.register.models import Household, Resident
from incentives.register.operations import make_team
from tests.awards.scenes import adopt_rules
from tests.factories import VILLAGE, act, make_household, make_village, staff

LOG = Log(weather="晴", text="一切正常")


def by_card(household: Household, resident_id: UUID | None) -> Actor:
    """Somebody signed in by a card: a resident, or a household."""
    return Actor(
        person=resident_id or household.head_id,
        user_id=None,
        resident_id=resident_id,
        household_id=household.id,
        name="某",
        roles=(),
        village=VILLAGE,
    )


@dataclass
class Team:
    """The team: its leader, two members, and a neighbour who isn't in it."""

    id: UUID
    leader_id: UUID
    member_id: UUID
    elder_id: UUID
    neighbour_id: UUID
    leader: Actor
    member: Actor
    neighbour: Actor
    route_id: UUID
    waypoints: list[UUID]
    codes: list[str]
    cadre: Actor = field(default_factory=lambda: staff(Role.CADRE))

    def start(self, actor: Actor | None = None, **more: Any) -> UUID:
        """Begin a walk; its id."""
        values = {"team_id": self.id, "route_id": self.route_id, **more}
        if values.get("shift_id"):
            values.pop("route_id")
        return act(
            lambda: operations.start_patrol(
                village=VILLAGE, actor=actor or self.leader, now=now(), **values
            )
        ).id

    def scan(
        self,
        patrol_id: UUID,
        place: int = 0,
        *people: UUID,
        at: datetime | None = None,
        actor: Actor | None = None,
        code: str | None = None,
        **more: Any,
    ) -> list[PatrolScan]:
        """Sign people in at a place, the leader unless said; those who were."""
        return self.sign(patrol_id, place, *people, at=at, actor=actor, code=code, **more).scans

    def sign(
        self,
        patrol_id: UUID,
        place: int = 0,
        *people: UUID,
        at: datetime | None = None,
        actor: Actor | None = None,
        code: str | None = None,
        **more: Any,
    ) -> Signed:
        """Sign people in at a place, the leader unless said; who was, and who was refused."""
        return act(
            lambda: operations.record_scans(
                village=VILLAGE,
                patrol_id=patrol_id,
                waypoint_code=code or self.codes[place],
                resident_ids=people or (self.leader_id,),
                scanned_at=at or now(),
                **more,
                actor=actor or self.leader,
                now=now(),
            )
        )

    def walk(self, *people: UUID, actor: Actor | None = None, **more: Any) -> UUID:
        """Begin a walk on which these are signed in at the first place, all three unless said."""
        came = people or (self.leader_id, self.member_id, self.elder_id)
        patrol = self.start(actor, **more)
        self.scan(patrol, 0, *came, actor=actor)
        return patrol

    def close(
        self, patrol_id: UUID, *people: UUID, actor: Actor | None = None, **more: Any
    ) -> Patrol:
        """Close a walk, attended by all three unless said."""
        came = people or (self.leader_id, self.member_id, self.elder_id)
        return act(
            lambda: operations.close_patrol(
                village=VILLAGE,
                patrol_id=patrol_id,
                attended=came,
                **{"log": LOG, **more},
                actor=actor or self.leader,
                now=now(),
            )
        )

    def add(self, patrol_id: UUID, resident_id: UUID, actor: Actor | None = None) -> Patrol:
        """Add somebody to the log of a closed walk, by the cadre unless said."""
        return act(
            lambda: operations.add_attendance(
                village=VILLAGE,
                patrol_id=patrol_id,
                resident_id=resident_id,
                reason="手机没电",
                actor=actor or self.cadre,
                now=now(),
            )
        )

    def cancel(
        self, patrol_id: UUID, actor: Actor | None = None, ended_at: datetime | None = None
    ) -> Patrol:
        """End a walk that wasn't one."""
        return act(
            lambda: operations.cancel_patrol(
                village=VILLAGE,
                patrol_id=patrol_id,
                reason="下大雨",
                ended_at=ended_at,
                actor=actor or self.leader,
                now=now(),
            )
        )

    def shift(self, days: int = 0, hours: int = 1, minutes: int = 120) -> UUID:
        """Plan one shift, some days from now, at an hour from now; its id."""
        begins = now() + timedelta(days=days, hours=hours)
        local = begins.astimezone(VILLAGE_TIME)
        plan = Plan(
            team_id=self.id,
            route_id=self.route_id,
            weekdays=range(1, 8),
            starts=local.time().replace(second=0, microsecond=0),
            minutes=minutes,
            first=village_day(begins),
            last=village_day(begins),
        )
        made = act(
            lambda: operations.plan_shifts(village=VILLAGE, plan=plan, actor=self.cadre, now=now())
        )
        return made[0].id

    def status(self, patrol_id: UUID) -> PatrolStatus:
        """Where a walk stands, as the database has it."""
        db.session.expire_all()
        return db.session.get_one(Patrol, patrol_id).status


def make_team_scene(*, rules: bool = True, **policy: object) -> Team:
    """The village, its people, the team and its route."""
    make_village(**policy)
    if rules:
        adopt_rules()
    home = make_household(VILLAGE, "扎西彭措", "洛绒卓玛", door="1")
    other = make_household(VILLAGE, "格绒", "四郎", door="2")
    home_id, other_id = home.id, other.id
    people = {
        each.name: each.id
        for each in db.session.query(Resident).filter(
            Resident.household_id.in_([home_id, other_id])
        )
    }
    cadre = staff(Role.CADRE)
    leader, member = people["扎西彭措"], people["洛绒卓玛"]
    elder, neighbour = people["格绒"], people["四郎"]
    team_id = act(
        lambda: make_team(
            village=VILLAGE,
            name="巡防一队",
            leader_id=leader,
            member_ids=[member, elder],
            actor=cadre,
            now=now(),
        )
    ).id
    waypoints, codes = [], []
    for name in ("村口", "小学", "水坝"):
        waypoint = act(
            lambda name=name: operations.add_waypoint(
                village=VILLAGE, name=name, actor=cadre, now=now()
            )
        )
        waypoints.append(waypoint.id)
        codes.append(queries.code_of_waypoint(waypoint.id).code)
    route_id = act(
        lambda: operations.set_route(
            village=VILLAGE,
            name="环村",
            stops=[Stop(each, least_minutes=5) for each in waypoints],
            member_rule="PA01",
            leader_rule="PA04",
            actor=cadre,
            now=now(),
        )
    ).id
    home, other = db.session.get_one(Household, home_id), db.session.get_one(Household, other_id)
    scene = Team(
        id=team_id,
        leader_id=leader,
        member_id=member,
        elder_id=elder,
        neighbour_id=neighbour,
        leader=by_card(home, leader),
        member=by_card(home, member),
        neighbour=by_card(other, neighbour),
        route_id=route_id,
        waypoints=waypoints,
        codes=codes,
        cadre=cadre,
    )
    db.session.rollback()
    return scene
