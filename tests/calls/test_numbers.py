"""Calls in numbers, worked out by hand; fewer than five are counted and no more."""

from datetime import timedelta

import pytest

from incentives.calls import operations
from incentives.calls.models import Category
from incentives.calls.pages.shared import span_words
from incentives.calls.queries.numbers import call_numbers, period
from incentives.calls.states import Action
from incentives.clock import now, village_day
from incentives.errors import Invalid
from tests.calls.scenes import Scene
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, act

# Minutes from being pushed to each step, and the stars of the caller: water is due within a day.
CASES = [(5, 20, 60, 5), (10, 30, 90, 4), (15, 40, 120, 4), (20, 50, 1441, 2)]


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


def handle(scene, clock, accept, on_site, resolve, stars) -> None:
    reported = scene.report()
    call_id = reported.call.id
    scene.push(call_id)
    begun = now()
    for step, after in (
        (Action.ACCEPT, accept),
        (Action.ARRIVE, on_site),
        (Action.RESOLVE, resolve),
        (Action.ANSWER, resolve),
    ):
        clock.now = begun + timedelta(minutes=after)
        scene.step(call_id, step)
    act(lambda: operations.rate_call(secret=reported.secret, rating=stars, word=None, now=now()))


def figures(by, division=VILLAGE):
    today = village_day(now())
    found = call_numbers(division, today - timedelta(days=9), today, now())
    return {each["name"]: each for each in found if each["by"] == by}


def test_four_are_only_counted_and_five_have_medians_shares_and_stars(scene, clock):
    for case in CASES:
        handle(scene, clock, *case)
    row = figures("office")["水务站"]
    assert (row["reported"], row["resolved"], row["in_time"], row["rated"]) == (4, 4, 3, 4)
    empty = (
        "in_time_percent",
        "accept_minutes",
        "resolve_minutes",
        "push_slowest_minutes",
        "stars",
    )
    assert {row[name] for name in (*empty, "stars")} == {None}
    handle(scene, clock, 30, 60, 150, 5)
    row = figures("office", COUNTY)["青德镇 · 水务站"]
    assert row["in_time_percent"] == 80
    assert (row["accept_minutes"], row["on_site_minutes"], row["resolve_minutes"]) == (15, 40, 120)
    slowest = ("accept", "on_site", "resolve", "answer")
    assert [row[f"{step}_slowest_minutes"] for step in slowest] == [30, 60, 1441, 0]
    assert (row["push_minutes"], row["answer_minutes"], row["stars"]) == (0, 0, 4.0)
    assert len(figures("category")) == len(figures("division")) == 1


def test_what_nobody_answered_counts_against_its_office_once_it_is_late(scene, clock):
    for case in CASES:
        handle(scene, clock, *case)
    scene.told()
    assert figures("office")["水务站"]["in_time_percent"] is None
    clock.forward(days=1, minutes=1)
    assert figures("office")["水务站"]["in_time_percent"] == 60


def test_what_was_put_right_in_time_and_never_answered_is_late_a_day_after(scene, clock):
    call_ids = [scene.told() for _number in range(5)]
    for call_id in call_ids:
        scene.step(call_id, Action.ACCEPT)
        scene.step(call_id, Action.RESOLVE)
    assert figures("office")["水务站"]["due"] == 0
    scene.step(call_ids[0], Action.ANSWER)
    clock.forward(days=1, seconds=1)
    row = figures("office")["水务站"]
    assert (row["in_time"], row["due"], row["in_time_percent"]) == (1, 5, 20)


def test_the_county_s_divisions_are_townships_and_a_township_s_its_villages(scene):
    scene.told()
    for division, names in ((COUNTY, {"青德镇"}), (TOWNSHIP, {"下坝村"}), (VILLAGE, {"下坝村"})):
        assert set(figures("division", division)) == names


def test_a_village_s_office_is_named_with_its_place_in_the_numbers_above_it(scene):
    scene.committee(Category.WATER)
    scene.told()
    assert set(figures("office", TOWNSHIP)) == {"下坝村 · 村委会"}
    assert set(figures("office", VILLAGE)) == {"村委会"}


def send_back(reported) -> None:
    act(lambda: operations.reopen_call(secret=reported.secret, reason="还漏", now=now()))


