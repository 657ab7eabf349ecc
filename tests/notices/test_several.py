"""Several acts of one rule and day: a no to each can be objected to, and each is given once."""

from uuid import UUID

import pytest
from flask import Flask

from incentives.awards.models import Award, AwardStatus, Decision
from incentives.clock import now
from incentives.errors import Duplicate, NotPermitted, SamePerson, WrongState
from incentives.extensions import db
from incentives.notices.models import Objection
from incentives.notices.operations import Missing, may_object
from tests.awards.queues import account
from tests.awards.scenes import Scene, make_scene
from tests.awards.test_claims_objections import object_to
from tests.conftest import Clock
from tests.notices.acts import by_card, objected, publish, rule
from tests.notices.test_objections import granted

NO = "没有人看见"


def twice(
    scene: Scene, clock: Clock, code: str = "CL01", person: UUID | None = None
) -> list[Award]:
    """Two acts of one rule and day, both posted: by one person, or the second by another."""
    home = scene.household.head_id
    found = [scene.review(scene.propose(code, person=who)) for who in (home, person or home)]
    clock.forward(minutes=1)
    return found


def object_as_home(scene: Scene, award: Award) -> Objection:
    """Object to a no by the household's card, which its page offers; a minute later."""
    assert may_object(db.session.get_one(Award, award.id), now())
    return object_to(award, by_card(scene.household))


def uphold(scene: Scene, made: Objection, clock: Clock) -> Award:
    """The award that a ruling grants."""
    clock.forward(minutes=1)
    found = granted(rule(scene, made.id, upheld=True))
    clock.forward(minutes=1)
    return found


