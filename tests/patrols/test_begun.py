"""Which walk a phone's records are of that comes late: closed, another shift's, or called off."""

from datetime import timedelta

import pytest

from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Duplicate, WrongState
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolStatus
from incentives.patrols.operations import Log, cancel_shift
from incentives.patrols.queries import Outcome
from tests.factories import VILLAGE, act
from tests.patrols.scenes import make_team_scene
from tests.patrols.test_closing import awarded
from tests.patrols.test_moved import swap
from tests.patrols.test_rota import outcome


@pytest.fixture
def team(app):
    return make_team_scene()


def given(who) -> int:
    """How many awards of a member somebody has."""
    return [(each, code) for each, code, _points in awarded()].count((who, "PA01"))


def joined(team, actor=None, **more):
    """The walk that a phone joins that sets off."""
    with pytest.raises(Duplicate) as other:
        team.start(actor, patrol_id=new_id(), **more)
    return other.value.extensions["patrol_id"]


def walked_by_phone(team, shift, began, *people):
    """A walk that a leader's phone had no signal on, of an hour, all sent at once."""
    patrol = team.start(shift_id=shift, patrol_id=new_id(), started_at=began)
    at = began + timedelta(minutes=10)
    team.scan(patrol, 0, *(people or (team.leader_id, team.elder_id)), at=at, queued=True)
    team.close(patrol, ended_at=began + timedelta(hours=1), queued=True)
    return patrol


def test_an_old_page_that_names_the_first_shift_again_walks_the_second(team, clock):
    first, second = team.shift(hours=1), team.shift(hours=6)
    clock.forward(hours=1)
    closed = walked_by_phone(team, first, now())
    clock.forward(hours=5)
    began = now()
    clock.forward(hours=1)
    other = team.start(shift_id=first, patrol_id=new_id(), started_at=began)
    assert other != closed
    assert db.session.get_one(Patrol, other).shift_id == second
    assert not team.scan(other, 1, at=began + timedelta(minutes=10), queued=True)[0].late
    team.close(other, ended_at=began + timedelta(hours=1), queued=True)
    assert (outcome(first), outcome(second)) == (Outcome.WALKED, Outcome.WALKED)
    assert given(team.leader_id) == 2


def test_a_shift_whose_walk_had_ended_isnt_begun_again_and_is_walked_without_it(team, clock):
    shift = team.shift(hours=1)
    clock.forward(hours=1)
    closed = walked_by_phone(team, shift, now())
    assert joined(team, shift_id=shift, started_at=now()) == str(closed)
    clock.forward(hours=1, minutes=5)
    with pytest.raises(WrongState):
        team.start(shift_id=shift, patrol_id=new_id(), started_at=now())
    other = team.start(patrol_id=new_id(), started_at=now())
    assert db.session.get_one(Patrol, other).shift_id is None


def test_a_closing_with_the_same_words_and_another_end_is_another(team, clock):
    patrol, at = team.walk(), now()
    clock.forward(hours=3)
    ended = at + timedelta(hours=1)
    team.close(patrol, ended_at=ended, queued=True)
    with pytest.raises(WrongState):
        team.close(patrol, ended_at=ended + timedelta(hours=1), queued=True)
    # A sign-in from after the end that came in between changes nothing of the answer.
    team.scan(patrol, 1, at=ended + timedelta(hours=1), queued=True)
    assert team.close(patrol, ended_at=ended, queued=True).ended_at == ended
    # Nor does an end that was put right, being before the last sign-in.
    other = team.walk()
    for _time in range(2):
        team.close(other, ended_at=now() - timedelta(minutes=5), queued=True)


@pytest.mark.parametrize("led", ["shift", "none"])
@pytest.mark.parametrize("minutes", [-20, 1, 40])
def test_a_members_phone_heard_after_the_closing_is_on_that_walk(team, clock, led, minutes):
    """Whichever the leader chose; the member walks without a shift."""
    shift = team.shift(hours=1) if led == "shift" else None
    clock.forward(hours=1)
    began = now()
    clock.forward(hours=2)
    patrol = walked_by_phone(team, shift, began)
    started = began + timedelta(minutes=minutes)
    assert joined(team, team.member, started_at=started) == str(patrol)
    at = began + timedelta(minutes=45)
    team.scan(patrol, 1, team.member_id, at=at, actor=team.member, queued=True)
    assert [given(who) for who in (team.leader_id, team.member_id, team.elder_id)] == [1, 1, 1]


def test_who_sets_off_after_the_end_walks_anew(team, clock):
    began = now()
    clock.forward(hours=2)
    patrol = walked_by_phone(team, None, began)
    for started in (began + timedelta(hours=1), now()):
        other = team.start(team.member, patrol_id=new_id(), started_at=started)
        assert other != patrol
        team.cancel(other)


