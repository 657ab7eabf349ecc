"""Caps at the edges of their periods, across versions and moves, freed and counted again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from incentives.awards.models import AwardStatus, CapPer, CapPeriod
from incentives.awards.template import template_items
from incentives.errors import CapExceeded, Invalid
from incentives.extensions import db
from incentives.register.models import Resident
from tests.awards import versions
from tests.awards.public import object_to, overrule, publish, uphold
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import VILLAGE, act, make_household

CLEANING = 4  # points a time of CL01, 24 a person and month in the template


def village_time(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """An instant by the villages' clocks, eight hours before Greenwich."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def adopt_cap(points: int, per: CapPer, period: CapPeriod, **vote: object) -> None:
    """Let the assembly adopt another cap for the clean-up day."""
    items = [
        replace(each, cap_points=points, cap_per=per, cap_period=period)
        if each.code == "CL01"
        else each
        for each in template_items()
    ]
    number = versions.draft().number
    versions.edit(number, items)
    versions.adopt(number, **vote)


def refused(scene: Scene, left: int, **act_of: object) -> None:
    """Nothing more than `left` points fits."""
    with pytest.raises(CapExceeded) as refusal:
        scene.propose(quantity=left // CLEANING + 1, **act_of)
    assert refusal.value.extensions["left"] == left


@pytest.mark.parametrize(
    ("period", "inside", "outside"),
    [
        (CapPeriod.DAY, [date(2028, 2, 29)], [date(2028, 2, 28), date(2028, 3, 1)]),
        (
            CapPeriod.MONTH,
            [date(2028, 2, 1), date(2028, 2, 29)],
            [date(2028, 1, 31), date(2028, 3, 1)],
        ),
        (
            CapPeriod.QUARTER,
            [date(2028, 1, 1), date(2028, 2, 29), date(2028, 3, 31)],
            [date(2027, 12, 31), date(2028, 4, 1)],
        ),
        (
            CapPeriod.YEAR,
            [date(2028, 1, 1), date(2028, 2, 29), date(2028, 12, 31)],
            [date(2027, 12, 31), date(2029, 1, 1)],
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("per", CapPer, ids=str)
def test_a_cap_reaches_from_the_first_day_of_its_period_to_the_last(
    app: Flask,
    clock: Clock,
    per: CapPer,
    period: CapPeriod,
    inside: list[date],
    outside: list[date],
) -> None:
    clock.now = village_time(2027, 6, 1)
    scene = make_scene(late_entry_days=366)
    adopt_cap(CLEANING * len(inside), per, period)
    for day in sorted((*inside, *outside)):
        clock.now = village_time(day.year, day.month, day.day)
        scene.propose(on=day)
    clock.now = village_time(inside[-1].year, inside[-1].month, inside[-1].day)
    for day in inside:
        refused(scene, 0, on=day)


def test_the_day_is_the_village_s_to_the_minute(app: Flask, clock: Clock) -> None:
    clock.now = village_time(2027, 12, 31, 23, 59)  # 15:59 of the same day in Greenwich
    scene = make_scene()
    scene.propose(quantity=6)
    with pytest.raises(Invalid) as early:
        scene.propose(on=date(2028, 1, 1))
    assert early.value.errors[0].pointer == "/occurred_on"
    refused(scene, 0)
    clock.now += timedelta(minutes=2)  # 16:01 of the old year in Greenwich
    assert scene.today == date(2028, 1, 1)
    assert scene.propose(quantity=6).occurred_on == date(2028, 1, 1)
    refused(scene, 0)
    refused(scene, 0, on=date(2027, 12, 31))


def test_a_cap_counts_by_the_day_of_the_act_whenever_it_is_entered(
    app: Flask, clock: Clock
) -> None:
    clock.now = village_time(2028, 2, 29)
    scene = make_scene()
    scene.propose(quantity=5)
    clock.now = village_time(2028, 3, 15)
    scene.propose(quantity=6)
    refused(scene, CLEANING, on=date(2028, 2, 29))
    scene.propose(on=date(2028, 2, 1))
    refused(scene, 0, on=date(2028, 2, 29))


def test_a_new_version_s_cap_holds_from_its_day_and_counts_what_came_before(
    app: Flask, clock: Clock
) -> None:
    clock.now = village_time(2028, 3, 10)
    scene = make_scene()
    scene.propose(quantity=5)
    clock.now = village_time(2028, 3, 20)
    adopt_cap(12, CapPer.PERSON, CapPeriod.MONTH)
    refused(scene, 0)
    refused(scene, CLEANING, on=date(2028, 3, 19))
    clock.now = village_time(2028, 3, 25)
    adopt_cap(40, CapPer.PERSON, CapPeriod.MONTH)
    refused(scene, 20)
    scene.propose(quantity=5)
    refused(scene, 0, on=date(2028, 3, 22))


def test_a_version_may_count_by_household_or_quarter_from_its_day(app: Flask, clock: Clock) -> None:
    clock.now = village_time(2028, 3, 10)
    scene = make_scene()
    second = scene.people()[1].id
    scene.propose(quantity=6)
    scene.propose(quantity=2, person=second, on=date(2028, 2, 29))
    clock.now = village_time(2028, 3, 20)
    adopt_cap(40, CapPer.HOUSEHOLD, CapPeriod.QUARTER)
    refused(scene, 8, person=second)
    scene.propose(quantity=2, person=second)
    refused(scene, 0)


def move(person: UUID, household_id: UUID) -> None:
    """Let a member live in another household from now on."""
    act(
        lambda: (
            db.session.execute(
                update(Resident).where(Resident.id == person).values(household_id=household_id)
            )
            and None
        )
    )


def test_who_moves_takes_their_own_cap_along(app: Flask) -> None:
    scene = make_scene()
    person, there = scene.people()[1].id, scene.other.id
    scene.propose(quantity=5, person=person)
    move(person, there)
    refused(scene, CLEANING, person=person)
    award = scene.propose(person=person)
    assert award.household_id == there
    refused(scene, 0, person=person)


def test_a_household_s_cap_stays_with_the_household_of_the_day(app: Flask) -> None:
    scene = make_scene()  # CL04: 5 a month, 60 a household and year
    person, there = scene.people()[1].id, scene.other.id
    scene.propose("CL04", quantity=12, person=person)
    move(person, there)
    with pytest.raises(CapExceeded):
        scene.propose("CL04")
    assert scene.propose("CL04", quantity=12, person=person).household_id == there
    with pytest.raises(CapExceeded):
        scene.propose("CL04", person=scene.other.head_id)


def test_a_reversed_award_is_given_again_only_into_its_own_household_s_cap(app: Flask) -> None:
    scene = make_scene()
    person, there = scene.people()[1].id, scene.other.id
    award = scene.review(scene.propose("CL04", quantity=12, person=person))
    scene.reverse(award)
    scene.propose("CL04", quantity=1)
    move(person, there)
    with pytest.raises(CapExceeded) as refusal:
        scene.reinstate(award)
    assert refusal.value.extensions["left"] == 55
    assert scene.status(award) is AwardStatus.REVERSED


def test_given_again_it_counts_again(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose(quantity=5))
    scene.reverse(award)
    refused(scene, 24)
    scene.reinstate(award)
    refused(scene, CLEANING)


def test_an_upheld_objection_frees_it(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    award = scene.review(scene.propose(quantity=6))
    award_id = award.id
    publish(award_id)
    object_to(award_id)
    refused(scene, 0)
    uphold(award_id)
    scene.propose(quantity=6)
    refused(scene, 0)


def test_an_objection_that_is_not_upheld_frees_nothing(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    award_id = scene.review(scene.propose(quantity=6)).id
    publish(award_id)
    object_to(award_id)
    overrule(award_id, notice_closed=True)
    assert scene.status(scene.propose("CL04")) is AwardStatus.PROPOSED
    refused(scene, 0)


def test_two_households_have_a_cap_each(app: Flask) -> None:
    scene = make_scene()
    third = make_household(VILLAGE, "格桑", door="3")
    for home in (scene.household, scene.other, third):
        scene.propose("CL04", quantity=12, person=home.head_id)
        with pytest.raises(CapExceeded):
            scene.propose("CL04", person=home.head_id)


def test_an_edit_to_another_day_or_rule_is_counted_there(app: Flask, clock: Clock) -> None:
    clock.now = village_time(2028, 3, 1)
    scene = make_scene()
    scene.propose(quantity=6, on=date(2028, 2, 29))
    award = scene.propose(quantity=2)
    with pytest.raises(CapExceeded):
        scene.edit(award, occurred_on=date(2028, 2, 29))
    scene.propose("CU01", quantity=3)  # 3 points a time, 12 a person and month
    with pytest.raises(CapExceeded):
        scene.edit(award, rule_item="CU01")
    assert scene.edit(award, rule_item="CU01", quantity=1).points == 3
    refused(scene, 24)