def rate(reported, stars) -> None:
    act(lambda: operations.rate_call(secret=reported.secret, rating=stars, word="慢", now=now()))


def test_of_what_was_sent_back_both_answers_count_each_with_its_times_and_stars(scene, clock):
    for case in CASES:
        handle(scene, clock, *case)
    reported = scene.answered()
    rate(reported, 1)
    clock.forward(days=2)
    send_back(reported)
    row = figures("office")["水务站"]
    assert (row["reported"], row["resolved"], row["sent_back"]) == (5, 4, 1)
    assert (row["rated"], row["stars"], row["push_minutes"]) == (5, 3.2, 0)
    assert (row["in_time"], row["due"], row["accept_minutes"]) == (4, 5, 10)
    call_id = reported.call.id
    clock.forward(days=1, minutes=1)
    for step in (Action.ACCEPT, Action.RESOLVE, Action.ANSWER):
        scene.step(call_id, step)
    rate(reported, 5)
    row = figures("office")["水务站"]
    assert (row["reported"], row["resolved"], row["sent_back"]) == (5, 5, 1)
    assert (row["rated"], row["stars"]) == (6, 3.5)
    assert (row["in_time"], row["due"], row["accept_slowest_minutes"]) == (4, 6, 1441)


def test_a_poor_answer_isn_t_undone_by_what_becomes_of_the_call(scene, clock):
    """Sent back, then handed to others, merged or struck: the first answer stays its office's."""
    handed, merged, struck = (scene.answered() for _number in range(3))
    other = scene.told()
    for each in (handed, merged, struck):
        rate(each, 1)
        send_back(each)
    over = {"office_id": scene.roads, "note": "归他们管"}
    scene.step(handed.call.id, Action.HAND_OVER, **over)
    scene.merge(merged.call.id, other)
    scene.strike(struck.call.id)
    found = figures("office")
    assert (found["水务站"]["reported"], found["水务站"]["rated"]) == (4, 3)
    assert (found["交通局"]["reported"], found["交通局"]["rated"]) == (1, 0)
    (row,) = figures("division").values()
    assert (row["reported"], row["rated"], row["sent_back"]) == (4, 3, 3)


def test_six_answers_of_three_callers_are_too_few(scene):
    for reported in [scene.answered() for _number in range(3)]:
        rate(reported, 2)
        send_back(reported)
        for step in (Action.ACCEPT, Action.RESOLVE, Action.ANSWER):
            scene.step(reported.call.id, step)
        rate(reported, 4)
    row = figures("office")["水务站"]
    assert (row["reported"], row["rated"], row["due"]) == (3, 6, 6)
    assert {row[name] for name in ("stars", "in_time_percent", "accept_minutes")} == {None}


def test_what_nobody_has_looked_at_is_counted_as_waiting_only(scene):
    for _number in range(18):
        scene.report()
    scene.told()
    for by in ("category", "division"):
        (row,) = figures(by).values()
        assert (row["reported"], row["waiting"]) == (1, 18)
        assert row["push_minutes"] is None
    assert figures("office")["水务站"]["waiting"] == 0


def test_doubles_and_misuse_are_no_calls(scene):
    first, double, misuse = scene.told(), scene.report().call.id, scene.report().call.id
    scene.merge(double, first)
    scene.strike(misuse)
    (row,) = figures("division").values()
    assert row["reported"] == 1


def test_days_are_in_order_and_no_more_than_a_year(scene):
    today = village_day(now())
    with pytest.raises(Invalid):
        period(today, today - timedelta(days=1), now())
    with pytest.raises(Invalid):
        period(today - timedelta(days=366), today, now())
    assert period(None, None, now()) == (today - timedelta(days=89), today)


def test_how_long_something_takes_is_said_as_exactly_as_it_matters(app):
    said = {
        timedelta(): "0分钟",
        timedelta(seconds=20): "1分钟",
        timedelta(minutes=9): "9分钟",
        timedelta(hours=3, minutes=1): "3小时 1分钟",
        timedelta(hours=24): "1天",
        timedelta(days=17, hours=2, minutes=5): "17天 2小时",
    }
    with app.test_request_context():
        assert {each: span_words(each) for each in said} == said
