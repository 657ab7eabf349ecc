"""A walk that others began after its end, or that is one of two: no log is lost, no sign-in."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolAttendance, PatrolScan, PatrolStatus
from incentives.patrols.operations import cancel_shift
from incentives.patrols.queries import Outcome
from incentives.register.models import Household, Resident
from tests.factories import VILLAGE, act
from tests.patrols.scenes import by_card, make_team_scene
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


@pytest.mark.parametrize("standing_in", [True, False])
def test_a_walk_that_was_closed_without_its_shift_takes_it_from_who_was_on_it(
    team, clock, standing_in
):
    """And who stands in on the shift is on it, whose phone was heard after the end."""
    shift = team.shift(hours=1)
    swap(team, shift, team.elder_id)
    clock.forward(hours=1)
    began = now()
    loose = team.start()
    team.scan(loose, 0)
    clock.forward(minutes=50)
    team.close(loose, team.leader_id)
    assert outcome(shift) is Outcome.COMING
    ended = walk_of(loose).ended_at
    clock.forward(hours=3)
    assert outcome(shift) is Outcome.MISSED
    actor, who = team.member, team.member_id
    if standing_in:
        actor, who = team.neighbour, team.neighbour_id
    more = {"shift_id": shift, "started_at": began - minutes(10), "ended_at": ended}
    assert joined(team, actor, **more) == str(loose)
    walk = walk_of(loose)
    assert (walk.shift_id, walk.started_at, walk.ended_at) == (shift, began, ended)
    team.scan(loose, 1, who, at=began + minutes(20), actor=actor, queued=True)
    assert (outcome(shift), given(who), given(team.leader_id)) == (Outcome.WALKED, 1, 1)


def test_a_closed_walk_takes_no_shift_that_was_cancelled_nor_from_who_gave_it_away(team, clock):
    shift = team.shift(hours=1)
    swap(team, shift, team.elder_id)
    clock.forward(hours=1)
    began, loose = now(), team.walk(team.leader_id)
    clock.forward(minutes=50)
    team.close(loose, team.leader_id)
    clock.forward(minutes=50)
    home = db.session.get_one(Resident, team.elder_id).household_id
    elder = by_card(db.session.get_one(Household, home), team.elder_id)
    assert joined(team, elder, shift_id=shift, started_at=began) == str(loose)
    assert walk_of(loose).shift_id is None
    values = {"village": VILLAGE, "shift_id": shift, "reason": "下大雨"}
    act(lambda: cancel_shift(**values, actor=team.cadre, now=now()))
    assert joined(team, team.member, shift_id=shift, started_at=began) == str(loose)
    assert walk_of(loose).shift_id is None


def test_all_else_of_a_walk_that_ended_stays_with_the_shift_that_it_takes(team, clock):
    """Whoever writes to the database."""
    shift = team.shift(hours=1)
    clock.forward(hours=1)
    loose = team.walk(team.leader_id)
    team.close(loose, team.leader_id)
    called_off = team.start()
    team.cancel(called_off)
    takes = {"shift_id": shift}
    refused = (
        (called_off, takes),
        (loose, {**takes, "log": "改过"}),
        (loose, {**takes, "started_at": now() - minutes(1)}),
        (loose, {"leader_id": team.member_id}),
    )
    for patrol, values in refused:
        with pytest.raises(DBAPIError, match="stays as it ended"):
            db.session.execute(update(Patrol).where(Patrol.id == patrol).values(values))
        db.session.rollback()
    db.session.execute(update(Patrol).where(Patrol.id == loose).values(takes))
    with pytest.raises(DBAPIError, match="stays as it ended"):
        db.session.execute(update(Patrol).where(Patrol.id == loose).values(shift_id=None))


@pytest.mark.parametrize("how", ["closed", "called off"])
def test_the_first_walk_that_is_heard_to_have_ended_last_keeps_no_award(team, clock, how):
    """A member's phone signs in on it, while the team walks the next, which is closed first."""
    first, began = team.start(), now()
    clock.forward(minutes=180)
    second = team.start(patrol_id=new_id(), started_at=began + minutes(120), left=[first])
    team.scan(second, 1, team.leader_id, at=began + minutes(125), queued=True)
    at = began + minutes(130)
    team.scan(first, 2, team.member_id, at=at, actor=team.member, queued=True)
    team.close(second, team.leader_id, ended_at=began + minutes(165), queued=True)
    assert given(team.member_id) == 0
    if how == "closed":
        team.scan(first, 0, team.leader_id, at=began + minutes(5), queued=True)
        team.close(first, team.leader_id, ended_at=began + minutes(50), queued=True)
    else:
        team.cancel(first)
    assert given(team.member_id) == 1
    assert given(team.leader_id) == (2 if how == "closed" else 1)
    attended = db.session.query(PatrolAttendance).filter_by(patrol_id=second)
    assert {each.resident_id for each in attended} == {team.leader_id, team.member_id}
