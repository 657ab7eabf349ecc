"""A walk that others began after its end, or that is one of two: no log is lost, no sign-in."""

from datetime import timedelta

import pytest

from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolAttendance, PatrolScan, PatrolStatus
from incentives.patrols.operations import cancel_shift
from incentives.patrols.queries import Outcome
from tests.factories import VILLAGE, act
from tests.patrols.scenes import make_team_scene
from tests.patrols.test_begun import given, joined
from tests.patrols.test_closing import awarded
from tests.patrols.test_moved import swap
from tests.patrols.test_rota import outcome


@pytest.fixture
def team(app):
    return make_team_scene()


def minutes(count):
    return timedelta(minutes=count)


def flags_of(patrol):
    """Whether each sign-in of a walk is flagged for its time."""
    found = db.session.query(PatrolScan).filter_by(patrol_id=patrol)
    return [(each.clock, each.late) for each in found.order_by(PatrolScan.scanned_at)]


def walk_of(patrol):
    db.session.expire_all()
    return db.session.get_one(Patrol, patrol)


@pytest.mark.parametrize("known", [True, False])
def test_the_log_is_taken_though_a_latecomer_set_off_for_the_shift_after_its_end(
    team, clock, known
):
    shift = team.shift(hours=1)
    clock.forward(hours=1)
    began, ended = now(), now() + minutes(60)
    clock.forward(minutes=65)
    late = team.start(team.member, shift_id=shift)
    team.scan(late, 1, team.member_id, actor=team.member)
    clock.forward(minutes=60)
    more = {"started_at": began, "ended_at": ended if known else None}
    assert joined(team, shift_id=shift, **more) == str(late)
    team.scan(late, 0, team.leader_id, at=began + minutes(5), queued=True)
    closed = team.close(late, team.leader_id, ended_at=ended, queued=True)
    assert (closed.started_at, closed.ended_at) == (began, ended)
    assert flags_of(late) == [(False, False), (False, False)]
    assert outcome(shift) is Outcome.WALKED
    assert [given(who) for who in (team.leader_id, team.member_id)] == [1, 0]
    # Sent again, it is the same.
    assert team.close(late, team.leader_id, ended_at=ended, queued=True).ended_at == ended


@pytest.mark.parametrize("by_shift", [True, False])
def test_a_walk_that_the_team_began_after_the_end_is_another(team, clock, by_shift):
    """A member begins the second, and is heard first."""
    shift = team.shift(hours=1, minutes=60) if by_shift else None
    clock.forward(hours=1)
    began, ended = now(), now() + minutes(60)
    clock.forward(minutes=65)
    second = team.start(team.member)
    clock.forward(minutes=60)
    more = {"shift_id": shift, "started_at": began, "ended_at": ended}
    first = team.start(patrol_id=new_id(), **more)
    team.scan(first, 0, team.leader_id, at=began + minutes(5), queued=True)
    team.close(first, team.leader_id, ended_at=ended, queued=True)
    again = began + minutes(66)
    assert joined(team, started_at=again, left=[first]) == str(second)
    team.scan(second, 1, team.leader_id, at=again + minutes(5), queued=True)
    team.close(second, team.leader_id, ended_at=now(), queued=True)
    assert given(team.leader_id) == 2
    assert shift is None or outcome(shift) is Outcome.WALKED


@pytest.mark.parametrize("by_shift", [True, False])
def test_a_walk_called_off_without_signal_keeps_no_sign_in_from_the_one_begun_again(
    team, clock, by_shift
):
    """The leader calls off and sets off again; a member was heard in between."""
    shift = team.shift(hours=1) if by_shift else None
    clock.forward(hours=1)
    began = now()
    clock.forward(minutes=3)
    walk = team.start(team.member, shift_id=shift)
    clock.forward(minutes=32)
    team.scan(walk, 2, team.member_id, actor=team.member)
    clock.forward(minutes=200)
    off, ended = began + minutes(8), began + minutes(50)
    assert joined(team, shift_id=shift, started_at=began, ended_at=off) == str(walk)
    team.cancel(walk, ended_at=off)
    more = {"started_at": began + minutes(12), "left": [walk], "ended_at": ended}
    again = team.start(shift_id=shift, patrol_id=new_id(), **more)
    team.scan(again, 0, team.leader_id, at=began + minutes(16), queued=True)
    team.close(again, team.leader_id, ended_at=ended, queued=True)
    assert [given(who) for who in (team.leader_id, team.member_id)] == [1, 1]


def test_a_latecomer_is_on_the_walk_that_was_on_though_the_next_began_nearer(team, clock):
    began = now()
    clock.forward(hours=4)
    walks = []
    for start, end in ((0, 48), (59, 107)):
        more = {"started_at": began + minutes(start), "ended_at": began + minutes(end)}
        walk = team.start(patrol_id=new_id(), **more)
        team.scan(walk, 0, team.leader_id, at=began + minutes(start + 5), queued=True)
        team.close(walk, team.leader_id, ended_at=began + minutes(end), queued=True)
        walks.append(walk)
    assert joined(team, team.member, started_at=began + minutes(30)) == str(walks[0])


