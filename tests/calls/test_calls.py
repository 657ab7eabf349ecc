"""Routing, doubles, awards, forgetting, and the database's own guards of calls."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from incentives.access.actor import SYSTEM, Role
from incentives.calls import operations
from incentives.calls.models import (
    ANSWER_WITHIN,
    LOOK_WITHIN,
    Call,
    CallRound,
    CallSource,
    CallStatus,
    CallStep,
    Category,
)
from incentives.calls.operations import Report
from incentives.calls.outputs import followed_call
from incentives.calls.queries import call_by_secret, office_for
from incentives.calls.states import Action
from incentives.clock import now, village_day
from incentives.errors import Invalid, NotFound, NotPermitted, WrongState
from incentives.extensions import db
from incentives.files.models import File
from incentives.files.operations import keep_until
from tests.calls.scenes import WORDS, Scene, office_of, status_of
from tests.calls.web import photo
from tests.factories import (
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    act,
    make_village,
    staff,
)


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


def test_the_nearest_office_that_answers_gets_the_call(scene) -> None:
    assert office_for(VILLAGE, Category.WATER).id == scene.water
    assert office_for(VILLAGE, Category.ROAD).id == scene.roads
    assert office_for(VILLAGE, Category.TELECOM) is None
    own = scene.committee(Category.WATER, Category.OTHER)
    assert office_for(VILLAGE, Category.WATER).id == own
    assert office_for(OTHER_VILLAGE, Category.WATER).id == scene.water
    act(lambda: operations.change_office(office_id=own, closed=True, actor=SYSTEM, now=now()))
    assert office_for(VILLAGE, Category.WATER).id == scene.water


def test_what_no_office_answers_for_waits_until_a_cadre_chooses_one(scene) -> None:
    reported = scene.told(what=replace(WORDS, category=Category.TELECOM))
    assert status_of(reported) is CallStatus.REPORTED
    with pytest.raises(Invalid):
        scene.push(reported)
    other = scene.office(OTHER_VILLAGE, "那边的村委会", Category.TELECOM)
    with pytest.raises(Invalid):
        scene.push(reported, office_id=other)
    assert scene.push(reported, office_id=scene.water).office_id == scene.water


def test_a_cadre_steps_for_the_village_s_own_office_and_a_neighbour_s_doesn_t(scene) -> None:
    scene.committee(Category.OTHER)
    call_id = scene.told(what=replace(WORDS, category=Category.OTHER))
    with pytest.raises(NotPermitted):
        scene.step(call_id, Action.ACCEPT, scene.plumber)
    assert scene.step(call_id, Action.ARRIVE, scene.cadre).accepted_at == now()
    neighbour = staff(Role.CADRE, OTHER_VILLAGE)
    make_village(OTHER_VILLAGE)
    with pytest.raises(NotFound):
        scene.step(call_id, Action.RESOLVE, neighbour)


def test_the_caller_of_a_double_follows_the_first_and_reads_nothing_of_it(scene) -> None:
    first, second, third = scene.told(), scene.report(), scene.report()
    scene.merge(third.call.id, second.call.id)
    scene.merge(second.call.id, first)
    scene.step(first, Action.ACCEPT)
    scene.step(first, Action.RESOLVE, note="给张三家修好了")
    db.session.rollback()
    for each in (second, third):
        seen = followed_call(call_by_secret(each.secret), now())
        assert (seen["merged"], seen["status"]) == (True, CallStatus.RESOLVED)
        assert not seen["may_rate"]
        assert {step["note"] for step in seen["steps"]} == {None}
        assert seen["reported_at"] == seen["steps"][-3]["at"] == each.call.reported_at
    with pytest.raises(WrongState):
        act(lambda: operations.rate_call(secret=second.secret, rating=1, word=None, now=now()))


def test_a_report_isnt_the_double_of_what_was_over_long_ago(scene, clock) -> None:
    """Its caller would read an old answer, and could say nothing to it."""
    first = scene.answered().call.id
    clock.forward(days=14)
    again = scene.report().call.id
    scene.merge(again, first)
    clock.forward(seconds=1)
    with pytest.raises(Invalid):
        scene.merge(scene.report().call.id, first)


def test_doubles_make_no_ring(scene) -> None:
    first, second = scene.report().call.id, scene.report().call.id
    with pytest.raises(Invalid):
        scene.merge(first, first)
    scene.merge(first, second)
    with pytest.raises(Invalid):
        scene.merge(second, first)


def test_an_office_that_handed_over_has_no_say_any_more(scene) -> None:
    call_id = scene.told()
    before = db.session.get_one(Call, call_id).resolve_by
    scene.step(call_id, Action.ACCEPT)
    more = {"note": "归交通局", "office_id": scene.roads}
    with pytest.raises(Invalid):
        scene.step(call_id, Action.HAND_OVER, note="", office_id=scene.roads)
    with pytest.raises(Invalid):
        scene.step(call_id, Action.HAND_OVER, note="x", office_id=scene.water)
    call = scene.step(call_id, Action.HAND_OVER, **more)
    assert (call.accepted_at, call.resolve_by) == (None, before)
    with pytest.raises(NotPermitted):
        scene.step(call_id, Action.ACCEPT)
    assert scene.step(call_id, Action.ACCEPT, scene.digger).status is CallStatus.ACCEPTED


def test_it_is_opened_again_within_fourteen_days(scene, clock) -> None:
    late, soon = scene.answered(), scene.answered()

    def reopen(reported):
        act(lambda: operations.reopen_call(secret=reported.secret, reason="还漏", now=now()))

    clock.forward(days=14)
    reopen(soon)
    call = db.session.get_one(Call, soon.call.id)
    assert (call.pushed_at, call.resolved_at, call.rating) == (now(), None, None)
    clock.forward(seconds=1)
    with pytest.raises(WrongState):
        reopen(late)


def test_it_is_rated_within_fourteen_days_of_each_answer(scene, clock) -> None:
    late, soon = scene.answered(), scene.answered()

    def rate(reported):
        secret = reported.secret
        act(lambda: operations.rate_call(secret=secret, rating=4, word="快", now=now()))

    clock.forward(days=14)
    rate(soon)
    act(lambda: operations.reopen_call(secret=soon.secret, reason="还漏", now=now()))
    clock.forward(seconds=1)
    with pytest.raises(WrongState):
        rate(late)
    for step in (Action.ACCEPT, Action.RESOLVE, Action.ANSWER):
        scene.step(soon.call.id, step)
    clock.forward(days=14)
    rate(soon)
    clock.forward(days=76)
    assert db.session.get_one(CallRound, soon.call.id).rating_word == "快"
    assert operations.forget_calls(now=now() + timedelta(seconds=1)) == 2
    before = db.session.get_one(CallRound, soon.call.id, populate_existing=True)
    assert (before.rating, before.rating_word) == (4, None)


def test_phones_go_first_then_words_and_photos_and_times_stay(scene, clock) -> None:
    content = photo()[0].read()
    kept = scene.answered(what=replace(WORDS, phone="139", photo=content)).call.id
    open_ = scene.told(what=replace(WORDS, phone="138"))
    clock.forward(days=14, seconds=1)
    operations.forget_calls(now=now())
    call = db.session.get_one(Call, kept, populate_existing=True)
    assert (call.phone, call.text) == (None, WORDS.text)
    clock.forward(days=76)
    assert operations.forget_calls(now=now()) == 1
    call = db.session.get_one(Call, kept, populate_existing=True)
    assert (call.text, call.place, call.category) == (None, None, Category.WATER)
    assert call.answered_at is not None
    assert {
        each.note for each in db.session.scalars(db.select(CallStep).filter_by(call_id=kept))
    } == {None}
    assert db.session.scalars(db.select(File)).one().erased_at == now()
    assert db.session.get_one(Call, open_, populate_existing=True).phone == "138"
    assert operations.forget_calls(now=now()) == 0


def test_why_one_wasnt_taken_is_erased_so_long_after_it_was_said(scene, clock) -> None:
    """Whoever strikes it writes to its caller, who may read it as long as any answer."""
    reported = scene.report(what=replace(WORDS, phone="139")).call.id
    clock.forward(days=80)
    struck = {"village": VILLAGE, "call_id": reported, "actor": scene.cadre}
    act(lambda: operations.strike_call(reason="张三喝醉了乱报", now=now(), **struck))
    clock.forward(days=14)
    operations.forget_calls(now=now())
    assert db.session.get_one(Call, reported, populate_existing=True).phone == "139"
    clock.forward(days=76)
    assert operations.forget_calls(now=now()) == 0
    call = db.session.get_one(Call, reported, populate_existing=True)
    assert (call.phone, call.struck_reason) == (None, "张三喝醉了乱报")
    assert operations.forget_calls(now=now() + timedelta(seconds=1)) == 1
    call = db.session.get_one(Call, reported, populate_existing=True)
    assert (call.text, call.struck_reason) == (None, None)


def test_a_photo_that_accounting_keeps_holds_up_no_other_call(scene, clock) -> None:
    ended = [
        scene.answered(what=replace(WORDS, photo=photo()[0].read())).call.id for _number in range(2)
    ]
    kept = db.session.scalars(db.select(File).order_by(File.id)).first().id
    act(lambda: keep_until([kept], village_day(now()) + timedelta(days=400)))
    clock.forward(days=90, seconds=1)
    assert operations.forget_calls(now=now()) == 2
    files = db.session.scalars(db.select(File).execution_options(populate_existing=True))
    assert {each.id == kept: each.erased_at for each in files} == {True: None, False: now()}
    steps = db.session.scalars(db.select(CallStep).where(CallStep.call_id.in_(ended)))
    assert {each.photo_id for each in steps} == {None}


def test_a_patrol_s_finding_goes_to_its_office(scene) -> None:
    leader = staff(Role.CADRE)
    hazard = Report(Category.WATER, "井盖没了", "二组路口")
    call = scene.report(leader, source=CallSource.PATROL, what=hazard).call
    assert (call.status, call.resident_id) == (CallStatus.PUSHED, None)


def test_who_answers_is_a_responder_for_there(scene) -> None:
    village_only = scene.plumber.user_id
    people = [operations.Answerer(village_only), operations.Answerer(village_only)]

    def put(office, chosen):
        act(
            lambda: (
                operations.set_office_people(
                    office_id=office, people=chosen, actor=SYSTEM, now=now()
                )
                and None
            )
        )

    with pytest.raises(Invalid):
        put(scene.water, people)
    with pytest.raises(Invalid):
        put(scene.roads, people[:1])
    assert office_of(scene.water).division == TOWNSHIP
    assert db.session.execute(text("SELECT count(*) FROM office_person")).scalar() == 2


def test_a_call_waits_for_a_look_half_a_day_and_for_its_answer_a_day(scene, clock) -> None:
    reported = scene.report().call
    assert reported.due_at == now() + LOOK_WITHIN
    scene.push(reported.id)
    for step in (Action.ACCEPT, Action.RESOLVE):
        scene.step(reported.id, step)
    call = db.session.get_one(Call, reported.id)
    assert call.due_at == now() + ANSWER_WITHIN
    assert scene.step(reported.id, Action.ANSWER).due_at is None
