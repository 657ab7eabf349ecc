"""A team that was changed before a phone had signal: whoever walked then counts, name by name."""

from datetime import timedelta

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from incentives.awards.models import Award
from incentives.awards.unasked import Unawarded
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.patrols import queries
from incentives.patrols.models import Patrol, PatrolAttendance, PatrolScan, Shift
from incentives.patrols.operations import disband_team
from incentives.register.models import FormerMember, Team, TeamMember
from tests.factories import VILLAGE, act
from tests.patrols.scenes import make_team_scene
from tests.patrols.test_attending import change
from tests.patrols.test_closing import awarded


@pytest.fixture
def team(app):
    return make_team_scene()


def test_who_has_left_the_team_since_the_walk_began_is_signed_in_and_named(team, clock):
    """By the leader's phone, by their own, and at the desk."""
    clock.forward(hours=1)
    began = now()
    clock.forward(minutes=30)
    change(team, team.leader_id, team.neighbour_id)
    clock.forward(hours=1)
    patrol = team.start(patrol_id=new_id(), started_at=began)
    signed = team.sign(patrol, 0, team.leader_id, team.elder_id, at=began, queued=True)
    assert (len(signed.scans), signed.refused) == (2, {})
    team.scan(patrol, 0, team.member_id, at=began, actor=team.member, queued=True)
    team.close(patrol, ended_at=began + timedelta(hours=1), queued=True)
    team.scan(patrol, 1, team.elder_id, at=began, actor=team.cadre, at_desk=True)
    assert {each for each, _code, _points in awarded()} == {
        team.leader_id,
        team.member_id,
        team.elder_id,
    }


def test_a_walk_is_led_by_whoever_led_the_team_then(team, clock):
    clock.forward(hours=1)
    began = now()
    clock.forward(minutes=30)
    change(team, team.neighbour_id)
    patrol = team.start(patrol_id=new_id(), started_at=began)
    team.scan(patrol, 0, team.leader_id, team.member_id, at=began, queued=True)
    with pytest.raises(NotPermitted):
        team.close(patrol, actor=team.neighbour)
    closed = team.close(patrol, team.leader_id, ended_at=began, queued=True)
    assert closed.leader_id == team.leader_id
    assert [code for who, code, _points in awarded() if who == team.leader_id] == ["PA01", "PA04"]
    clock.forward(days=1)
    with pytest.raises(NotPermitted):
        team.start()
    assert db.session.get_one(Patrol, team.start(team.neighbour)).leader_id == team.neighbour_id


def test_a_name_that_is_refused_keeps_no_other_back(team, clock):
    """Who had left before the walk began; put right, the same is taken when it is sent again."""
    change(team, team.leader_id, team.elder_id)
    clock.forward(hours=1)
    patrol, at = team.start(), now()
    signed = team.sign(patrol, 0, team.leader_id, team.member_id, team.elder_id, at=at)
    assert [each.resident_id for each in signed.scans] == [team.leader_id, team.elder_id]
    assert isinstance(signed.refused[team.member_id], Invalid)
    with pytest.raises(Invalid):
        team.sign(patrol, 0, team.member_id, at=at)
    with pytest.raises(Invalid):  # The form at the desk is there to be mended.
        team.sign(patrol, 1, team.elder_id, team.member_id, actor=team.cadre, at_desk=True)
    clock.forward(minutes=30)
    team.close(patrol, team.leader_id, team.member_id, queued=True)
    (first, second) = db.session.query(PatrolAttendance)
    assert {first.resident_id, second.resident_id} == {team.leader_id, team.elder_id}
    clock.forward(hours=1)
    change(team, team.leader_id, team.member_id)
    signed = team.sign(patrol, 0, team.member_id, at=at, queued=True)
    assert signed.refused == {}
    assert db.session.query(Award).filter_by(resident_id=team.member_id).count() == 1