def test_a_phone_that_has_left_a_walk_begins_another_and_the_log_ends_the_first(team, clock):
    """All without signal and without a shift; the member's phone is heard first."""
    began = now()
    clock.forward(hours=4)
    first = team.start(team.member, patrol_id=new_id(), started_at=began)
    team.scan(first, 0, team.member_id, at=began + minutes(10), actor=team.member, queued=True)
    again = began + minutes(120)
    more = {"patrol_id": new_id(), "started_at": again, "left": [first]}
    second = team.start(team.member, **more)
    assert second != first
    team.scan(second, 1, team.member_id, at=again + minutes(10), actor=team.member, queued=True)
    ended = began + minutes(50)
    assert joined(team, started_at=began, ended_at=ended) == str(first)
    assert team.close(first, team.member_id, ended_at=ended, queued=True).ended_at == ended
    assert joined(team, started_at=again, left=[first]) == str(second)
    team.close(second, team.member_id, ended_at=again + minutes(45), queued=True)
    assert given(team.member_id) == 2


@pytest.mark.parametrize("heard", ["before both", "after the first", "after both"])
def test_what_is_signed_after_the_end_is_of_the_walk_that_was_on_then(team, clock, heard):
    """By a phone that didn't hear of the end, and goes on signing in on the first."""
    first, began = team.start(), now()
    at = began + minutes(130)

    def sign():
        team.scan(first, 2, team.member_id, at=at, actor=team.member, queued=True)

    clock.forward(minutes=180)
    if heard == "before both":
        sign()
    team.scan(first, 0, team.leader_id, at=began + minutes(5), queued=True)
    ended = began + minutes(50)
    assert team.close(first, team.leader_id, ended_at=ended, queued=True).ended_at == ended
    if heard == "after the first":
        sign()
    second = team.start(patrol_id=new_id(), started_at=began + minutes(120), left=[first])
    team.scan(second, 1, team.leader_id, at=began + minutes(125), queued=True)
    team.close(second, team.leader_id, ended_at=began + minutes(165), queued=True)
    if heard == "after both":
        sign()
    assert given(team.member_id) == 1
    attended = db.session.query(PatrolAttendance).filter_by(patrol_id=second)
    assert team.member_id in {each.resident_id for each in attended}
    assert db.session.query(PatrolScan).count() == 3


def test_a_walk_without_a_shift_that_goes_on_takes_the_shift_of_who_joins_it(team, clock):
    shift = team.shift(hours=1)
    clock.forward(hours=1)
    began = now()
    clock.forward(minutes=20)
    loose = team.start(team.member, route_id=None)
    assert joined(team, shift_id=shift, started_at=began) == str(loose)
    taken = walk_of(loose)
    assert (taken.shift_id, taken.started_at, taken.route_id) == (shift, began, team.route_id)
    team.scan(loose, 0, team.leader_id, at=began + minutes(1), queued=True)
    team.close(loose, team.leader_id)
    assert (outcome(shift), flags_of(loose)) == (Outcome.WALKED, [(False, False)])


def test_with_the_shift_it_is_led_by_who_stands_in_and_one_that_was_cancelled_isnt_taken(
    team, clock
):
    shift, gone = team.shift(hours=1), team.shift(hours=6)
    swap(team, shift, team.leader_id)
    clock.forward(hours=1)
    loose = team.start(team.member)
    assert joined(team, team.neighbour, shift_id=shift) == str(loose)
    assert walk_of(loose).leader_id == team.neighbour_id
    team.cancel(loose, team.cadre)
    clock.forward(hours=5)
    began, other = now(), team.start(team.member)
    clock.forward(minutes=5)
    values = {"village": VILLAGE, "shift_id": gone, "reason": "下大雨"}
    act(lambda: cancel_shift(**values, actor=team.cadre, now=now()))
    assert joined(team, shift_id=gone, started_at=began + minutes(1)) == str(other)
    assert walk_of(other).shift_id is None
    assert team.status(other) is PatrolStatus.WALKING


def test_a_shift_that_was_walked_without_signal_is_none_that_was_begun_hours_after(team, clock):
    shift = team.shift(hours=1)
    clock.forward(hours=1)
    began, ended = now(), now() + minutes(120)
    clock.forward(hours=2, minutes=30)
    loose = team.start(team.member)
    clock.forward(minutes=30)
    own = team.start(shift_id=shift, patrol_id=new_id(), started_at=began, ended_at=ended)
    assert own != loose
    team.scan(own, 0, at=began + minutes(5), queued=True)
    team.close(own, team.leader_id, ended_at=ended, queued=True)
    assert (outcome(shift), team.status(loose)) == (Outcome.WALKED, PatrolStatus.WALKING)
    assert [code for _who, code, _points in awarded()] == ["PA01", "PA04"]
