"""Bodies of other places that are called as a team of the village is: they are strangers to it."""

import pytest

from incentives.fund.queries.payees import is_team_named
from incentives.fund.queries.typed import meant_by
from tests.factories import VILLAGE, make_household
from tests.fund.people import give, make_people
from tests.fund.test_typed_bodies import refused_fields, team_of, typed_for

ELSEWHERE = (
    "乡城县护林队",
    "青德镇护林队",
    "护林队（乡城县林业局）",
    "乡城县林业局护林队",
    "上坝村护林队",
    "木差村护林队",
    "甘孜州护林队",
    "甘孜州护林队服务公司",
)
AT_HOME = (
    "护林队",
    "下坝村护林队",
    "青德镇下坝村护林队",
    "护林队（下坝村）",
    "村护林队",
    "护林队（队长）",
)
AROUND = (
    "四川省甘孜州乡城县青德镇下坝村护林队",
    "本村护林队",
    "我们村护林队",
    "护林队伙食",
    "驻村护林队伙食",
    "护林队乡城县培训费",
    "惠民超市护林队",
)


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


@pytest.fixture
def team(village):
    return team_of(make_household(VILLAGE, "何小琴", "格桑", door="9"), name="护林队")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_another_place_s_body_is_paid_as_a_stranger(village, team, name):
    typed_for(village, name)
    paid = meant_by(VILLAGE, [name])[name]
    assert (paid.people, paid.teams) == (frozenset(), frozenset())


def test_the_village_s_own_is_chosen_wherever_it_is_said_to_lie(village, team):
    for name in (*AT_HOME, *AROUND):
        assert meant_by(VILLAGE, [name])[name].teams == {team.id}, name
    for name in AT_HOME:
        assert is_team_named(VILLAGE, name), name
    assert refused_fields(lambda: typed_for(village, "下坝村护林队")) == ["/payee/name"]


def test_a_team_that_bears_a_larger_place_s_name_is_itself(village):
    home = make_household(VILLAGE, "何小琴", "格桑", door="9")
    team = team_of(home, name="青德镇护林队")
    assert is_team_named(VILLAGE, "青德镇护林队")
    assert meant_by(VILLAGE, ["青德镇护林队伙食"])["青德镇护林队伙食"].teams == {team.id}
    assert not meant_by(VILLAGE, ["乡城县护林队"])["乡城县护林队"].teams
