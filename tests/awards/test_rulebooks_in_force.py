"""Which version of the rules holds when, and what one changes of another."""

from dataclasses import replace
from datetime import timedelta

from flask import Flask

from incentives.awards import queries
from incentives.awards.differences import difference
from incentives.awards.models import CapPer, CapPeriod, Rulebook
from incentives.awards.queries import Standing, rules_in_force
from incentives.awards.template import template_items
from incentives.clock import now, village_day
from incentives.extensions import db
from tests.awards.scenes import make_scene
from tests.awards.versions import adopt, discard, draft, edit
from tests.conftest import Clock
from tests.factories import VILLAGE, make_village


def standings() -> list[Standing]:
    """Where each version stands today, by number."""
    found = db.session.scalars(queries.rulebooks(VILLAGE).order_by(Rulebook.number)).all()
    of = queries.standings(VILLAGE, found, village_day(now()))
    return [of[each.id] for each in found]


def test_a_version_is_coming_then_in_force_then_superseded(app: Flask, clock: Clock) -> None:
    make_village()
    adopt(draft().number)
    draft()
    today = village_day(now())
    adopt(2, effective_on=today + timedelta(days=7))
    discard(draft().number)
    draft()
    assert standings() == ["in_force", "coming", "discarded", "draft"]
    assert rules_in_force(VILLAGE, today + timedelta(days=6))[0].number == 1
    clock.forward(days=7)
    assert standings() == ["superseded", "in_force", "discarded", "draft"]


def test_the_later_decision_holds_from_its_day_whatever_was_to_come(app: Flask) -> None:
    """A version decided on in March for June gives way to one decided on in April for May."""
    make_village()
    today = village_day(now())
    adopt(draft().number)
    adopt(draft().number, effective_on=today + timedelta(days=60))
    adopt(draft().number, effective_on=today + timedelta(days=30))
    assert standings() == ["in_force", "superseded", "coming"]
    for days, number in ((29, 1), (30, 3), (60, 3), (90, 3)):
        assert rules_in_force(VILLAGE, today + timedelta(days=days))[0].number == number


def test_of_two_versions_of_one_day_the_later_decision_holds(app: Flask, clock: Clock) -> None:
    make_village()
    first, second = draft().number, draft().number
    adopt(second)
    clock.forward(hours=1)
    adopt(first)
    assert rules_in_force(VILLAGE, village_day(now()))[0].number == first
    assert standings() == ["in_force", "superseded"]


def test_a_version_is_compared_with_what_it_replaces(app: Flask, clock: Clock) -> None:
    make_village()
    adopt(draft().number)
    items = template_items()
    changed = replace(items[0], points=6, cap_points=60, name_en=None)
    edit(draft().number, [changed, *items[2:], replace(items[0], code="XX01")])
    second = queries.find_rulebook(VILLAGE, 2)
    before = queries.predecessor(second, village_day(now()))
    assert before is not None
    found = queries.changes_of(second, before)
    assert [each.code for each in found.added] == ["XX01"]
    assert [each.code for each in found.removed] == ["PA02"]
    assert [(each.code, [c.field for c in each.changes]) for each in found.changed] == [
        ("PA01", ["name_en", "points", "cap_points"])
    ]
    assert [(c.old, c.new) for c in found.changed[0].changes][1:] == [(5, 6), (40, 60)]
    adopt(2)
    clock.forward(days=3)
    adopt(draft().number)
    kept = queries.predecessor(queries.find_rulebook(VILLAGE, 2), village_day(now()))
    assert kept is not None
    assert kept.number == 1


def test_a_version_isnt_compared_with_one_that_never_held(app: Flask, clock: Clock) -> None:
    """Another was adopted for the same day before it came; at once, it takes that one's place."""
    make_village()
    coming = village_day(now()) + timedelta(days=8)
    adopt(draft().number)
    for _each in range(2):
        clock.forward(hours=1)
        adopt(draft().number, effective_on=coming)
    clock.forward(days=8)
    adopt(draft().number)
    compared = [
        before and before.number
        for before in (
            queries.predecessor(queries.find_rulebook(VILLAGE, number), coming)
            for number in (1, 2, 3, 4)
        )
    ]
    assert compared == [None, 1, 1, 3]


def never_held() -> list[int]:
    """The versions that never hold, by number."""
    found = db.session.scalars(queries.rulebooks(VILLAGE).order_by(Rulebook.number)).all()
    never = queries.never_held(VILLAGE, found)
    return [each.number for each in found if each.id in never]


def test_a_version_overtaken_before_its_day_never_held(app: Flask, clock: Clock) -> None:
    """By one for the same day or an earlier one; one overtaken on its day held that morning."""
    make_village()
    today = village_day(now())
    adopt(draft().number)
    for days in (9, 9, 8, 12):
        clock.forward(hours=1)
        adopt(draft().number, effective_on=today + timedelta(days=days))
    assert never_held() == [2, 3]
    assert standings() == ["in_force", "superseded", "superseded", "coming", "coming"]
    clock.forward(days=12)
    adopt(draft().number)
    draft()
    assert never_held() == [2, 3]


def test_first_rules_replace_none(app: Flask) -> None:
    make_village()
    first = draft()
    assert queries.predecessor(first, village_day(now())) is None
    assert len(queries.changes_of(first, None).added) == 35


def test_the_order_of_rules_is_no_difference() -> None:
    items = template_items()
    assert not difference(items, list(reversed(items)))
    other = replace(items[0], cap_per=CapPer.HOUSEHOLD, cap_period=CapPeriod.YEAR, claimable=True)
    (change,) = difference(items, [other, *items[1:]]).changed
    assert [each.field for each in change.changes] == ["cap_per", "cap_period", "claimable"]


def test_awards_stand_under_the_version_of_the_day_of_the_act(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    items = [replace(each, points=5) if each.code == "CL01" else each for each in template_items()]
    edit(draft().number, items)
    adopt(2, effective_on=scene.today + timedelta(days=1))
    before = scene.propose("CL01")
    clock.forward(days=2)
    late = scene.propose("CL01", on=scene.today - timedelta(days=2))
    after = scene.propose("CL01")
    assert [each.points for each in (before, late, after)] == [4, 4, 5]