def test_a_member_who_names_another_signs_in_alone(team):
    patrol = team.start()
    signed = team.sign(patrol, 0, team.member_id, team.elder_id, actor=team.member)
    assert [each.resident_id for each in signed.scans] == [team.member_id]
    assert list(signed.refused) == [team.elder_id]


def test_nobody_of_those_named_is_no_log(team):
    patrol = team.start()
    with pytest.raises(Invalid):
        team.close(patrol, team.neighbour_id)
    assert team.close(patrol, team.neighbour_id, team.elder_id).log
    (row,) = db.session.query(PatrolAttendance)
    assert (row.resident_id, row.unawarded) == (team.elder_id, Unawarded.NOT_SIGNED_IN)


def disband(team):
    act(lambda: disband_team(village=VILLAGE, team_id=team.id, actor=team.cadre, now=now()))


def test_a_walk_begun_before_its_team_was_disbanded_comes_in(team, clock):
    clock.forward(hours=1)
    began = now()
    clock.forward(minutes=10)
    disband(team)
    clock.forward(minutes=10)
    with pytest.raises(WrongState):
        team.start()
    patrol = team.start(patrol_id=new_id(), started_at=began)
    team.scan(patrol, 0, team.leader_id, team.elder_id, at=began, queued=True)
    team.close(patrol, ended_at=began + timedelta(minutes=5), queued=True)
    assert db.session.query(PatrolScan).count() == 2


def outcomes():
    """What became of each shift, in order."""
    shifts = db.session.query(Shift).order_by(Shift.starts_at).all()
    return [str(each.outcome) for each in queries.shift_views(shifts, now())]


def test_what_a_disbanded_team_had_still_to_walk_is_off_the_calendar(team, clock):
    """It was shown as coming, and then as missed by people who had no team any more."""
    planned = [team.shift(hours=each) for each in (1, 5, 9, 30)]
    clock.forward(hours=5)
    team.close(team.start(shift_id=planned[1]))
    clock.forward(hours=4)
    team.start(shift_id=planned[2])
    disband(team)
    assert outcomes() == ["missed", "walked", "walking", "cancelled"]
    reasons = [db.session.get_one(Shift, each).reason for each in planned]
    assert reasons == [None, None, None, "这支队伍已经解散"]
    clock.forward(days=3)
    assert outcomes()[-1] == "cancelled"


def test_a_shift_begun_before_its_team_was_disbanded_was_walked(team, clock):
    shift = team.shift()
    clock.forward(hours=1)
    began = now()
    clock.forward(minutes=10)
    disband(team)
    assert outcomes() == ["cancelled"]
    team.start(patrol_id=new_id(), started_at=began, shift_id=shift)
    assert outcomes() == ["walking"]


def test_who_stays_as_they_are_is_in_the_team_since_they_came(team, clock):
    made = now()
    clock.forward(hours=1)
    change(team, team.elder_id, team.leader_id)
    since = {each.resident_id: each.since for each in db.session.query(TeamMember)}
    assert since == {team.leader_id: now(), team.elder_id: now()}
    former = {each.resident_id: each for each in db.session.query(FormerMember)}
    assert {who for who, each in former.items() if each.led} == {team.leader_id}
    assert {(each.since, each.until) for each in former.values()} == {(made, now())}
    change(team, team.elder_id, team.leader_id, team.neighbour_id)
    assert db.session.query(FormerMember).count() == 3


def test_teams_of_the_release_before_keep_their_members_and_their_end(team, clock):
    clock.forward(days=2)
    disband(team)
    day = db.session.get_one(Team, team.id).disbanded_on
    db.session.remove()
    downgrade(revision="0037_fund_papers")
    kept = db.session.execute(text("SELECT disbanded_on FROM team")).scalar_one()
    assert str(kept) == str(day)
    db.session.remove()
    upgrade()
    made = db.session.get_one(Team, team.id)
    assert made.disbanded_on == day
    assert {each.since for each in db.session.query(TeamMember)} == {made.entered_at}
