"""Objections to what a claim was answered, and minors in notices."""

import pytest
from flask import Flask
from sqlalchemy import select

from incentives.access.actor import Actor
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.clock import now
from incentives.errors import (
    NotFound,
    SamePerson,
    WrongState,
)
from incentives.extensions import db
from incentives.notices import operations as notices
from incentives.notices.models import NoticeKind, NoticeLine, Objection
from incentives.notices.pages import way_to_object
from incentives.register.operations import Person, add_resident
from tests.awards.claiming import claim, resident_of
from tests.awards.scenes import make_scene
from tests.conftest import Clock
from tests.factories import VILLAGE, act
from tests.notices.acts import objected, publish


def object_to(award: Award, actor: Actor) -> Objection:
    """Object to what became of a claim."""
    award_id = award.id
    return act(
        lambda: notices.object_to_claim(
            village=VILLAGE, award_id=award_id, reason="我们做了", actor=actor, now=now()
        )
    )


def rule(objection: Objection, actor: Actor, *, upheld: bool) -> Objection:
    """Rule on an objection."""
    objection_id = objection.id
    return act(
        lambda: notices.rule_on_objection(
            village=VILLAGE,
            objection_id=objection_id,
            upheld=upheld,
            reason="有人看见",
            actor=actor,
            now=now(),
        )
    )


def test_a_no_can_be_objected_to_once_in_time_and_by_its_household(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene(objection_days=30)
    mine = resident_of(scene.household)
    award = claim(scene)
    with pytest.raises(WrongState):
        object_to(award, mine)
    scene.review(award, Decision.REJECT, reason="没有人看见")
    with pytest.raises(NotFound):
        object_to(award, resident_of(scene.other))
    late = claim(scene, days_ago=1)
    scene.review(late, Decision.REJECT, reason="没有人看见")
    made = object_to(award, mine)
    assert (made.missing_resident_id, made.missing_rule_item) == (scene.household.head_id, "NE01")
    with pytest.raises(WrongState):
        object_to(award, mine)
    clock.forward(days=31)
    with pytest.raises(WrongState):
        object_to(late, mine)


def test_who_said_no_doesnt_rule_on_the_objection(app: Flask) -> None:
    scene = make_scene()
    award = claim(scene)
    scene.review(award, Decision.REJECT, reason="没有人看见")
    made = object_to(award, resident_of(scene.household))

    with pytest.raises(SamePerson):
        rule(made, scene.reviewer, upheld=True)
    assert rule(made, scene.second, upheld=True).ruling_reason == "有人看见"


def test_the_way_to_object_is_shown_as_long_as_there_is_one(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5)
    award = claim(scene)
    with app.test_request_context():
        assert way_to_object(award) is None
        scene.review(award)
        assert way_to_object(award) is None
        act(
            lambda: (
                notices.make_notice(
                    village=VILLAGE, kind=NoticeKind.AWARDS, actor=scene.reviewer, now=now()
                )
                and None
            )
        )
        db.session.refresh(award)
        assert award.status is AwardStatus.PUBLISHED
        assert way_to_object(award) == f"/c/claims/{award.id}/objection"
        object_to(award, resident_of(scene.household))
        db.session.refresh(award)
        assert (award.status, way_to_object(award)) == (AwardStatus.OBJECTED, None)


def test_a_minors_claim_stands_in_no_notice_by_name(app: Flask) -> None:
    scene = make_scene(publicity_days=5, notice_names="full")
    minor_id = act(
        lambda: (
            add_resident(
                village=VILLAGE,
                household_id=scene.household.id,
                person=Person("格桑小", birth_year=2015),
                actor=scene.cadre,
                now=now(),
            ).id
        )
    )
    # By the family's card: for the minor, who is one of the household.
    award = claim(scene, resident_id=minor_id)
    assert (award.resident_id, award.proposed_by) == (minor_id, scene.household.head_id)
    scene.review(award)
    act(
        lambda: (
            notices.make_notice(
                village=VILLAGE, kind=NoticeKind.AWARDS, actor=scene.reviewer, now=now()
            )
            and None
        )
    )
    (line,) = db.session.scalars(select(NoticeLine))
    assert (line.award_id, line.holder) == (award.id, None)


def test_what_was_taken_back_can_be_objected_to_in_time_and_once(app: Flask, clock: Clock) -> None:
    scene = make_scene(objection_days=30)
    mine = resident_of(scene.household)
    award = scene.review(scene.propose())
    before = object_to(award, mine)
    rule(before, scene.second, upheld=False)
    clock.forward(days=100)  # past the days in which a missing act is entered
    scene.reverse(award, scene.second)
    clock.forward(days=30)
    made = object_to(award, mine)
    assert (made.missing_resident_id, made.missing_rule_item) == (award.resident_id, "CL01")
    with pytest.raises(WrongState):
        object_to(award, mine)
    for hand in (scene.reviewer, scene.second):
        with pytest.raises(SamePerson):
            rule(made, hand, upheld=True)
    ruled = rule(made, scene.third, upheld=True)
    granted = db.session.get_one(Award, ruled.granted_award_id)
    assert (granted.claimed, granted.status) == (True, AwardStatus.PROPOSED)


def test_what_was_taken_back_long_ago_is_objected_to_no_more(app: Flask, clock: Clock) -> None:
    scene = make_scene(objection_days=30)
    award = scene.review(scene.propose())
    scene.reverse(award)
    clock.forward(days=31)
    with pytest.raises(WrongState):
        object_to(award, resident_of(scene.household))


def test_what_a_neighbour_objected_to_is_still_its_household_s_to_object(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    award = scene.review(scene.propose())
    publish(scene)
    rule(db.session.get_one(Objection, objected(scene)), scene.third, upheld=True)
    assert scene.status(award) is AwardStatus.REJECTED
    made = object_to(award, resident_of(scene.household))
    with pytest.raises(SamePerson):
        rule(made, scene.third, upheld=True)
    assert rule(made, scene.second, upheld=True).granted_award_id is not None


@pytest.mark.parametrize(
    ("code", "points"), [("NE01", 18), ("CL04", 15)], ids=["by person", "by household"]
)
@pytest.mark.parametrize("back", [True, False], ids=["taken back", "refused"])
def test_what_was_done_several_times_is_given_as_often(
    app: Flask, code: str, points: int, back: bool
) -> None:
    scene = make_scene()
    award = scene.propose(code, quantity=3)
    if back:
        scene.reverse(scene.review(award))
    else:
        scene.review(award, Decision.REJECT, reason="没有人看见")
    made = object_to(award, resident_of(scene.household))
    assert made.missing_quantity == 3
    ruled = rule(made, scene.third, upheld=True)
    granted = db.session.get_one(Award, ruled.granted_award_id)
    assert (granted.quantity, granted.points) == (3, points)
