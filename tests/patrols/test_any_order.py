"""Phones of one team that are heard in any order, late or twice, tell of one walk."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest

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
    left: list[UUID] = field(default_factory=list)
    ends: timedelta | None = None  # how long after setting off it closes, or walks another

    def start(self, at: datetime) -> None:
        # Its end is known once it waits in the phone, too.
        ended = at + self.ends if self.ends and at + self.ends <= now() else None
        more = {"shift_id": self.shift, "started_at": at, "ended_at": ended, "left": self.left}
        try:
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

    def again(self, shift: UUID | None) -> "Phone":
        """The same phone on the next walk: it has left this one."""
        return Next(self.team, self.actor, shift, before=self)


@dataclass
class Next(Phone):
    """A phone on its second walk."""

    before: Phone | None = None

    def start(self, at: datetime) -> None:
        assert self.before
        assert self.before.walk
        self.left = [self.before.walk]
        super().start(at)


Record = tuple[int, Callable[[datetime], None]]  # minutes into the evening, and what is sent then
Records = Callable[[Team, list[UUID | None], random.Random | None], list[list[Record]]]


def actors_of(team: Team) -> tuple[Actor, Actor, Actor]:
    """The leader, a member, and another who has a card, too."""
    return team.leader, team.member, by_card(household_of(team.elder_id), team.elder_id)


def one_walk(
    team: Team, shifts: list[UUID | None], chance: random.Random | None
) -> list[list[Record]]:
    """What three phones keep of one evening, set off with the shift or without one."""
    actors = actors_of(team)
    alone = [chance is not None and chance.random() < 0.5 for _actor in actors]
    lead, member, other = (
        Phone(team, actor, None if without else shifts[0])
        for actor, without in zip(actors, alone, strict=True)
    )
    set_off = [chance.randint(0, 20) if chance else 0 for _actor in actors]
    lead.ends = timedelta(minutes=90 - set_off[0])
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


def two_walks(
    team: Team, shifts: list[UUID | None], chance: random.Random | None
) -> list[list[Record]]:
    """What they keep of an evening with two: the leader closes both, the member taps that the first
    is over, and the third comes late and goes on signing in on what they set off for."""

    def some(least: int, most: int) -> int:
        return chance.randint(least, most) if chance else least

    def chosen(shift: UUID | None) -> UUID | None:
        return None if chance and chance.random() < 0.3 else shift

    first, second = shifts
    lead, member, other = (Phone(team, actor, chosen(first)) for actor in actors_of(team))
    lead_next, member_next = lead.again(chosen(second)), member.again(chosen(second))
    set_off = [some(0, 5), some(0, 20), some(25, 45)]
    set_off_next = [some(116, 122), some(116, 130)]
    lead.ends = timedelta(minutes=50 - set_off[0])
    lead_next.ends = timedelta(minutes=165 - set_off_next[0])
    member.ends = timedelta(minutes=set_off_next[1] - set_off[1])
    return [
        [
            (set_off[0], lead.start),
            (12, lambda at: lead.scan(at, 0, team.leader_id)),
            (48, lambda at: lead.scan(at, 1, team.leader_id)),
            (50, lead.close),
            (set_off_next[0], lead_next.start),
            (131, lambda at: lead_next.scan(at, 0, team.leader_id)),
            (165, lead_next.close),
        ],
        [
            (set_off[1], member.start),
            (23, lambda at: member.scan(at, 0, team.member_id)),
            (set_off_next[1], member_next.start),
            (132, lambda at: member_next.scan(at, 1, team.member_id)),
            (160, lambda at: member_next.scan(at, 2, team.member_id)),
        ],
        [
            (set_off[2], other.start),
            (46, lambda at: other.scan(at, 2, team.elder_id)),
            (150, lambda at: other.scan(at, 2, team.elder_id)),
        ],
    ]


def evening(
    team: Team,
    clock,
    chance: random.Random | None,
    kept_by: Records = one_walk,
    minutes: Sequence[int | None] = (120,),
) -> tuple[object, ...]:
    """Walk one evening, its records heard at once, or by chance late and twice: what is there."""
    clock.forward(days=31)
    shifts = [
        None if length is None else team.shift(hours=1 + 2 * place, minutes=length)
        for place, length in enumerate(minutes)
    ]
    clock.forward(hours=1)
    began = now()
    heard: list[tuple[datetime, int, datetime, Callable[[datetime], None]]] = []
    for kept in kept_by(team, shifts, chance):
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


@pytest.mark.parametrize("minutes", [(180, None), (None, None), (60, 60)])
def test_two_walks_of_one_evening_stay_two(app, clock, minutes):
    team = make_team_scene()
    usual = evening(team, clock, None, two_walks, minutes)
    awards, scans, walks = usual
    assert (len(awards), len(scans), walks) == (8, 8, [PatrolStatus.CLOSED] * 2)
    for seed in range(ORDERS):
        heard = evening(team, clock, random.Random(seed), two_walks, minutes)
        assert heard == usual, f"order {seed}"
