"""Who moved away or gave a shift away while a phone had no signal; who stands for a sign-in."""

from dataclasses import replace

import pytest

from incentives.access.actor import Role
from incentives.awards.models import Award, Decision
from incentives.awards.operations import review_award
from incentives.calls.models import Category
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.errors import Duplicate, Invalid, NotPermitted, OwnRequest
from incentives.extensions import db
from incentives.patrols import operations
from incentives.patrols.models import Patrol, PatrolScan
from incentives.patrols.operations import whom_desk_signs
from incentives.patrols.queries import patrol_view, who_may_have_come
from incentives.register.operations import edit_resident
from tests.factories import VILLAGE, act, staff
from tests.patrols.scenes import make_team_scene
from tests.patrols.test_closing import awarded


@pytest.fixture
def team(app):
    return make_team_scene()


def leaves(team, resident_id, on):
    act(
        lambda: edit_resident(
            village=VILLAGE,
            resident_id=resident_id,
            changes={"left_on": on},
            actor=team.cadre,
            now=now(),
        )
    )


def test_who_moved_away_since_the_walk_gets_what_they_walked_for(team, clock):
    began = now()
    clock.forward(days=2)
    leaves(team, team.member_id, village_day(now()))
    patrol = team.start(patrol_id=new_id(), started_at=began)
    signed = team.sign(patrol, 0, team.leader_id, team.member_id, at=began, queued=True)
    assert signed.refused == {}
    team.close(patrol, team.leader_id, team.member_id, ended_at=began, queued=True)
    assert (team.member_id, "PA01", 5) in awarded()


def test_who_moved_away_after_the_scans_came_is_on_the_log(team, clock):
    patrol = team.walk(team.leader_id)
    clock.forward(hours=1)
    leaves(team, team.member_id, village_day(now()))
    team.close(patrol, team.leader_id, team.member_id)
    assert {each.attendance.resident_id for each in patrol_view(VILLAGE, patrol).attended} == {
        team.leader_id,
        team.member_id,
    }


def test_who_moved_away_before_the_walk_doesnt_walk(team, clock):
    leaves(team, team.member_id, village_day(now()))
    clock.forward(days=1)
    patrol = team.start()
    signed = team.sign(patrol, 0, team.leader_id, team.member_id)
    assert list(signed.refused) == [team.member_id]


def swap(team, shift, resident_id):
    """The neighbour says yes to walking for somebody of the team."""
    asked = act(
        lambda: operations.ask_swap(
            village=VILLAGE,
            shift_id=shift,
            resident_id=resident_id,
            stand_in_id=team.neighbour_id,
            actor=team.cadre,
            now=now(),
        )
    ).id
    act(
        lambda: operations.answer_swap(
            village=VILLAGE, swap_id=asked, accept=True, actor=team.neighbour, now=now()
        )
    )


def test_a_phone_that_set_off_before_its_swap_was_agreed_brings_its_walk(team, clock):
    """The stand-in comes along, too; who set off after the swap does not."""
    shift, began = team.shift(hours=3), now()
    clock.forward(minutes=30)
    swap(team, shift, team.leader_id)
    clock.forward(hours=1)
    with pytest.raises(NotPermitted):
        team.start(shift_id=shift)
    patrol = team.start(shift_id=shift, patrol_id=new_id(), started_at=began)
    assert db.session.get_one(Patrol, patrol).leader_id == team.leader_id
    team.scan(patrol, 0, team.leader_id, team.member_id, at=began, queued=True)
    team.scan(patrol, 1, team.neighbour_id, actor=team.neighbour)
    team.close(patrol, team.leader_id)
    assert {who for who, _code, _points in awarded()} == {
        team.leader_id,
        team.member_id,
        team.neighbour_id,
    }
    # Told later, which the desk reads.
    assert patrol_view(VILLAGE, patrol).begun_later


def test_on_the_stand_ins_walk_what_the_other_signed_before_the_swap_counts(team, clock):
    shift, at = team.shift(hours=2), now()
    clock.forward(minutes=30)
    swap(team, shift, team.member_id)
    clock.forward(hours=2)
    patrol = team.start(team.neighbour, shift_id=shift)
    with pytest.raises(Duplicate) as other:
        team.start(team.member, shift_id=shift, patrol_id=new_id(), started_at=at)
    assert other.value.extensions["patrol_id"] == str(patrol)
    with pytest.raises(Invalid):  # Who signs in after it has given the shift away.
        team.scan(patrol, 0, team.member_id, actor=team.member)
    (scan,) = team.scan(patrol, 0, team.member_id, at=at, actor=team.member, queued=True)
    assert (scan.clock, scan.offline) == (True, True)
    found = act(
        lambda: operations.record_finding(
            village=VILLAGE,
            patrol_id=patrol,
            category=Category.HAZARD,
            text="护坡松动",
            place="小学后面",
            found_at=at,
            finding_id=new_id(),
            actor=team.member,
            now=now(),
        )
    )
    assert found.found_by == team.member_id


def test_a_cadre_who_signs_somebody_in_stands_for_the_award_though_it_says_by_phone(team):
    """A call without the desk's mark hides nobody: who signed for another doesn't review it."""
    patrol = team.walk(team.leader_id)
    cadre = replace(team.cadre, roles=(*team.cadre.roles, *staff(Role.REVIEWER).roles))
    (scan,) = team.scan(patrol, 0, team.elder_id, actor=cadre)
    assert (scan.signed_by, scan.for_another) == (cadre.person, True)
    team.close(patrol)
    (award,) = db.session.query(Award).filter_by(resident_id=team.elder_id)
    assert award.proposed_by == cadre.person
    with pytest.raises(OwnRequest):
        act(
            lambda: review_award(
                village=VILLAGE,
                award_id=award.id,
                decision=Decision.APPROVE,
                reason=None,
                actor=cadre,
                now=now(),
            )
        )


def test_the_desk_lists_whom_it_may_enter(team):
    patrol = db.session.get_one(Patrol, team.start())
    at_home = replace(team.cadre, household_id=team.leader.household_id, resident_id=new_id())
    people = who_may_have_come(patrol)

    def listed(actor):
        return {each.id for each in whom_desk_signs(patrol, people, actor, now())}

    assert listed(team.cadre) == {team.leader_id, team.member_id, team.elder_id}
    assert listed(at_home) == {team.elder_id}
    team.scan(patrol.id)
    walked = replace(at_home, resident_id=team.leader_id, person=team.leader_id)
    patrol = db.session.get_one(Patrol, patrol.id)
    assert team.member_id in listed(walked)
    assert db.session.query(PatrolScan).count() == 1
