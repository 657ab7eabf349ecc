"""Who attended a closed walk: by a sign-in that comes later, or by the desk with a reason; once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Role
from incentives.awards.models import Award, Decision
from incentives.awards.operations import review_award
from incentives.awards.unasked import Unawarded
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Invalid, NotPermitted, OwnHousehold, OwnRequest, WrongState
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolAttendance
from incentives.patrols.queries import patrol_view
from incentives.register.operations import edit_team
from tests.factories import VILLAGE, act, make_household, staff
from tests.patrols.scenes import make_team_scene
from tests.patrols.test_closing import awarded


@pytest.fixture
def team(app):
    return make_team_scene()


def test_whoever_signed_in_attended_though_the_leader_didnt_tick_them(team):
    patrol = team.walk(team.member_id, actor=team.cadre)
    team.close(patrol, team.elder_id)
    assert awarded() == [(team.member_id, "PA01", 5)]


def test_whom_the_log_doesnt_name_comes_in_by_a_sign_in_that_was_on_its_way(team, clock):
    patrol, at = team.walk(team.elder_id), now()
    clock.forward(minutes=40)
    team.close(patrol, team.elder_id)
    clock.forward(hours=2)
    for place, minutes in ((1, 5), (1, 5), (2, 20)):
        when = at + timedelta(minutes=minutes)
        (scan,) = team.scan(patrol, place, team.member_id, at=when, queued=True, actor=team.member)
        assert (scan.late, scan.offline) == (True, True)
    assert awarded() == [(team.elder_id, "PA01", 5), (team.member_id, "PA01", 5)]
    # Whoever closed the log stands for it, and it is told from those whom the log named.
    assert {each.proposed_by for each in db.session.query(Award)} == {team.leader_id}
    rows = {each.attendance.resident_id: each for each in patrol_view(VILLAGE, patrol).attended}
    assert rows[team.member_id].attendance.added_at is not None
    assert rows[team.elder_id].attendance.added_at is None


def test_whoever_comes_past_a_sign_after_the_end_attended_nothing(team, clock):
    patrol = team.walk(team.elder_id)
    team.close(patrol)
    clock.forward(minutes=30)
    (scan,) = team.scan(patrol, 1, team.member_id, actor=team.member)
    assert scan.late
    assert awarded() == [(team.elder_id, "PA01", 5)]


def test_an_award_that_was_decided_against_isnt_proposed_again(team, clock):
    patrol, at = team.walk(team.member_id, actor=team.cadre), now()
    team.close(patrol, team.member_id)
    (award,) = db.session.query(Award)
    reject(award.id)
    clock.forward(hours=1)
    later = at + timedelta(seconds=30)
    team.scan(patrol, 1, team.member_id, at=later, queued=True, actor=team.member)
    with pytest.raises(WrongState):
        team.add(patrol, team.member_id)
    assert awarded() == [(team.member_id, "PA01", 5)]


def reject(award_id):
    act(
        lambda: review_award(
            village=VILLAGE,
            award_id=award_id,
            decision=Decision.REJECT,
            reason="没走完",
            actor=staff(Role.REVIEWER),
            now=now(),
        )
    )


def test_who_is_signed_in_by_another_after_the_end_isnt_reviewed_by_that_one(team, clock):
    patrol, at = team.walk(team.elder_id), now()
    team.close(patrol, team.elder_id)
    clock.forward(hours=1)
    team.scan(patrol, 1, team.member_id, at=at, actor=team.cadre)
    (added,) = db.session.query(Award).filter_by(resident_id=team.member_id)
    assert added.proposed_by == team.cadre.person


def test_the_desk_adds_who_walked_with_a_reason_once_and_doesnt_review_it(team):
    patrol = team.walk(team.elder_id)
    with pytest.raises(WrongState):
        team.add(patrol, team.member_id)
    team.close(patrol, team.elder_id)
    for actor in (team.leader, team.member):
        with pytest.raises(NotPermitted):
            team.add(patrol, team.member_id, actor)
    with pytest.raises(Invalid):
        team.add(patrol, team.neighbour_id)
    at_home = replace(team.cadre, household_id=team.leader.household_id)
    with pytest.raises(OwnHousehold):
        team.add(patrol, team.member_id, at_home)
    with pytest.raises(OwnHousehold):  # Nor by the form for a log on paper.
        team.scan(patrol, 0, team.member_id, actor=replace(at_home, resident_id=new_id()))
    team.add(patrol, team.member_id)
    with pytest.raises(WrongState):
        team.add(patrol, team.member_id)
    (added,) = db.session.query(Award).filter_by(resident_id=team.member_id)
    assert (added.proposed_by, added.note) == (team.cadre.person, "手机没电")
    with pytest.raises(OwnRequest):
        act(
            lambda: review_award(
                village=VILLAGE,
                award_id=added.id,
                decision=Decision.APPROVE,
                reason=None,
                actor=replace(team.cadre, roles=staff(Role.REVIEWER).roles),
                now=now(),
            )
        )
    rows = {each.attendance.resident_id: each for each in patrol_view(VILLAGE, patrol).attended}
    kept = rows[team.member_id].attendance
    assert (kept.added_by, kept.reason) == (team.cadre.person, "手机没电")


def test_the_desk_adds_the_leader_who_stands_on_the_log_without_a_sign_in(team):
    patrol = team.walk(team.elder_id)
    team.close(patrol)
    team.add(patrol, team.leader_id)
    assert awarded()[1:] == [(team.leader_id, "PA01", 5), (team.leader_id, "PA04", 3)]


def test_who_was_added_has_a_reason_in_the_database_too(team):
    team.close(team.walk(team.elder_id), team.elder_id)
    patrol = db.session.query(Patrol).one()
    values = {"patrol_id": patrol.id, "resident_id": team.member_id, "village": VILLAGE}
    unawarded = Unawarded.INVALID
    row = PatrolAttendance(**values, unawarded=unawarded, added_at=now(), added_by=new_id())
    db.session.add(row)
    with pytest.raises(DBAPIError):
        db.session.flush()
    db.session.rollback()


def test_at_the_desk_nobody_enters_themself_or_their_own_on_a_walk_that_they_werent_on(team, clock):
    """In the team or not, ticked with others or alone, and having put oneself in or not."""
    for joins in (False, True):
        patrol, at = team.walk(team.elder_id), now()
        clock.forward(minutes=30)
        team.close(patrol, team.elder_id)
        cadre = replace(team.cadre, household_id=team.leader.household_id, resident_id=new_id())
        if not joins:
            cadre = replace(cadre, resident_id=team.leader_id, person=team.leader_id)
        else:
            newcomer = make_household(VILLAGE, "泽仁", door="9")
            cadre = replace(cadre, household_id=newcomer.id, resident_id=newcomer.head_id)
            change(team, team.leader_id, team.member_id, team.elder_id, newcomer.head_id)
        before = awarded()
        own = team.member_id if not joins else cadre.resident_id
        for wanted in ((own,), (cadre.resident_id, own, team.elder_id)):
            with pytest.raises(OwnHousehold):
                team.scan(patrol, 1, *wanted, at=at, actor=cadre, at_desk=True)
        if joins:  # Nor as if by phone: who came in later wasn't there.
            with pytest.raises(OwnHousehold):
                team.scan(patrol, 1, own, at=at, actor=cadre, queued=True)
        assert awarded() == before
        clock.forward(days=1)


def change(team, leader_id, *member_ids):
    act(
        lambda: edit_team(
            village=VILLAGE,
            team_id=team.id,
            name="巡防一队",
            leader_id=leader_id,
            member_ids=member_ids,
            actor=team.cadre,
            now=now(),
        )
    )


def test_whom_a_phone_signed_in_on_the_walk_enters_their_own_at_the_desk(team, clock):
    cadre = replace(team.cadre, household_id=team.leader.household_id, resident_id=team.leader_id)
    patrol, at = team.walk(team.leader_id), now()
    team.close(patrol)
    clock.forward(hours=1)
    (scan,) = team.scan(patrol, 1, team.member_id, at=at, actor=cadre, at_desk=True)
    assert (scan.at_desk, scan.signed_by, scan.late) == (True, cadre.person, True)
    (award,) = db.session.query(Award).filter_by(resident_id=team.member_id)
    assert award.proposed_by == cadre.person


def test_whoever_enters_somebody_at_the_desk_stands_for_the_award_though_another_closes(team):
    patrol = team.walk(team.leader_id, team.elder_id)
    team.scan(patrol, 1, team.member_id, team.elder_id, actor=team.cadre, at_desk=True)
    with pytest.raises(NotPermitted):
        team.scan(patrol, 1, team.member_id, actor=team.member, at_desk=True)
    team.close(patrol)
    proposers = {each.resident_id: each.proposed_by for each in db.session.query(Award)}
    # Of those whom a phone signed in, too, whoever closes does.
    assert proposers == {
        team.leader_id: team.leader_id,
        team.elder_id: team.leader_id,
        team.member_id: team.cadre.person,
    }
