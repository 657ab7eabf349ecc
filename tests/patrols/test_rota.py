"""The rota: weekdays in a season, exceptions, swaps by consent; and the places on the way."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.clock import now, village_day
from incentives.errors import Duplicate, Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.patrols import operations, queries
from incentives.patrols.models import Shift, ShiftSwap
from incentives.patrols.operations import Plan, Stop
from incentives.patrols.own import own_of
from incentives.patrols.queries import Outcome, shift_views, walkers
from incentives.register.models import Household, Resident
from incentives.register.operations import edit_team
from tests.factories import VILLAGE, act, make_household
from tests.patrols.scenes import by_card, make_team_scene


@pytest.fixture
def team(app):
    return make_team_scene()


def plan(team, **changes):
    values = {
        "team_id": team.id,
        "route_id": team.route_id,
        "weekdays": [2, 5],
        "starts": time(19, 30),
        "minutes": 90,
        "first": date(2027, 3, 1),
        "last": date(2027, 3, 31),
        **changes,
    }
    return act(
        lambda: operations.plan_shifts(
            village=VILLAGE, plan=Plan(**values), actor=team.cadre, now=now()
        )
    )


def test_a_season_is_planned_by_weekdays(team):
    made = plan(team)
    assert [each.on_day.day for each in made] == [2, 5, 9, 12, 16, 19, 23, 26, 30]
    assert len({each.series_id for each in made}) == 1
    assert made[0].starts_at.isoformat() == "2027-03-02T11:30:00+00:00"
    assert made[0].ends_at - made[0].starts_at == timedelta(minutes=90)


def test_what_makes_no_season_is_refused(team):
    for bad in (
        {"last": date(2027, 2, 28)},
        {"last": date(2028, 3, 2)},
        {"first": village_day(now()) - timedelta(days=1)},
        {"weekdays": [2], "first": date(2027, 3, 3), "last": date(2027, 3, 5)},
    ):
        with pytest.raises(Invalid):
            plan(team, **bad)
    plan(team)
    with pytest.raises(Duplicate):
        plan(team, weekdays=[5])


def test_a_shift_that_goes_into_another_is_refused(team):
    night = {"weekdays": [2], "starts": time(23, 0), "minutes": 600}
    plan(team, **night)
    early = {"weekdays": [3], "minutes": 60}
    with pytest.raises(Duplicate) as refused:
        plan(team, **early, starts=time(3, 0))
    assert "3月2日" in str(refused.value.detail)
    with pytest.raises(Duplicate):
        plan(team, weekdays=[2], starts=time(22, 30), minutes=60)
    # What ends as the other begins doesn't.
    plan(team, **early, starts=time(9, 0))
    plan(team, weekdays=[2], starts=time(22, 0), minutes=60)
    for shift in [each.id for each in db.session.query(Shift).filter_by(on_day=date(2027, 3, 2))]:
        cancel(team, shift)
    plan(team, **night, last=date(2027, 3, 2), first=date(2027, 3, 2))


def cancel(team, shift):
    return act(
        lambda: operations.cancel_shift(
            village=VILLAGE, shift_id=shift, reason="过节", actor=team.cadre, now=now()
        )
    )


def test_a_shift_is_cancelled_with_a_reason_once_and_not_when_walked(team):
    shift = team.shift()
    cancel(team, shift)
    with pytest.raises(WrongState):
        cancel(team, shift)
    with pytest.raises(WrongState):
        team.start(shift_id=shift)
    other = team.shift(hours=4)
    team.start(shift_id=other)
    with pytest.raises(WrongState):
        cancel(team, other)


def test_the_rest_of_a_season_is_cancelled_at_once_and_planned_anew(team):
    made = [each.id for each in plan(team)]
    act(
        lambda: operations.cancel_shift(
            village=VILLAGE,
            shift_id=made[6],
            reason="改时间",
            following=True,
            actor=team.cadre,
            now=now(),
        )
    )
    cancelled = [db.session.get_one(Shift, each).cancelled_at is not None for each in made]
    assert cancelled == [False] * 6 + [True] * 3
    # Nothing stands in the way of the same days, but for those that weren't cancelled.
    assert len(plan(team, first=date(2027, 3, 20))) == 3
    with pytest.raises(Duplicate):
        plan(team, first=date(2027, 3, 17))


def test_the_database_plans_a_team_once_at_a_time(team):
    shift = team.shift()
    again = text("UPDATE shift SET starts_at = (SELECT min(starts_at) FROM shift)")
    team.shift(hours=4)
    with pytest.raises(DBAPIError):
        db.session.execute(again)
    db.session.rollback()
    cancel(team, shift)
    db.session.execute(again)
    db.session.rollback()


def outcome(shift):
    db.session.expire_all()
    return shift_views([db.session.get_one(Shift, shift)], now())[0].outcome


def test_what_became_of_a_shift(team, clock):
    first, second = team.shift(), team.shift(hours=4)
    assert outcome(first) is Outcome.COMING
    patrol = team.start(shift_id=first)
    assert outcome(first) is Outcome.WALKING
    team.close(patrol)
    assert outcome(first) is Outcome.WALKED
    clock.forward(days=1)
    assert outcome(second) is Outcome.MISSED
    cancel(team, second)
    assert outcome(second) is Outcome.CANCELLED


def test_a_shift_is_walked_once_unless_that_walk_was_cancelled(team):
    shift = team.shift()
    team.close(team.start(shift_id=shift))
    with pytest.raises(Duplicate):
        team.start(shift_id=shift)
    other = team.shift(hours=4)
    team.cancel(team.start(shift_id=other))
    team.start(shift_id=other)


def ask(team, shift, actor=None, **more):
    values = {"resident_id": team.member_id, "stand_in_id": team.neighbour_id, **more}
    return act(
        lambda: operations.ask_swap(
            village=VILLAGE, shift_id=shift, actor=actor or team.member, now=now(), **values
        )
    ).id


def answer(swap, actor, accept=True):
    return act(
        lambda: operations.answer_swap(
            village=VILLAGE, swap_id=swap, accept=accept, actor=actor, now=now()
        )
    )


def names(team, shift):
    db.session.expire_all()
    return {each.id for each in walkers(team.id, shift)}


def test_a_swap_needs_the_others_yes_and_both_are_recorded(team):
    shift = team.shift()
    swap = ask(team, shift)
    assert team.member_id in names(team, shift)
    for other in (team.leader, team.member):
        with pytest.raises(NotPermitted):
            answer(swap, other)
    answer(swap, team.neighbour)
    assert names(team, shift) == {team.leader_id, team.elder_id, team.neighbour_id}
    kept = db.session.get_one(ShiftSwap, swap)
    assert (kept.asked_by, kept.answered_by) == (team.member_id, team.neighbour_id)
    with pytest.raises(WrongState):
        answer(swap, team.neighbour)
    # Who stands in walks: begins, signs in, and is awarded.
    patrol = team.start(team.neighbour, shift_id=shift)
    team.scan(patrol, 0, team.neighbour_id, actor=team.neighbour)
    with pytest.raises(Invalid):
        team.scan(patrol, 0, team.member_id, actor=team.member)
    team.close(patrol, team.neighbour_id)


def test_a_no_changes_nothing_and_another_may_be_asked(team):
    shift = team.shift()
    answer(ask(team, shift), team.neighbour, accept=False)
    assert team.member_id in names(team, shift)
    ask(team, shift)
    with pytest.raises(Duplicate):
        ask(team, shift)


def test_nobody_asks_for_another_nor_who_walks_anyway(team):
    shift = team.shift()
    with pytest.raises(NotPermitted):
        ask(team, shift, actor=team.leader)
    with pytest.raises(Invalid):
        ask(team, shift, stand_in_id=team.elder_id)
    swap = ask(team, shift, actor=team.cadre)
    with pytest.raises(NotPermitted):
        answer(swap, team.cadre)


def test_a_cadre_hands_nobodys_shift_to_themself(team):
    shift = team.shift()
    own = {"resident_id": team.neighbour_id, "household_id": team.neighbour.household_id}
    standing_in = replace(team.cadre, **own)
    with pytest.raises(NotPermitted):
        ask(team, shift, actor=standing_in)
    answer(ask(team, shift, actor=team.cadre), team.neighbour)


def test_who_walks_is_settled_once_the_shift_has_begun(team, clock):
    """A phone that set off without signal then tells of it later, and is let in."""
    shift = team.shift()
    swap = ask(team, shift)
    clock.forward(seconds=(db.session.get_one(Shift, shift).starts_at - now()).total_seconds() + 60)
    with pytest.raises(WrongState):
        answer(swap, team.neighbour)
    with pytest.raises(WrongState):
        ask(team, shift, team.leader, resident_id=team.leader_id)
    patrol = team.start(team.member, shift_id=shift)
    team.scan(patrol, 0, team.member_id, actor=team.member)


def test_whoever_asked_takes_it_back_and_asks_another(team):
    shift = team.shift()
    swap = ask(team, shift)
    with pytest.raises(NotPermitted):
        answer(swap, team.leader, accept=False)
    answer(swap, team.member, accept=False)
    assert team.member_id in names(team, shift)
    answer(ask(team, shift, actor=team.cadre), team.neighbour)
    assert team.member_id not in names(team, shift)


def test_a_stand_in_finds_another_who_then_walks_alone(team):
    shift, other = team.shift(), newcomer()
    answer(ask(team, shift), team.neighbour)
    last = {"resident_id": team.neighbour_id, "stand_in_id": other}
    # Who gave the shift away doesn't get it back by the back door.
    with pytest.raises(Invalid):
        ask(team, shift, team.neighbour, **last | {"stand_in_id": team.member_id})
    answer(ask(team, shift, team.neighbour, **last), by_card(home_of(other), other))
    assert names(team, shift) == {team.leader_id, team.elder_id, other}
    assert queries.stand_ins(shift)[team.member_id] == other


def test_a_stand_in_sees_the_shift_until_it_cant_be_begun_any_more(team, clock):
    """Neither the team's other shifts and walks, nor any of it later."""
    shift, _another = team.shift(), team.shift(days=1)
    answer(ask(team, shift), team.neighbour)
    team.start(started_at=now() - timedelta(hours=13))

    def seen():
        own = own_of(team.neighbour, VILLAGE, now())
        return [each.shift.id for each in own.shifts], len(own.teams), len(own.walking)

    assert seen() == ([shift], 1, 0)
    clock.forward(hours=4)
    walk = team.start(team.neighbour, shift_id=shift)
    assert seen() == ([], 1, 1)
    team.cancel(walk, actor=team.cadre)
    assert seen() == ([shift], 1, 0)
    clock.forward(hours=24)
    assert seen() == ([], 0, 0)
    member = own_of(team.member, VILLAGE, now())
    assert [len(member.teams), len(member.walking)] == [1, 1]


