"""On a walk: who may begin and sign in, what counts once, what is flagged and never refused."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.awards.models import Award
from incentives.calls.models import Call, CallSource, Category
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Duplicate, Invalid, NotPermitted
from incentives.extensions import db
from incentives.patrols import operations, queries
from incentives.patrols.models import Finding, PatrolScan
from tests.factories import VILLAGE, act
from tests.patrols.scenes import by_card, make_team_scene


@pytest.fixture
def team(app):
    return make_team_scene()


def scans() -> int:
    db.session.expire_all()
    return db.session.query(PatrolScan).count()


def test_a_member_or_a_cadre_begins_and_a_neighbour_may_not(team):
    with pytest.raises(NotPermitted):
        team.start(team.neighbour)
    team.cancel(team.start(team.member))
    team.cancel(team.start(team.cadre))


def test_a_walk_begun_twice_is_one_and_the_second_phone_learns_which(team):
    mine = new_id()
    assert team.start(patrol_id=mine, started_at=now()) == mine
    assert team.start(patrol_id=mine, started_at=now()) == mine
    with pytest.raises(Duplicate) as other:
        team.start(team.member, patrol_id=new_id())
    assert other.value.extensions["patrol_id"] == str(mine)
    # As a phone does that died after it had learnt it.
    with pytest.raises(Duplicate) as other:
        team.start(team.member, patrol_id=mine)
    assert other.value.extensions["patrol_id"] == str(mine)


def test_a_member_signs_in_alone_and_the_leader_for_an_elder_without_a_phone(team):
    patrol = team.start()
    (own,) = team.scan(patrol, 0, team.member_id, actor=team.member)
    assert not any((own.for_another, own.offline, own.late, own.pace, own.clock, own.off_route))
    with pytest.raises(NotPermitted):
        team.scan(patrol, 0, team.elder_id, actor=team.member)
    leader, elder = team.scan(patrol, 0, team.leader_id, team.elder_id)
    assert (leader.for_another, elder.for_another) == (False, True)
    assert elder.signed_by == team.leader_id
    with pytest.raises(Invalid):
        team.scan(patrol, 0, team.neighbour_id)


def test_a_households_own_card_signs_for_its_members_only(team):
    patrol = team.start()
    home = by_card(household_of(team.member_id), None)
    (scan,) = team.scan(patrol, 1, team.member_id, actor=home)
    assert scan.for_another is False


def household_of(resident_id):
    from incentives.register.models import Household, Resident

    resident = db.session.get_one(Resident, resident_id)
    return db.session.get_one(Household, resident.household_id)


def test_the_same_person_at_the_same_place_within_ten_minutes_counts_once(team):
    patrol, at = team.start(), now()
    (first,) = team.scan(patrol, at=at)
    kept = first.id
    assert team.scan(patrol, at=at + timedelta(minutes=9, seconds=59))[0].id == kept
    # A phone that had no signal sends an earlier one later: still the same.
    assert team.scan(patrol, at=at - timedelta(minutes=9))[0].id == kept
    assert scans() == 1
    assert team.scan(patrol, at=at + timedelta(minutes=10))[0].id != kept
    assert scans() == 2


def test_the_database_keeps_it_once_too(team):
    patrol = team.start()
    team.scan(patrol)
    again = text(
        "INSERT INTO patrol_scan SELECT :id, village, patrol_id, waypoint_id, resident_id,"
        " scanned_at, received_at, signed_by, for_another, offline, late, pace, clock, off_route,"
        " at_desk FROM patrol_scan"
    )
    value = new_id()
    bound = value if db.engine.dialect.name == "postgresql" else value.hex
    with pytest.raises(DBAPIError, match="there already"):
        db.session.execute(again, {"id": bound})
    db.session.rollback()
    for statement in ("UPDATE patrol_scan SET late = late", "DELETE FROM patrol_scan"):
        with pytest.raises(DBAPIError, match="scan"):
            db.session.execute(text(statement))
        db.session.rollback()


def second_team(team):
    from incentives.register.operations import make_team

    return act(
        lambda: make_team(
            village=VILLAGE,
            name="二队",
            leader_id=team.leader_id,
            member_ids=[team.elder_id],
            actor=team.cadre,
            now=now(),
        )
    ).id


def test_who_walks_with_two_teams_at_once_is_counted_once(team):
    first, at = team.start(), now()
    kept = team.scan(first, 0, team.leader_id, team.elder_id, at=at)[0].id
    other = team.start(team_id=second_team(team))
    assert team.scan(other, at=at + timedelta(minutes=3))[0].id == kept
    assert scans() == 2
    team.close(other, team.leader_id, team.elder_id)
    assert db.session.query(Award).count() == 0


def test_a_walk_that_was_called_off_counts_for_nothing(team):
    first, at = team.start(), now()
    kept = team.scan(first, at=at)[0].id
    team.cancel(first)
    other = team.start()
    assert team.scan(other, at=at)[0].id != kept
    assert scans() == 2


def test_the_database_counts_once_over_all_walks(team):
    first = team.start()
    team.scan(first)
    other = team.start(team_id=second_team(team))
    moved = text(
        "INSERT INTO patrol_scan SELECT :id, village, :patrol, waypoint_id, resident_id,"
        " scanned_at, received_at, signed_by, for_another, offline, late, pace, clock, off_route,"
        " at_desk FROM patrol_scan"
    )
    values = {"id": new_id(), "patrol": other}
    if db.engine.dialect.name == "sqlite":
        values = {name: value.hex for name, value in values.items()}
    with pytest.raises(DBAPIError, match="there already"):
        db.session.execute(moved, values)
    db.session.rollback()
    team.cancel(first)
    db.session.execute(moved, values)
    db.session.rollback()


def test_a_place_off_the_route_is_recorded_and_flagged(team):
    waypoint = act(
        lambda: operations.add_waypoint(village=VILLAGE, name="寺", actor=team.cadre, now=now())
    ).id
    code = queries.code_of_waypoint(waypoint).code
    patrol = team.start()
    assert team.scan(patrol, code=code)[0].off_route is True
    assert team.scan(patrol, 1, at=now() + timedelta(hours=1))[0].off_route is False
    team.cancel(patrol)
    # Without a route no place is off it.
    assert team.scan(team.start(route_id=None), code=code)[0].off_route is False


def test_a_pace_that_nobody_walks_is_flagged_not_refused(team):
    patrol, at = team.start(), now()
    assert team.scan(patrol, 0, at=at)[0].pace is False
    assert team.scan(patrol, 1, at=at + timedelta(minutes=4))[0].pace is True
    assert team.scan(patrol, 2, at=at + timedelta(minutes=15))[0].pace is False
    # From the first place to the third it is ten minutes, also backwards.
    assert team.scan(patrol, 0, at=at + timedelta(minutes=20))[0].pace is True


def test_what_was_scanned_without_signal_is_flagged_with_both_times(team, clock):
    patrol, at = team.start(), now()
    clock.forward(hours=1)
    (scan,) = team.scan(patrol, at=at)
    assert (scan.offline, scan.late) == (True, False)
    assert scan.scanned_at == at
    assert scan.received_at == at + timedelta(hours=1)


def test_what_was_kept_in_the_phone_is_flagged_however_soon_it_came(team, clock):
    patrol, at = team.start(), now()
    clock.forward(minutes=1)
    assert team.scan(patrol, 0, at=at)[0].offline is False
    assert team.scan(patrol, 1, at=at, queued=True)[0].offline is True


def test_a_scan_sent_after_the_end_is_recorded_and_flagged(team, clock):
    patrol, at = team.start(), now()
    team.close(patrol)
    clock.forward(hours=3)
    (scan,) = team.scan(patrol, 1, team.member_id, at=at, actor=team.member)
    assert (scan.offline, scan.late) == (True, True)


def test_a_wrong_clock_is_flagged(team):
    patrol = team.start()
    assert team.scan(patrol, 0, at=now() + timedelta(hours=1))[0].clock is True
    assert team.scan(patrol, 1, at=now() - timedelta(days=2))[0].clock is True
    # What the phone itself put right is flagged, too, so that a reader knows.
    assert team.scan(patrol, 2, clock_off_seconds=-28_800)[0].clock is True
    assert team.scan(patrol, 2, team.elder_id, clock_off_seconds=90)[0].clock is False


def test_a_replaced_sign_is_refused_but_what_was_scanned_before_counts(team, clock):
    patrol, at, old = team.start(), now(), team.codes[0]
    clock.forward(minutes=30)
    waypoint = team.waypoints[0]
    act(
        lambda: operations.replace_sign(
            village=VILLAGE, waypoint_id=waypoint, actor=team.cadre, now=now()
        )
    )
    with pytest.raises(Invalid):
        team.scan(patrol, code=old, at=now())
    assert team.scan(patrol, code=f"https://example.org/p#{old}", at=at)[0].waypoint_id == waypoint


def test_what_is_no_sign_here_is_refused(team):
    patrol = team.start()
    for code in ("W1", "P1ABC", "W1" + "A" * 26, "https://example.org/"):
        with pytest.raises(Invalid):
            team.scan(patrol, code=code)


def find(team, patrol, **more):
    values = {"category": Category.HAZARD, "text": "护坡松动", "place": "小学后面", **more}
    return act(
        lambda: operations.record_finding(
            village=VILLAGE,
            patrol_id=patrol,
            **{"actor": team.leader, **values},
            now=now(),
        )
    )


def test_a_finding_becomes_a_call_once(team):
    patrol, mine = team.start(), new_id()
    first = find(team, patrol, finding_id=mine).call_id
    assert find(team, patrol, finding_id=mine).call_id == first
    call = db.session.query(Call).one()
    assert (call.id, call.source, call.text) == (first, CallSource.PATROL, "护坡松动")
    assert db.session.query(Finding).count() == 1
    with pytest.raises(Duplicate):
        find(team, patrol, finding_id=mine, actor=team.member)


def test_a_finding_says_where(team):
    patrol = team.start()
    for nothing in (None, " ", "\u200b", "\u3164", "。。"):
        with pytest.raises(Invalid):
            find(team, patrol, place=nothing)
    assert find(team, patrol, place=None, waypoint_id=team.waypoints[1]).place == "小学"
    with pytest.raises(NotPermitted):
        find(team, patrol, actor=team.neighbour)


@pytest.mark.parametrize(("minutes", "flagged"), [(170, True), (1, False), (None, False)])
def test_a_walk_called_off_without_signal_ended_by_the_phone_and_is_flagged(
    team, clock, minutes, flagged
):
    patrol = team.start()
    clock.forward(hours=3)
    ended = None if minutes is None else now() - timedelta(minutes=minutes)
    found = team.cancel(patrol, ended_at=ended)
    assert (found.ended_at, found.end_received_at) == (ended or now(), now())
    assert found.end_offline is flagged
