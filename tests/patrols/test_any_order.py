"""Phones of one team that are heard in any order, late or twice, tell of one walk."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from incentives.access.actor import Actor
from incentives.awards.models import Award
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Duplicate, WrongState
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, PatrolStatus
from tests.patrols.scenes import Team, by_card, make_team_scene
from tests.patrols.test_walking import household_of

ORDERS = 30


@dataclass
class Phone:
    """A phone that keeps its records, and what it does with a start that is refused."""

    team: Team
    actor: Actor
    shift: UUID | None
    own: UUID = field(default_factory=new_id)
    walk: UUID | None = None

    def start(self, at: datetime) -> None:
        try:
            more = {"shift_id": self.shift, "started_at": at}
            self.walk = self.team.start(self.actor, patrol_id=self.own, **more)
        except Duplicate as other:
            self.walk = UUID(other.extensions["patrol_id"])
        except WrongState:
            self.shift = None
            self.start(at)

    def scan(self, at: datetime, place: int, *people: UUID) -> None:
        assert self.walk
        self.team.scan(self.walk, place, *people, at=at, actor=self.actor, queued=True)

    def close(self, at: datetime) -> None:
        assert self.walk
        self.team.close(self.walk, ended_at=at, queued=True)


Record = tuple[int, Callable[[datetime], None]]  # minutes into the evening, and what is sent then


def records(team: Team, shift: UUID, chance: random.Random | None) -> list[list[Record]]:
    """What three phones keep of one evening, set off with the shift or without one."""
    elder = by_card(household_of(team.elder_id), team.elder_id)
    actors = (team.leader, team.member, elder)
    alone = [chance is not None and chance.random() < 0.5 for _actor in actors]
    lead, member, other = (
        Phone(team, actor, None if without else shift)
        for actor, without in zip(actors, alone, strict=True)
    )
    set_off = [chance.randint(0, 20) if chance else 0 for _actor in actors]
    leading = (team.leader_id, team.elder_id)
    return [
        [
            (set_off[0], lead.start),
            (22, lambda at: lead.scan(at, 0, *leading)),
            (60, lambda at: lead.scan(at, 1, *leading, team.member_id)),
            (90, lead.close),
        ],
        [
            (set_off[1], member.start),
            (23, lambda at: member.scan(at, 0, team.member_id)),
            (80, lambda at: member.scan(at, 2, team.member_id)),
        ],
        [(set_off[2], other.start), (81, lambda at: other.scan(at, 2, team.elder_id))],
    ]


def evening(team: Team, clock, chance: random.Random | None) -> tuple[object, ...]:
    """Walk one evening, its records heard at once, or by chance late and twice: what is there."""
    clock.forward(days=31)
    shift = team.shift()
    clock.forward(hours=1)
    began = now()
    heard: list[tuple[datetime, int, datetime, Callable[[datetime], None]]] = []
    for kept in records(team, shift, chance):
        silent = chance.choice((0, 0, 30, 120, 600)) if chance else 0
        for minute, send in kept:
            delay = chance.randint(0, silent) if chance else 0
            at = began + timedelta(minutes=minute)
            last = heard[-1][0] if heard and minute != kept[0][0] else at
            for _time in range(chance.choice((1, 2)) if chance else 1):
                heard.append((max(last, at + timedelta(minutes=delay)), len(heard), at, send))
    for when, _place, at, send in sorted(heard, key=lambda each: each[:2]):
        clock.now = when
        send(at)
    clock.now = began + timedelta(days=1)
    return outcome(began)


def outcome(began: datetime) -> tuple[object, ...]:
    """Who got which award, who was where when, and how many walks there are of that evening."""
    db.session.expire_all()
    awards = db.session.query(Award).filter(Award.occurred_on >= began.date())
    scans = db.session.query(PatrolScan).filter(PatrolScan.scanned_at >= began)
    walks = db.session.query(Patrol).filter(Patrol.started_at >= began)
    return (
        sorted((str(each.resident_id), each.rule_code) for each in awards),
        sorted(
            (str(each.resident_id), str(each.waypoint_id), each.scanned_at - began)
            for each in scans
        ),
        [each.status for each in walks],
    )


def test_in_any_order_there_is_one_walk_one_award_each_and_every_sign_in(app, clock):
    team = make_team_scene()
    usual = evening(team, clock, None)
    awards, scans, walks = usual
    assert (len(awards), len(scans), walks) == (4, 8, [PatrolStatus.CLOSED])
    for seed in range(ORDERS):
        assert evening(team, clock, random.Random(seed)) == usual, f"order {seed}"
