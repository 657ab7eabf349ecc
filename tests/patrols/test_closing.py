"""Closing proposes the awards: nobody types them again, and a cap stops only the one it is for."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.awards.models import Award
from incentives.awards.unasked import Unawarded
from incentives.clock import now, village_day
from incentives.errors import Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.patrols.models import PatrolAttendance
from incentives.patrols.operations import Log
from incentives.patrols.queries import month_lines, patrol_view
from incentives.patrols.words import days_said
from tests.factories import VILLAGE
from tests.patrols.scenes import make_team_scene


@pytest.fixture
def team(app):
    return make_team_scene()


def awarded() -> list[tuple[object, str, int]]:
    found = db.session.query(Award).order_by(Award.id)
    return [(each.resident_id, each.rule_code, each.points) for each in found]


def test_closing_proposes_one_award_a_member_and_the_leaders(team):
    patrol = team.walk()
    team.scan(patrol, 1)
    team.close(patrol)
    assert awarded() == [
        (team.leader_id, "PA01", 5),
        (team.leader_id, "PA04", 3),
        (team.member_id, "PA01", 5),
        (team.elder_id, "PA01", 5),
    ]
    assert {each.proposed_by for each in db.session.query(Award)} == {team.leader_id}
    view = patrol_view(VILLAGE, patrol)
    assert sorted(each.places for each in view.attended) == [1, 1, 2]


def test_who_stayed_at_home_gets_none_and_no_leader_no_leaders_award(team):
    patrol = team.walk(team.elder_id)
    team.close(patrol, team.elder_id)
    assert awarded() == [(team.elder_id, "PA01", 5)]


def test_a_cap_stops_its_award_and_not_the_closing(team, clock):
    for _walk in range(8):
        team.close(team.walk(team.member_id, actor=team.cadre), team.member_id)
        clock.forward(minutes=15)
    patrol = team.walk(team.member_id, team.elder_id)
    team.close(patrol, team.member_id, team.elder_id)
    rows = {
        each.resident_id: each.unawarded
        for each in db.session.query(PatrolAttendance).filter_by(patrol_id=patrol)
    }
    assert rows == {team.member_id: Unawarded.CAP_EXCEEDED, team.elder_id: None}
    assert sum(points for who, _code, points in awarded() if who == team.member_id) == 40


def test_without_rules_a_walk_is_closed_all_the_same(app):
    team = make_team_scene(rules=False)
    patrol = team.walk(team.leader_id)
    team.close(patrol, team.leader_id)
    row = db.session.query(PatrolAttendance).one()
    assert (row.award_id, row.unawarded) == (None, Unawarded.NO_RULE_IN_FORCE)
    assert row.leader_unawarded is Unawarded.NO_RULE_IN_FORCE
    assert awarded() == []


def test_only_the_leader_or_a_cadre_closes_and_only_with_those_who_walk(team):
    patrol = team.start()
    with pytest.raises(NotPermitted):
        team.close(patrol, actor=team.member)
    with pytest.raises(Invalid):
        team.close(patrol, team.neighbour_id)
    team.close(patrol, actor=team.cadre)


def test_an_ended_walk_stays_as_it_ended(team):
    team.close(team.walk(team.member_id))
    for statement in (
        "UPDATE patrol SET log = 'x'",
        "UPDATE patrol_attendance SET unawarded = 'invalid', award_id = NULL",
        "UPDATE patrol_attendance SET resident_id = patrol_id WHERE unawarded = 'not_signed_in'",
        "DELETE FROM patrol_attendance",
    ):
        with pytest.raises(DBAPIError, match=r"stays|kept"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_who_was_never_signed_in_is_on_the_log_and_gets_none(team):
    patrol = team.walk(team.elder_id)
    team.close(patrol)
    assert awarded() == [(team.elder_id, "PA01", 5)]
    rows = {
        each.attendance.resident_id: each.attendance
        for each in patrol_view(VILLAGE, patrol).attended
    }
    waiting = rows[team.member_id]
    assert (waiting.award_id, waiting.unawarded) == (None, Unawarded.NOT_SIGNED_IN)
    assert rows[team.leader_id].leader_unawarded is Unawarded.NOT_SIGNED_IN


def test_a_sign_in_that_comes_after_the_closing_brings_the_award_it_waited_for(team, clock):
    patrol, at = team.walk(team.elder_id), now()
    team.close(patrol)
    clock.forward(hours=2)
    for _time in range(2):
        team.scan(patrol, 1, team.member_id, at=at, actor=team.member)
        team.scan(patrol, 2, team.leader_id, at=at)
    assert awarded()[1:] == [
        (team.member_id, "PA01", 5),
        (team.leader_id, "PA01", 5),
        (team.leader_id, "PA04", 3),
    ]
    # Whoever closed the log stands for them, and reviews none.
    assert {each.proposed_by for each in db.session.query(Award)} == {team.leader_id}
    rows = db.session.query(PatrolAttendance).filter_by(patrol_id=patrol)
    assert all(each.award_id and each.unawarded is None for each in rows)


def test_a_closing_that_was_kept_in_the_phone_has_its_own_time_and_says_so(team, clock):
    patrol, at = team.walk(), now()
    clock.forward(hours=3)
    closed = team.close(patrol, ended_at=at + timedelta(hours=1), queued=True)
    assert closed.ended_at == at + timedelta(hours=1)
    assert (closed.end_received_at, closed.end_offline) == (at + timedelta(hours=3), True)
    # Its answer was lost, and it is sent again under another key: still one closing.
    team.close(patrol, ended_at=at + timedelta(hours=1), queued=True)
    assert len(awarded()) == 4
    with pytest.raises(WrongState):
        team.close(patrol, ended_at=at + timedelta(hours=1))
    with pytest.raises(WrongState):
        team.close(patrol, actor=team.cadre, queued=True)


def test_a_closing_of_a_moment_ago_is_flagged_only_where_it_was_kept(team, clock):
    for queued in (True, False):
        patrol, at = team.walk(team.leader_id), now()
        clock.forward(minutes=1)
        assert team.close(patrol, ended_at=at, queued=queued).end_offline is queued
        clock.forward(hours=1)


def test_a_log_typed_in_two_lines_is_taken_as_one(team):
    patrol = team.walk()
    closed = team.close(patrol, log=Log(weather="晴", text="水坝有落石\n已清 "))
    assert closed.log == "水坝有落石 已清"


def test_a_walk_ends_after_its_last_sign_in_and_not_to_come(team, clock):
    patrol, at = team.start(), now()
    clock.forward(minutes=30)
    team.scan(patrol)
    closed = team.close(patrol, ended_at=at - timedelta(days=1))
    assert closed.ended_at == at + timedelta(minutes=30)
    other = team.start()
    assert team.close(other, ended_at=now() + timedelta(days=1)).ended_at == now()


def test_a_sign_in_by_a_wrong_clock_puts_off_no_end(team, clock):
    patrol, at = team.start(), now()
    team.scan(patrol)
    clock.forward(hours=2)
    assert team.scan(patrol, 1, at=now() + timedelta(hours=3))[0].clock
    closed = team.close(patrol, ended_at=at + timedelta(hours=1), queued=True)
    assert closed.ended_at == at + timedelta(hours=1)


def test_nobody_is_awarded_for_a_walk_that_was_called_off(team):
    patrol = team.start()
    team.cancel(patrol)
    assert team.scan(patrol)[0].late
    with pytest.raises(WrongState):
        team.add(patrol, team.member_id)
    assert awarded() == []


def test_a_months_view_counts_by_person_and_team(team):
    for _walk in range(2):
        team.close(team.start(), team.leader_id, team.elder_id)
    team.cancel(team.start())
    today = village_day(now())
    lines = {each.resident_id: each for each in month_lines(VILLAGE, today, today)}
    assert (lines[team.leader_id].patrols, lines[team.leader_id].led) == (2, 2)
    assert (lines[team.elder_id].patrols, lines[team.elder_id].led) == (2, 0)
    assert lines[team.elder_id].days == [today, today]
    assert days_said([today, today, today + timedelta(days=1)]) == "2（2次） 3"
    assert team.member_id not in lines
