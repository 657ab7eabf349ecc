"""Offices that nobody answers for: nothing goes to them, and what they have is sent on."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.calls import operations
from incentives.calls.models import Call, CallStatus, Category
from incentives.calls.operations import Answerer
from incentives.calls.queries import answering_over, count_to_look, count_to_sort, office_for
from incentives.calls.states import Action
from incentives.clock import now
from incentives.errors import Invalid, WrongState
from tests.calls.scenes import WORDS, Scene, as_user, make_account, make_responder
from tests.calls.web import CALLS, report
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, act


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


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
    scene.answer(own, Answerer(deputy, is_deputy=True))
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
    scene.answer(empty, Answerer(make_responder("operator", VILLAGE)))
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
    scene.answer(bureau, Answerer(scene.digger.user_id))
    assert office_for(VILLAGE, Category.WATER).id == bureau


def test_the_page_of_an_office_says_that_nobody_answers(site):
    office = {"division": TOWNSHIP, "name": "用水组", "categories": ["power"]}
    made = site.call("administrator", "POST", "/offices", office).json["id"]
    assert "no report goes to it by itself" in site.open("administrator", f"/admin/offices/{made}")
    water = site.__dict__["水务站"]
    assert "by itself" not in site.open("administrator", f"/admin/offices/{water}")


def send_back(reported) -> Call:
    """What a caller does whose answer isn't right."""
    return act(lambda: operations.reopen_call(secret=reported.secret, reason="还漏水", now=now()))


def test_what_is_sent_back_goes_to_who_answers_now_with_a_clock_of_its_own(scene, clock):
    reported = scene.answered()
    scene.answer(scene.water)
    bureau = scene.office(COUNTY, "水利局", Category.WATER)
    scene.answer(bureau, Answerer(scene.digger.user_id))
    clock.forward(days=2)
    call = send_back(reported)
    assert (call.status, call.office_id, call.pushed_at) == (CallStatus.PUSHED, bureau, now())
    assert call.due_at == now() + timedelta(minutes=30)
    for step in (Action.ACCEPT, Action.RESOLVE, Action.ANSWER):
        scene.step(call.id, step, scene.digger)


def test_what_is_sent_back_and_nobody_answers_for_waits_for_a_cadre(scene, clock):
    reported = scene.answered()
    scene.answer(scene.water)
    call = send_back(reported)
    assert (call.status, call.office_id) == (CallStatus.PUSHED, scene.water)
    assert (count_to_sort(VILLAGE), count_to_look(VILLAGE)) == (1, 0)
    clock.forward(hours=3)
    sent = scene.push(call.id, office_id=scene.roads)
    assert (sent.office_id, sent.due_at) == (scene.roads, now() + timedelta(minutes=30))
    assert count_to_sort(VILLAGE) == 0
    with pytest.raises(WrongState):
        scene.push(call.id, office_id=scene.roads)


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_what_an_office_left_undone_begins_anew_elsewhere(scene, clock, steps):
    call_id = scene.told()
    for step in (Action.ACCEPT, Action.ARRIVE)[:steps]:
        scene.step(call_id, step)
    with pytest.raises(WrongState):
        scene.push(call_id, office_id=scene.roads)
    scene.answer(scene.water)
    clock.forward(hours=5)
    call = scene.push(call_id, office_id=scene.roads)
    assert (call.status, call.accepted_at, call.on_site_at) == (CallStatus.PUSHED, None, None)
    scene.step(call_id, Action.ARRIVE, scene.digger)


def test_what_is_put_right_is_answered_by_another_office(scene, clock):
    call_id = scene.told()
    scene.step(call_id, Action.ACCEPT)
    before = scene.step(call_id, Action.RESOLVE)
    times = (before.pushed_at, before.accepted_at, before.resolved_at, before.due_at)
    scene.answer(scene.water)
    clock.forward(hours=5)
    call = scene.push(call_id, office_id=scene.roads)
    assert (call.pushed_at, call.accepted_at, call.resolved_at, call.due_at) == times
    assert call.verified
    scene.step(call_id, Action.ANSWER, scene.digger)
    assert count_to_sort(VILLAGE) == 0


def test_a_cadre_finds_and_sends_on_what_lies_with_an_empty_office(site):
    reported = report(site, "cadre", source="desk")
    address = f"/v/{VILLAGE}/calls/{reported['id']}"
    assert "send it on" not in site.open("cadre", address)
    site.call("administrator", "PUT", f"/offices/{site.__dict__['水务站']}/people", {"people": []})
    for who in ("cadre", "supervisor"):
        desk, page = site.open(who, "/desk/calls"), site.open(who, address)
        assert ("send it on" in desk) == ("send it on" in page) == (who == "cadre")
        assert (f"{address}/push" in page) == (who == "cadre")
        assert "to be looked at" not in desk
    menu = re.search(r'<a[^>]* href="/desk/calls".*?</a>', site.open("cadre", "/desk/calls"), re.S)
    assert 'class="count">1' in menu[0]
    to = {"category": "water", "office_id": site.__dict__["交通局"]}
    push = f"{CALLS}/{reported['id']}/push"
    assert site.call("administrator", "POST", push, to).status_code == 403
    assert site.call("cadre", "POST", push, {}).status_code == 422
    assert site.call("cadre", "POST", push, to).json["office"] == "交通局"
    assert "send it on" not in site.open("cadre", "/desk/calls")


def test_no_duty_is_entered_for_an_office_without_people(site):
    site.call("administrator", "PUT", f"/offices/{site.__dict__['水务站']}/people", {"people": []})
    duty = {"title": "修好三组的路灯", "due_on": "2026-03-09"}
    duty["office_id"] = site.__dict__["水务站"]
    refused = site.call("cadre", "POST", f"/villages/{VILLAGE}/duties", duty)
    assert refused.json["errors"][0]["pointer"] == "/office_id"
    page = site.open("cadre", f"/v/{VILLAGE}/duties")
    assert f'value="{site.__dict__["交通局"]}"' in page
    assert f'value="{duty["office_id"]}"' not in page


@pytest.mark.parametrize("who", ["cadre", "administrator"])
def test_who_enters_duties_strikes_off_what_nobody_answers_for(site, who):
    duty = {"title": "修好三组的路灯", "due_on": "2026-03-09"}
    duty["office_id"] = site.__dict__["水务站"]
    duties = f"/villages/{VILLAGE}/duties"
    made = site.call("cadre", "POST", duties, duty).json["id"]
    page, done = f"/v/{VILLAGE}/duties", f"{duties}/{made}/done"
    note = {"note": "这件事由村里另派"}
    assert f"{made}/done" not in site.open(who, page)
    assert site.call(who, "POST", done, note).status_code == 403
    site.call("administrator", "PUT", f"/offices/{duty['office_id']}/people", {"people": []})
    for other in ("digger", "supervisor"):
        assert f"{made}/done" not in site.open(other, page)
        assert site.call(other, "POST", done, note).status_code == 403
    assert f"{made}/done" in site.open(who, page)
    assert site.call(who, "POST", done, note).json["note"] == note["note"]
    assert f"{made}/done" not in site.open(who, page)
