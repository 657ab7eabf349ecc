"""Races on a walk: begun once, closed once, and nobody's sign-in or award lost or doubled."""

from datetime import timedelta
from functools import partial

import pytest

from incentives.awards.models import Award
from incentives.calls.models import Call, Category
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Duplicate, WrongState
from incentives.extensions import db
from incentives.patrols import operations
from incentives.patrols.models import Patrol, PatrolAttendance, PatrolScan
from tests.factories import VILLAGE, act
from tests.patrols.scenes import make_team_scene
from tests.races.crowd import CROWD, at_once, count, rounds, succeeded

ROUNDS = 2


@pytest.fixture
def team(app):
    return make_team_scene()


def rows(model) -> int:
    db.session.rollback()
    return db.session.query(model).count()


def test_phones_that_set_off_at_once_begin_one_walk(app, team):
    for _round in rounds(ROUNDS):
        before = rows(Patrol)
        outcomes = at_once(app, [team.start] * CROWD)
        assert (succeeded(outcomes), count(outcomes, Duplicate)) == (1, CROWD - 1), outcomes
        assert rows(Patrol) == before + 1
        team.cancel(next(each for each in outcomes if not isinstance(each, Exception)))


def test_a_walk_is_closed_once(app, team):
    patrol = team.walk()
    outcomes = at_once(app, [partial(team.close, patrol)] * CROWD)
    assert (succeeded(outcomes), count(outcomes, WrongState)) == (1, CROWD - 1), outcomes
    assert (rows(PatrolAttendance), rows(Award)) == (3, 4)


def test_the_same_sign_in_from_many_phones_and_on_two_walks_counts_once(app, team):
    at = now()
    patrol = team.start()
    works = [
        partial(
            team.scan, patrol, 0, team.leader_id, team.elder_id, at=at + timedelta(minutes=each)
        )
        for each in range(CROWD)
    ]
    outcomes = at_once(app, works)
    assert succeeded(outcomes) == CROWD, outcomes
    assert rows(PatrolScan) == 2


def test_sign_ins_that_come_while_the_leader_closes_are_all_awarded_once(app, team):
    patrol, at = team.start(), now()
    works = [
        partial(team.scan, patrol, 0, team.leader_id, at=at),
        partial(team.close, patrol),
        partial(team.scan, patrol, 0, team.member_id, at=at, actor=team.member),
        partial(team.scan, patrol, 1, team.member_id, at=at, actor=team.member),
        partial(team.scan, patrol, 2, team.elder_id, at=at),
    ]
    outcomes = at_once(app, works)
    assert succeeded(outcomes) == len(works), outcomes
    assert (rows(PatrolScan), rows(PatrolAttendance), rows(Award)) == (4, 3, 4)
    assert all(each.award_id for each in db.session.query(PatrolAttendance))


def test_a_finding_sent_at_once_from_a_phone_is_one_call(app, team):
    patrol, mine = team.start(), new_id()

    def find():
        return act(
            lambda: operations.record_finding(
                village=VILLAGE,
                patrol_id=patrol,
                category=Category.HAZARD,
                text="护坡松动",
                place="小学后面",
                finding_id=mine,
                actor=team.leader,
                now=now(),
            )
        ).call_id

    outcomes = at_once(app, [find] * CROWD)
    assert succeeded(outcomes) == CROWD, outcomes
    assert len(set(outcomes)) == rows(Call) == 1
