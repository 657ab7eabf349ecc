"""Offices that nobody answers for: no report goes to them by itself."""

from dataclasses import replace

import pytest

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.calls import operations
from incentives.calls.models import Category
from incentives.calls.operations import Answerer
from incentives.calls.queries import answering_over, office_for
from incentives.calls.states import Action
from incentives.clock import now
from incentives.errors import Invalid
from tests.calls.scenes import WORDS, Scene, as_user, make_account, make_responder
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, act


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


def answer(office, *people) -> None:
    """Say who answers for an office."""
    act(
        lambda: (
            operations.set_office_people(office_id=office, people=people, actor=SYSTEM, now=now())
            and None
        )
    )


def test_a_new_office_without_people_takes_over_nothing(scene):
    own = scene.office(VILLAGE, "村委会", Category.WATER)
    assert office_for(VILLAGE, Category.WATER).id == scene.water
    assert scene.report(scene.cadre).call.office_id == scene.water
    # A cadre of the township isn't of the village's committee; the village's own is.
    make_account("above", Role.CADRE, TOWNSHIP)
    assert office_for(VILLAGE, Category.WATER).id == scene.water
    make_account("villager", Role.CADRE, VILLAGE)
    assert office_for(VILLAGE, Category.WATER).id == own


def test_a_deputy_alone_answers_and_takes_each_step(scene):
    own = scene.office(VILLAGE, "用水组", Category.WATER)
    deputy = make_responder("deputy", VILLAGE)
    answer(own, Answerer(deputy, is_deputy=True))
    call = scene.report(scene.cadre).call
    assert call.office_id == own
    for step in (Action.ACCEPT, Action.ARRIVE, Action.RESOLVE, Action.ANSWER):
        scene.step(call.id, step, as_user(deputy, VILLAGE))


def test_none_is_sent_or_handed_to_an_office_without_people(scene):
    empty = scene.office(VILLAGE, "电信组", Category.TELECOM)
    waiting = scene.told(what=replace(WORDS, category=Category.TELECOM))
    with pytest.raises(Invalid):
        scene.push(waiting, office_id=empty)
    taken = scene.told()
    with pytest.raises(Invalid):
        scene.step(taken, Action.HAND_OVER, office_id=empty, note="归他们管")
    assert [each.id for each in answering_over(VILLAGE)] == [scene.water, scene.roads]
    answer(empty, Answerer(make_responder("operator", VILLAGE)))
    assert scene.push(waiting, office_id=empty).office_id == empty


@pytest.mark.parametrize("how", ["deactivated", "another role"])
def test_who_may_answer_no_more_is_nobody(scene, how):
    only = scene.plumber.user_id
    if how == "deactivated":
        act(lambda: access.deactivate_user(user_id=only, actor=SYSTEM, now=now()) and None)
    else:
        roles = [Assignment(Role.REVIEWER, VILLAGE)]
        act(
            lambda: (
                access.change_user(user_id=only, changes={"roles": roles}, actor=SYSTEM, now=now())
                and None
            )
        )
    assert office_for(VILLAGE, Category.WATER) is None
    # It waits for the cadre, who chooses.
    call = scene.report(scene.cadre, what=replace(WORDS)).call
    assert call.office_id is None
    assert scene.push(call.id, office_id=scene.roads).office_id == scene.roads
    bureau = scene.office(COUNTY, "水利局", Category.WATER)
    answer(bureau, Answerer(scene.digger.user_id))
    assert office_for(VILLAGE, Category.WATER).id == bureau


def test_the_page_of_an_office_says_that_nobody_answers(site):
    office = {"division": TOWNSHIP, "name": "用水组", "categories": ["power"]}
    made = site.call("administrator", "POST", "/offices", office).json["id"]
    assert "no report goes to it by itself" in site.open("administrator", f"/admin/offices/{made}")
    water = site.__dict__["水务站"]
    assert "by itself" not in site.open("administrator", f"/admin/offices/{water}")