def test_a_shift_is_not_swallowed_by_a_walk_without_one_hours_later(team, clock):
    shift = team.shift(hours=1)
    clock.forward(hours=1)
    began = now()
    clock.forward(hours=6)
    loose = team.start(team.member)
    clock.forward(minutes=30)
    patrol = walked_by_phone(team, shift, began)
    assert patrol != loose
    assert (outcome(shift), team.status(loose)) == (Outcome.WALKED, PatrolStatus.WALKING)
    clock.forward(minutes=30)
    assert not team.scan(loose, 1, team.member_id, actor=team.member)[0].late
    team.close(loose, team.member_id, log=Log("阴", "都好"))
    assert given(team.member_id) == 1


def test_nor_is_one_without_a_shift_by_another_hours_later(team, clock):
    began = now()
    clock.forward(hours=4)
    loose = team.start(team.member)
    clock.forward(minutes=30)
    assert walked_by_phone(team, None, began) != loose
    # One walks no longer than that after a shift, which was maybe forgotten.
    shift = team.shift(days=1)
    clock.forward(days=1)
    forgotten = team.start(shift_id=shift)
    clock.forward(hours=5)
    assert team.start(team.member) not in (loose, forgotten)


def test_a_walk_isnt_ended_by_an_end_from_before_it_began(team, clock):
    """Near enough to be taken for the shift's, and begun after it, by another phone."""
    shift = team.shift(hours=1)
    clock.forward(hours=1)
    began = now()
    clock.forward(hours=2)
    loose = team.start(team.member)
    clock.forward(minutes=10)
    assert joined(team, shift_id=shift, started_at=began) == str(loose)
    with pytest.raises(WrongState):
        team.cancel(loose, ended_at=began + timedelta(minutes=30))
    with pytest.raises(WrongState) as refused:
        team.close(loose, ended_at=began + timedelta(hours=1), queued=True)
    assert "以后才开始" in str(refused.value.detail)
    assert team.status(loose) is PatrolStatus.WALKING
    team.close(loose, team.member_id)


@pytest.mark.parametrize("by_shift", [True, False])
def test_a_sign_in_on_a_walk_called_off_and_begun_again_is_of_the_second(team, clock, by_shift):
    shift = team.shift(hours=1) if by_shift else None
    clock.forward(hours=1)
    first = team.start(shift_id=shift)
    clock.forward(minutes=10)
    team.cancel(first)
    second = team.walk(team.leader_id, shift_id=shift)
    clock.forward(minutes=20)
    at = now()
    clock.forward(minutes=20)
    team.close(second)
    (scan,) = team.scan(first, 1, team.member_id, at=at, actor=team.member, queued=True)
    assert (scan.patrol_id, given(team.member_id)) == (second, 1)
    # What is from long before the second began stays where it was.
    early = at - timedelta(hours=1)
    (scan,) = team.scan(first, 2, team.member_id, at=early, actor=team.member, queued=True)
    assert (scan.patrol_id, scan.late) == (first, True)


def called_off_at_the_desk(team, shift):
    """The shift is cancelled while somebody walks it unheard."""
    values = {"village": VILLAGE, "shift_id": shift, "reason": "下大雨"}
    act(lambda: cancel_shift(**values, actor=team.cadre, now=now()))


def test_who_walks_a_shift_that_was_cancelled_meanwhile_walks_it_with_the_stand_in(team, clock):
    shift = team.shift(hours=1)
    swap(team, shift, team.leader_id)
    clock.forward(hours=1)
    began = now()
    clock.forward(minutes=5)
    called_off_at_the_desk(team, shift)
    clock.forward(hours=1)
    with pytest.raises(WrongState):
        team.start(team.neighbour, shift_id=shift, patrol_id=new_id(), started_at=now())
    patrol = team.start(team.neighbour, shift_id=shift, patrol_id=new_id(), started_at=began)
    at = began + timedelta(minutes=10)
    team.scan(patrol, 0, team.neighbour_id, team.elder_id, at=at, actor=team.neighbour)
    team.close(patrol, team.neighbour_id, actor=team.neighbour)
    assert [given(who) for who in (team.neighbour_id, team.elder_id)] == [1, 1]
    assert outcome(shift) is Outcome.WALKED


def test_a_shift_that_was_planned_anew_is_walked_as_that(team, clock):
    """Whoever set off on the one before is on the walk of the new one."""
    shift = team.shift(hours=1)
    clock.forward(minutes=30)
    began = now()
    clock.forward(minutes=5)
    called_off_at_the_desk(team, shift)
    anew = team.shift(hours=0, minutes=180)
    patrol = team.start(shift_id=anew)
    with pytest.raises(WrongState):
        team.start(team.member, shift_id=shift, patrol_id=new_id(), started_at=began)
    assert joined(team, team.member, started_at=began) == str(patrol)