def test_a_no_to_one_of_two_acts_is_objected_to_and_given(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    _morning, evening = twice(scene, clock)
    scene.reverse(evening)
    made = object_as_home(scene, evening)
    assert not may_object(evening, now())
    award = uphold(scene, made, clock)
    assert scene.review(award, actor=scene.second).status is AwardStatus.POSTED
    assert scene.points() == 8
    with pytest.raises(WrongState):
        object_to(evening, by_card(scene.household))
    with pytest.raises(Duplicate):
        scene.reinstate(evening)


def test_an_act_that_stands_again_is_not_given_beside_its_refused_grant(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene()
    act = scene.review(scene.propose())
    clock.forward(minutes=1)
    scene.reverse(act)
    award = uphold(scene, object_as_home(scene, act), clock)
    scene.review(award, Decision.REJECT, actor=scene.second, reason=NO)
    clock.forward(minutes=1)
    scene.reinstate(act)
    assert scene.points() == 4
    assert not may_object(db.session.get_one(Award, award.id), now())
    with pytest.raises((Duplicate, WrongState)):
        object_to(award, by_card(scene.household))


def test_so_is_one_that_was_refused_in_review(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    scene.review(scene.propose())
    evening = scene.propose()
    clock.forward(minutes=1)
    scene.review(evening, Decision.REJECT, reason=NO)
    assert uphold(scene, object_as_home(scene, evening), clock).status is AwardStatus.PROPOSED


def test_so_is_one_whose_line_was_struck(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5)
    _morning, evening = twice(scene, clock)
    publish(scene)
    clock.forward(minutes=1)
    rule(scene, objected(scene, award=evening.id), upheld=True)
    assert scene.status(evening) is AwardStatus.REJECTED
    made = object_as_home(scene, evening)
    clock.forward(minutes=1)
    assert granted(rule(scene, made.id, upheld=True, actor=scene.second)).quantity == 1


@pytest.mark.parametrize("by_form", [False, True], ids=["its page", "what is missing"])
def test_so_is_one_of_another_of_the_household(app: Flask, clock: Clock, by_form: bool) -> None:
    scene = make_scene()
    member = scene.people()[1].id
    _first, second = twice(scene, clock, "CL04", member)
    scene.reverse(second)
    if by_form:
        missing = Missing(member, "CL04", scene.today)
        made = objected(scene, by_card(scene.household), missing=missing)
        clock.forward(minutes=1)
        award = granted(rule(scene, made, upheld=True))
    else:
        award = uphold(scene, object_as_home(scene, second), clock)
    assert award.resident_id == member


@pytest.mark.parametrize("waits", [True, False], ids=["the first waits", "the first is upheld"])
def test_both_are_objected_to_and_given(app: Flask, clock: Clock, waits: bool) -> None:
    scene = make_scene()
    acts = twice(scene, clock)
    for each in acts:
        scene.reverse(each)
    first = object_as_home(scene, acts[0])
    awards = [] if waits else [uphold(scene, first, clock)]
    second = object_as_home(scene, acts[1])
    assert not any(may_object(each, now()) for each in acts)
    awards += [uphold(scene, first, clock)] if waits else []
    awards += [uphold(scene, second, clock)]
    for each in awards:
        assert scene.review(each, actor=scene.second).status is AwardStatus.POSTED
    assert scene.points() == 8
    for each in acts:
        with pytest.raises(Duplicate):
            scene.reinstate(each)


def test_its_household_takes_back_each_that_was_granted(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    acts = twice(scene, clock)
    for each in acts:
        scene.reverse(each)
    awards = [uphold(scene, object_as_home(scene, each), clock) for each in acts]
    assert sorted(each.claimed for each in awards) == [False, True]
    for each in awards:
        with pytest.raises(NotPermitted):
            scene.withdraw(each)
        taken = scene.withdraw(each, by_card(scene.household))
        assert taken.status is AwardStatus.WITHDRAWN


def test_where_one_was_granted_the_other_is_given_again(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    acts = twice(scene, clock)
    for each in acts:
        scene.reverse(each)
    scene.review(uphold(scene, object_as_home(scene, acts[0]), clock), actor=scene.second)
    assert scene.reinstate(acts[1]).status is AwardStatus.POSTED
    with pytest.raises(Duplicate):
        scene.reinstate(acts[0])
    assert scene.points() == 8


def test_what_was_registered_anew_is_no_second_no(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    award = scene.review(scene.propose())
    clock.forward(minutes=1)
    scene.reverse(award)
    clock.forward(minutes=1)
    again = scene.propose()
    assert not may_object(award, now())
    missing = Missing(scene.household.head_id, "CL01", scene.today)
    with pytest.raises(Duplicate):
        objected(scene, by_card(scene.household), missing=missing)
    clock.forward(minutes=1)
    scene.review(again, Decision.REJECT, reason=NO)
    assert object_as_home(scene, again)
    assert not may_object(award, now())


def test_what_was_registered_meanwhile_is_one_of_them(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    acts = twice(scene, clock)
    for each in acts:
        scene.reverse(each)
    made = [object_as_home(scene, each) for each in acts]
    clock.forward(minutes=1)
    scene.propose()
    ruled = [rule(scene, each.id, upheld=True) for each in made]
    assert [each.granted_award_id is None for each in ruled] == [True, False]


def test_what_was_given_again_meanwhile_is_one_of_them_too(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    acts = twice(scene, clock)
    for each in acts:
        scene.reverse(each)
    made = [object_as_home(scene, each) for each in acts]
    clock.forward(minutes=1)
    scene.reinstate(acts[0])
    clock.forward(minutes=1)
    ruled = [rule(scene, each.id, upheld=True) for each in made]
    assert [each.granted_award_id is None for each in ruled] == [True, False]


def test_what_was_turned_and_turned_again_meanwhile_is_none_of_them(
    app: Flask, clock: Clock
) -> None:
    """It stood when the other was objected to, and is no answer to that."""
    scene = make_scene()
    acts = twice(scene, clock)
    scene.reverse(acts[1])
    made = object_as_home(scene, acts[1])
    clock.forward(minutes=1)
    scene.reverse(acts[0])
    clock.forward(minutes=1)
    scene.reinstate(acts[0])
    uphold(scene, made, clock)
    assert scene.points() == 4


def test_who_approved_a_grant_that_was_struck_doesnt_give_the_act_again(
    app: Flask, clock: Clock
) -> None:
    """The ruling that took the grant said that the act wasn't done."""
    scene = make_scene()
    fourth = account("fourth")
    award = scene.review(scene.propose())
    clock.forward(minutes=1)
    scene.reverse(award)
    grant = uphold(scene, object_as_home(scene, award), clock)
    scene.review(grant, actor=scene.second)
    clock.forward(minutes=1)
    rule(scene, objected(scene, award=grant.id), upheld=True, actor=fourth)
    assert scene.status(grant) is AwardStatus.REVERSED
    clock.forward(minutes=1)
    with pytest.raises(SamePerson):
        scene.reinstate(award, actor=scene.second)
    assert scene.reinstate(award).status is AwardStatus.POSTED


def test_one_that_was_found_not_right_keeps_none_of_the_other(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    acts = twice(scene, clock)
    scene.reverse(acts[0])
    made = object_as_home(scene, acts[0])
    clock.forward(minutes=1)
    rule(scene, made.id, upheld=False)
    clock.forward(minutes=1)
    scene.reverse(acts[1])
    assert not may_object(acts[0], now())
    assert uphold(scene, object_as_home(scene, acts[1]), clock).status is AwardStatus.PROPOSED


def test_another_of_the_household_keeps_none_from_being_given_again(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene()
    first = scene.review(scene.propose("CL04"))
    clock.forward(minutes=1)
    scene.reverse(first)
    clock.forward(minutes=1)
    scene.propose("CL04", person=scene.people()[1].id)
    assert scene.reinstate(first).status is AwardStatus.POSTED