def test_one_person_stands_in_for_one(team):
    shift = team.shift()
    swaps = [
        ask(team, shift),
        ask(team, shift, team.leader, resident_id=team.leader_id),
    ]
    answer(swaps[0], team.neighbour)
    with pytest.raises(Invalid):
        answer(swaps[1], team.neighbour)
    answer(swaps[1], team.neighbour, accept=False)


def newcomer():
    return make_household(VILLAGE, "泽仁", door="9").head_id


def home_of(resident_id):
    return db.session.get_one(Household, db.session.get_one(Resident, resident_id).household_id)


def test_a_leaders_stand_in_leads(team):
    shift = team.shift()
    answer(ask(team, shift, actor=team.leader, resident_id=team.leader_id), team.neighbour)
    patrol = team.start(team.neighbour, shift_id=shift)
    with pytest.raises(NotPermitted):
        team.close(patrol, team.neighbour_id, actor=team.leader)
    team.close(patrol, team.neighbour_id, actor=team.neighbour)


def test_a_place_on_a_route_isnt_given_up_and_names_are_taken_once(team):
    def retire(waypoint):
        return act(
            lambda: operations.retire_waypoint(
                village=VILLAGE, waypoint_id=waypoint, actor=team.cadre, now=now()
            )
        )

    def route(*stops, name="环村", route_id=team.route_id):
        return act(
            lambda: operations.set_route(
                village=VILLAGE,
                route_id=route_id,
                name=name,
                stops=[Stop(each) for each in stops],
                member_rule="PA02",
                leader_rule="PA04",
                actor=team.cadre,
                now=now(),
            )
        )

    with pytest.raises(WrongState):
        retire(team.waypoints[2])
    for stops in ((), (team.waypoints[0], team.waypoints[0]), (team.id,)):
        with pytest.raises(Invalid):
            route(*stops)
    with pytest.raises(Duplicate):
        route(team.waypoints[0], route_id=None)
    route(*team.waypoints[:2])
    retire(team.waypoints[2])
    with pytest.raises(Invalid):
        team.scan(team.start(), 2)
    with pytest.raises(Duplicate):
        act(
            lambda: operations.add_waypoint(
                village=VILLAGE, name="村口", actor=team.cadre, now=now()
            )
        )


def test_a_team_changes_its_people_and_ends(team):
    values = {"village": VILLAGE, "team_id": team.id, "actor": team.cadre}
    act(
        lambda: edit_team(
            **values,
            name="巡防队",
            leader_id=team.elder_id,
            member_ids=[team.neighbour_id],
            now=now(),
        )
    )
    assert names(team, None) == {team.elder_id, team.neighbour_id}
    with pytest.raises(NotPermitted):
        team.start(team.member)
    act(lambda: operations.disband_team(**values, now=now()))
    with pytest.raises(WrongState):
        team.start(team.cadre)
    with pytest.raises(WrongState):
        plan(team)
