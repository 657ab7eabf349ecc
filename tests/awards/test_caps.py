"""Caps: counted from the proposal, at their boundaries, freed by what ends an award."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask_babel import force_locale

from incentives.awards import operations as awards
from incentives.awards.models import Award, AwardStatus, CapPeriod, Decision
from incentives.awards.periods import period_of
from incentives.clock import now
from incentives.errors import CapExceeded, Invalid, NoRuleInForce
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import act, make_household


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (CapPeriod.DAY, date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 2)),
        (CapPeriod.MONTH, date(2026, 2, 14), date(2026, 2, 1), date(2026, 2, 28)),
        (CapPeriod.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (CapPeriod.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (CapPeriod.QUARTER, date(2026, 5, 1), date(2026, 4, 1), date(2026, 6, 30)),
        (CapPeriod.QUARTER, date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
        (CapPeriod.YEAR, date(2026, 7, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_periods_are_those_of_the_calendar(
    period: CapPeriod, day: date, first: date, last: date
) -> None:
    assert period_of(period, day) == (first, last)


def test_a_cap_holds_to_the_point(app: Flask) -> None:
    scene = make_scene()  # CL01: 4 points a time, 24 a person and month
    scene.propose(quantity=5)
    with pytest.raises(CapExceeded) as refused:
        scene.propose(quantity=2)
    assert refused.value.extensions["left"] == 4
    assert scene.propose(quantity=1).points == 4
    with pytest.raises(CapExceeded):
        scene.propose(quantity=1)


def test_another_person_and_another_month_have_their_own_cap(app: Flask) -> None:
    scene = make_scene()
    scene.propose(quantity=6)
    scene.propose(quantity=6, person=scene.people()[1].id)
    scene.propose(quantity=6, on=date(2026, 2, 28))
    with pytest.raises(CapExceeded):
        scene.propose(on=date(2026, 2, 1))


def test_a_household_cap_counts_all_its_people(app: Flask) -> None:
    scene = make_scene()  # CL04: 5 a month, 60 a household and year
    scene.propose("CL04", quantity=7)
    scene.propose("CL04", quantity=5, person=scene.people()[1].id)
    with pytest.raises(CapExceeded):
        scene.propose("CL04", person=scene.people()[1].id)
    scene.propose("CL04", person=scene.other.head_id)


def test_withdrawal_rejection_and_reversal_free_the_cap(app: Flask) -> None:
    scene = make_scene()
    withdrawn = scene.propose(quantity=6)
    scene.withdraw(withdrawn)
    rejected = scene.propose(quantity=6)
    scene.review(rejected, Decision.REJECT, reason="was not there")
    posted = scene.propose(quantity=6)
    scene.review(posted)
    with pytest.raises(CapExceeded):
        scene.propose()
    scene.reverse(posted)
    scene.propose(quantity=6)
    with pytest.raises(CapExceeded):
        scene.reinstate(posted)
    assert scene.status(posted) is AwardStatus.REVERSED


def test_an_edit_counts_the_award_itself_once(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose(quantity=5)
    assert scene.edit(award, quantity=6).points == 24
    with pytest.raises(CapExceeded):
        scene.edit(award, quantity=7)
    assert scene.points() == 0


def test_days_to_come_too_long_ago_and_without_rules_are_refused(app: Flask, clock: Clock) -> None:
    scene = make_scene(late_entry_days=60)
    for day in (scene.today + timedelta(days=1), scene.today - timedelta(days=61)):
        with pytest.raises(Invalid) as refused:
            scene.propose(on=day)
        assert refused.value.errors[0].pointer == "/occurred_on"
    assert scene.propose(on=scene.today - timedelta(days=60)).points == 4


def test_a_day_before_the_first_rules_has_none(app: Flask) -> None:
    scene = make_scene(late_entry_days=366)
    with pytest.raises(NoRuleInForce):
        scene.propose(on=scene.today - timedelta(days=201))


def test_a_batch_is_all_or_none_and_names_each_bad_line(app: Flask) -> None:
    scene = make_scene()
    people = [each.id for each in scene.people()]
    scene.propose(quantity=6, person=people[1])
    with pytest.raises(CapExceeded) as refused:
        propose_all(scene, people)
    assert [error.pointer for error in refused.value.errors] == ["/lines/1/resident_id"]
    strangers = [people[0], scene.household.id, people[0]]
    with pytest.raises(Invalid) as invalid:
        propose_all(scene, strangers)
    assert [error.pointer for error in invalid.value.errors] == [
        "/lines/1/resident_id",
        "/lines/2/resident_id",
    ]
    kept = propose_all(scene, [people[0], people[2]])
    assert len(kept) == 2
    assert len({award.batch_id for award in kept}) == 1
    assert kept[0].points == 4


def test_a_batch_counts_one_household_together(app: Flask) -> None:
    scene = make_scene()
    big = make_household(scene.village, *[f"人{number}" for number in range(13)], door="9")
    people = [each.id for each in scene.people(big)]
    with pytest.raises(CapExceeded) as refused:
        propose_all(scene, people, "CL04")
    assert [error.pointer for error in refused.value.errors] == ["/lines/12/resident_id"]


def propose_all(scene: Scene, people: list[UUID], code: str = "CL01") -> list[Award]:
    """Propose for many."""
    return act(
        lambda: awards.propose_batch(
            village=scene.village,
            act=scene.act_of(code),
            lines=[awards.BatchLine(each) for each in people],
            actor=scene.cadre,
            now=now(),
        )
    )


def test_a_batch_names_bad_lines_and_passed_caps_at_once(app: Flask) -> None:
    scene = make_scene()
    people = [each.id for each in scene.people()]
    scene.propose(quantity=6, person=people[1])
    with pytest.raises(Invalid) as refused:
        propose_all(scene, [scene.household.id, people[0], people[1], people[0]])
    with force_locale("en"):
        said = {error.pointer: str(error.detail) for error in refused.value.errors}
    assert list(said) == [f"/lines/{line}/resident_id" for line in (0, 2, 3)]
    assert "left" in said["/lines/2/resident_id"]


@pytest.mark.parametrize(
    ("code", "times", "words"),
    [("CL01", 6, "that month"), ("SA03", 4, "that quarter"), ("CL02", 4, "that year")],
)
def test_where_nothing_is_left_it_says_so(app: Flask, code: str, times: int, words: str) -> None:
    scene = make_scene()
    for _time in range(times):
        scene.propose(code)
    with pytest.raises(CapExceeded) as refused:
        scene.propose(code)
    with force_locale("en"):
        assert str(refused.value.detail).endswith(f"nothing is left {words}")
    for language in ("zh_Hans_CN", "bo"):
        with force_locale(language):
            assert "0" not in str(refused.value.detail)
