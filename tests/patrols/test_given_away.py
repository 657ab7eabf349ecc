"""Who gave a shift away while their phone had no signal, and stand-ins who have moved away."""

import pytest

from incentives.calls.models import Category
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.errors import Duplicate, Invalid, NotPermitted
from incentives.extensions import db
from incentives.patrols import operations, queries
from incentives.patrols.models import Patrol, PatrolStatus
from incentives.patrols.operations import why
from incentives.patrols.people import may_end
from incentives.register.models import Resident
from tests.factories import VILLAGE, act, make_household
from tests.patrols.scenes import by_card, make_team_scene
from tests.patrols.test_closing import awarded
from tests.patrols.test_moved import leaves, swap
from tests.patrols.test_rota import answer, ask, home_of, names

GAVE = "扎西彭措把这一班给了四郎"


@pytest.fixture
def team(app):
    return make_team_scene()


@pytest.fixture
def shift(team, clock):
    """The leader's shift, which the neighbour has taken over half an hour ago."""
    made = team.shift(hours=3)
    swap(team, made, team.leader_id)
    clock.forward(minutes=30)
    return made


def report(team, patrol):
    return act(
        lambda: operations.record_finding(
            village=VILLAGE,
            patrol_id=patrol,
            category=Category.HAZARD,
            text="护坡松动",
            place="小学后面",
            actor=team.leader,
            now=now(),
        )
    )


def test_what_a_leaders_phone_brings_that_didnt_hear_of_the_stand_in_counts_for_the_others(
    team, shift, clock
):
    began = now()
    clock.forward(hours=2)
    patrol = team.start(shift_id=shift, patrol_id=new_id(), started_at=began)
    kept = db.session.get_one(Patrol, patrol)
    assert (kept.shift_id, kept.leader_id) == (shift, team.neighbour_id)
    signed = team.sign(
        patrol, 0, team.leader_id, team.member_id, team.elder_id, at=began, queued=True
    )
    assert {each.resident_id for each in signed.scans} == {team.member_id, team.elder_id}
    assert [(who, why(refusal)) for who, refusal in signed.refused.items()] == [
        (team.leader_id, GAVE)
    ]
    assert report(team, patrol).found_by == team.leader_id
    assert may_end(team.leader, db.session.get_one(Patrol, patrol))
    team.close(patrol, team.leader_id, team.member_id, team.elder_id, queued=True)
    assert {who for who, _code, _points in awarded()} == {team.member_id, team.elder_id}
    assert queries.patrol_view(VILLAGE, patrol).line.patrol.status is PatrolStatus.CLOSED


def test_where_the_stand_in_walks_the_others_are_signed_in_there_and_nobody_earns_twice(
    team, shift, clock
):
    began = now()
    clock.forward(hours=3)
    walk = team.start(team.neighbour, shift_id=shift)
    team.scan(walk, 0, team.neighbour_id, team.elder_id, actor=team.neighbour)
    with pytest.raises(Duplicate) as other:
        team.start(shift_id=shift, patrol_id=new_id(), started_at=began)
    assert other.value.extensions["patrol_id"] == str(walk)
    signed = team.sign(
        walk, 1, team.leader_id, team.member_id, team.elder_id, at=began, queued=True
    )
    assert list(signed.refused) == [team.leader_id]
    # Who walks with the stand-in isn't cut short.
    with pytest.raises(NotPermitted):
        team.close(walk, team.member_id)
    assert team.status(walk) is PatrolStatus.WALKING
    team.close(walk, team.neighbour_id, actor=team.neighbour)
    given = [who for who, code, _points in awarded() if code == "PA01"]
    assert sorted(given) == sorted([team.neighbour_id, team.member_id, team.elder_id])


def test_who_gave_the_shift_away_signs_nobody_in_who_isnt_led_by_their_stand_in(team, clock):
    """Of a member's phone that one name is refused; the walk is begun for the others."""
    shift = team.shift(hours=3)
    swap(team, shift, team.member_id)
    clock.forward(minutes=30)
    with pytest.raises(NotPermitted):
        team.start(team.member, shift_id=shift)
    patrol = team.start(team.member, shift_id=shift, patrol_id=new_id(), started_at=now())
    assert db.session.get_one(Patrol, patrol).leader_id == team.leader_id
    for who in (team.member_id, team.elder_id):
        with pytest.raises((Invalid, NotPermitted)):
            team.scan(patrol, 0, who, actor=team.member)
    with pytest.raises(NotPermitted):
        team.close(patrol, team.elder_id, actor=team.member)
    team.scan(patrol, 0, team.leader_id, team.elder_id)
    team.close(patrol, team.leader_id)
    assert {who for who, _code, _points in awarded()} == {team.leader_id, team.elder_id}


def test_a_stranger_begins_no_shift_however_the_phone_dates_it(team, shift):
    """Nor does who gave the shift away, but by a phone."""
    stranger = make_household(VILLAGE, "泽仁", door="9")
    by = by_card(stranger, stranger.head_id)
    with pytest.raises(NotPermitted):
        team.start(by, shift_id=shift, patrol_id=new_id(), started_at=now())
    with pytest.raises(NotPermitted):
        team.start(shift_id=shift)


def test_where_the_stand_in_moved_away_the_leader_leads_again(team, clock):
    shift = team.shift(days=3)
    swap(team, shift, team.leader_id)
    leaves(team, team.neighbour_id, village_day(now()))
    assert names(team, shift) == {team.leader_id, team.member_id, team.elder_id}
    assert queries.stand_ins(shift) == queries.stand_ins_of([shift])[shift] == {}
    clock.forward(days=3)
    patrol = team.start(team.member, shift_id=shift)
    assert db.session.get_one(Patrol, patrol).leader_id == team.leader_id
    team.scan(patrol, 0, team.leader_id, team.elder_id)
    team.close(patrol, team.leader_id)


def test_of_a_row_of_stand_ins_those_who_moved_away_are_passed_over(team, clock):
    home = make_household(VILLAGE, "泽仁", "青麦", door="9")
    chosen = db.session.query(Resident.id).filter_by(household_id=home.id, name="青麦")
    last = chosen.scalar()
    shift = team.shift(days=3)
    swap(team, shift, team.leader_id)
    more = {"resident_id": team.neighbour_id, "stand_in_id": last}
    answer(ask(team, shift, team.neighbour, **more), by_card(home_of(last), last))
    leaves(team, team.neighbour_id, village_day(now()))
    assert queries.stand_ins(shift)[team.leader_id] == last
    leaves(team, team.neighbour_id, None)
    leaves(team, last, village_day(now()))
    assert queries.stand_ins(shift) == {team.leader_id: team.neighbour_id}
    assert names(team, shift) == {team.neighbour_id, team.member_id, team.elder_id}


def test_a_stand_in_who_moved_away_after_the_walk_stays_its_leader(team, clock):
    shift = team.shift(hours=1)
    swap(team, shift, team.leader_id)
    began = now()
    clock.forward(days=1)
    leaves(team, team.neighbour_id, village_day(now()))
    patrol = team.start(team.member, shift_id=shift, patrol_id=new_id(), started_at=began)
    assert db.session.get_one(Patrol, patrol).leader_id == team.neighbour_id
