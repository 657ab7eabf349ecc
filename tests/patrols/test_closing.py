"""Closing proposes the awards: nobody types them again, and a cap stops only the one it is for."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.awards.models import Award
from incentives.awards.unasked import Unawarded
from incentives.clock import now, village_day
from incentives.errors import Invalid, NotPermitted
from incentives.extensions import db
from incentives.patrols.models import PatrolAttendance
from incentives.patrols.queries import month_lines, patrol_view
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
    patrol = team.walk()
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
    patrol = team.walk()
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


def test_a_late_sign_in_of_whom_the_log_doesnt_name_earns_nothing(team):
    patrol = team.walk(team.elder_id)
    team.close(patrol, team.elder_id)
    (scan,) = team.scan(patrol, 1, team.member_id, actor=team.member)
    assert scan.late
    assert awarded() == [(team.elder_id, "PA01", 5)]


def test_nobody_is_awarded_for_a_walk_that_was_called_off(team):
    patrol = team.start()
    team.cancel(patrol)
    assert team.scan(patrol)[0].late
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
    assert team.member_id not in lines
