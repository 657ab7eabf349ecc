"""The queue: the oldest first, what a decision rests on, what somebody else must decide."""

from datetime import timedelta

from flask import Flask

from incentives.access.actor import Actor, Role
from incentives.awards import queries
from incentives.awards.queries import Closed
from tests.awards.queues import closed_to, queue_of
from tests.awards.scenes import make_scene
from tests.conftest import Clock
from tests.factories import (
    VILLAGE,
    staff,
)


def test_the_oldest_stands_first_and_says_since_when_it_waits(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    first = scene.propose().id
    clock.forward(days=7)
    second = scene.propose().id
    clock.forward(days=1)
    waiting = queue_of(scene.reviewer)
    assert [(each.view.award.id, each.days, each.overdue) for each in waiting] == [
        (first, 8, True),
        (second, 1, False),
    ]


def test_a_day_of_the_village_counts_not_one_of_greenwich(app: Flask, clock: Clock) -> None:
    clock.forward(hours=14)  # 23:00 in the village on 2 March
    scene = make_scene()
    scene.propose()
    assert queue_of(scene.reviewer)[0].days == 0
    clock.forward(hours=2)  # 01:00 of the next day there, 17:00 of the same in Greenwich
    assert queue_of(scene.reviewer)[0].days == 1


def test_a_row_holds_rule_version_cap_and_the_last_weeks(app: Flask) -> None:
    scene = make_scene()  # CL01: 4 points a time, 24 a person and month
    early = scene.today.replace(day=1) - timedelta(days=40)
    for day in (early, scene.today - timedelta(days=14), scene.today - timedelta(days=1)):
        scene.propose(on=day, quantity=2)
    scene.withdraw(scene.propose())
    scene.propose(person=scene.people()[1].id)
    scene.propose()
    last = queue_of(scene.reviewer)[-1]
    assert (last.version, last.view.item.code) == (1, "CL01")
    this_month = [day for day in (14, 1) if (scene.today - timedelta(days=day)).month == 3]
    assert last.cap_used == 4 + 8 * len(this_month)
    assert [each.occurred_on for each in last.recent] == [
        scene.today - timedelta(days=1),
        scene.today - timedelta(days=14),
    ]


def test_a_household_cap_counts_all_of_the_household(app: Flask) -> None:
    scene = make_scene()
    scene.propose("CL04", quantity=2)
    scene.propose("CL04", person=scene.people()[1].id)
    scene.propose("CL04", person=scene.other.head_id)
    assert [each.cap_used for each in queue_of(scene.reviewer)] == [15, 15, 5]


def test_what_has_no_cap_says_so(app: Flask) -> None:
    scene = make_scene()
    scene.propose("SA04")
    assert queue_of(scene.reviewer)[0].cap_used is None


def test_what_another_must_look_at_is_shown_as_such(app: Flask) -> None:
    scene = make_scene(reviewers=2)
    both = Actor(**{**scene.cadre.__dict__, "roles": scene.cadre.roles + scene.reviewer.roles})
    entered = scene.propose(actor=both)
    home = scene.propose(person=scene.people()[1].id)
    relative = staff(Role.REVIEWER, household=scene.household)
    scene.review(home, actor=scene.second)
    assert closed_to(both, entered) is Closed.OWN_ENTRY
    assert closed_to(relative, home) is Closed.OWN_HOUSEHOLD
    assert closed_to(scene.second, home) is Closed.DECIDED
    assert closed_to(scene.third, home) is None
    mine = queries.count_of(queries.reviewable_by(VILLAGE, scene.second))
    assert (mine, len(queue_of(scene.second))) == (1, 2)


def test_a_queue_costs_the_same_however_long(app: Flask, statements: list[str]) -> None:
    scene = make_scene()
    scene.propose()
    queue_of(scene.reviewer)
    statements.clear()
    queue_of(scene.reviewer)
    few = len(statements)
    for person in scene.people()[1:]:
        scene.propose(person=person.id)
        scene.propose("CL04", person=person.id)
    statements.clear()
    assert len(queue_of(scene.reviewer)) == 5
    assert len(statements) <= few
