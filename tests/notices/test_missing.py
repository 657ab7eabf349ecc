"""An award that an objection grants: by whose rules it stands, until when, and who reviews it."""

from dataclasses import replace

import pytest
from flask import Flask

from incentives.access.actor import SYSTEM
from incentives.awards.models import Award, AwardStatus, Rulebook, RuleItem
from incentives.awards.queries import CLAIMS_A_WEEK, Closed, claims_left, granted_among
from incentives.clock import now
from incentives.errors import Duplicate, NotPermitted, SamePerson, WrongState
from incentives.extensions import db
from incentives.notices.models import ObjectionStatus
from incentives.notices.operations import may_rule
from incentives.notices.queries import find_objection, standing_award
from incentives.register.operations import set_policy
from tests.awards.queues import above, account, closed_to
from tests.awards.scenes import adopt_rules, make_scene
from tests.awards.test_queue_above import decide_above
from tests.conftest import Clock
from tests.factories import TOWNSHIP, VILLAGE, act
from tests.notices.acts import by_card, objected, publish, rule
from tests.notices.test_objections import granted, lacking


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords take their time to be hashed; none is asked for here."""
    monkeypatch.setattr("incentives.access.operations.users.hash_password", lambda _text: "none")


def resolve(**values: object) -> None:
    """Set the village's policy from today on."""
    act(
        lambda: set_policy(
            village=VILLAGE,
            values=values,
            effective_on=None,
            resolution="村民会议",
            actor=SYSTEM,
            now=now(),
        )
    )


def version_of(award: Award) -> int:
    """Under which version of the rules an award stands."""
    item = db.session.get_one(RuleItem, award.rule_item_id)
    return db.session.get_one(Rulebook, item.rulebook_id).number


def test_it_has_the_rule_of_its_day_and_the_policy_of_the_ruling(app: Flask) -> None:
    scene = make_scene(reviewers=1)
    adopt_rules(effective_on=scene.today)
    resolve(publicity_days=0, reviewers=2)
    ruled = rule(scene, objected(scene, missing=lacking(scene, days=8)), upheld=True)
    award = granted(ruled)
    assert (award.reviewers, award.reviews_needed, version_of(award)) == (2, 2, 1)
    with pytest.raises(SamePerson):
        scene.review(award, actor=scene.third)
    scene.review(award)
    assert scene.status(award) is AwardStatus.PROPOSED
    with pytest.raises(SamePerson):
        scene.review(award, actor=scene.third)
    scene.review(award, actor=scene.second)
    assert scene.status(award) is AwardStatus.POSTED


def test_a_long_ruling_does_no_harm_and_a_late_objection_is_refused(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene(late_entry_days=60)
    with pytest.raises(WrongState):
        objected(scene, missing=lacking(scene, days=61))
    objection = objected(scene, missing=lacking(scene, days=60))
    clock.forward(days=30)
    resolve(late_entry_days=10)
    assert granted(rule(scene, objection, upheld=True)).status is AwardStatus.PROPOSED


def test_what_was_too_long_ago_that_day_is_not_granted(app: Flask) -> None:
    scene = make_scene(late_entry_days=60)
    objection = objected(scene, missing=lacking(scene, days=60))
    resolve(late_entry_days=59)
    with pytest.raises(WrongState):
        rule(scene, objection, upheld=True)
    assert rule(scene, objection, upheld=False).status is ObjectionStatus.OVERRULED


def test_whoever_ruled_leaves_the_review_to_others(app: Flask) -> None:
    scene = make_scene(reviewers=1)
    ruler = account("ruler")
    ruled = rule(scene, objected(scene, missing=lacking(scene)), upheld=True, actor=ruler)
    award = granted(ruled)
    assert granted_among([award.id], ruler.person) == {award.id}
    # Nobody else of the village may: the township does.
    assert [each.id for each in above(TOWNSHIP)] == [award.id]
    assert closed_to(ruler, award) is Closed.RULED
    with pytest.raises(SamePerson):
        scene.review(award, actor=ruler)
    other = account("other")
    assert above(TOWNSHIP) == []
    township = account("township", division=TOWNSHIP)
    with pytest.raises(NotPermitted):
        decide_above(township, [award])
    assert closed_to(other, award) is None
    assert scene.review(award, actor=other).status is AwardStatus.POSTED


def test_a_village_with_one_reviewer_and_a_policy_of_two_needs_two_above(app: Flask) -> None:
    scene = make_scene(reviewers=2)
    ruler, last = account("ruler"), account("last")
    one, two = (account(name, division=TOWNSHIP) for name in ("one", "two"))
    award = granted(rule(scene, objected(scene, missing=lacking(scene)), upheld=True, actor=ruler))
    assert [each.id for each in above(TOWNSHIP)] == [award.id]
    scene.review(award, actor=last)
    with pytest.raises(SamePerson):
        scene.review(award, actor=ruler)
    decide_above(one, [award])
    assert scene.status(award) is AwardStatus.POSTED
    with pytest.raises(WrongState):
        decide_above(two, [award])


def test_a_ruling_from_above_bars_from_the_review_above(app: Flask) -> None:
    scene = make_scene(reviewers=1)
    one, two = (account(name, division=TOWNSHIP) for name in ("one", "two"))
    award = granted(rule(scene, objected(scene, missing=lacking(scene)), upheld=True, actor=one))
    with pytest.raises(SamePerson):
        decide_above(one, [award])
    assert decide_above(two, [award])[0].status is AwardStatus.POSTED


def test_who_granted_it_doesnt_rule_on_what_it_became(app: Flask) -> None:
    scene = make_scene(reviewers=1, publicity_days=5)
    award = granted(rule(scene, objected(scene, missing=lacking(scene)), upheld=True))
    scene.review(award)
    publish(scene)
    objection = objected(scene, by_card(scene.household))
    with pytest.raises(SamePerson):
        rule(scene, objection, upheld=False)
    assert not may_rule(find_objection(VILLAGE, objection), scene.third)
    assert may_rule(find_objection(VILLAGE, objection), scene.second)
    assert rule(scene, objection, upheld=True, actor=scene.second).status is ObjectionStatus.UPHELD


def test_it_uses_up_no_claim_of_the_week(app: Flask) -> None:
    scene = make_scene()
    home = scene.other.id
    assert claims_left(home, now()) == CLAIMS_A_WEEK
    granted(rule(scene, objected(scene, missing=lacking(scene)), upheld=True))
    assert claims_left(home, now()) == CLAIMS_A_WEEK


def test_whoever_rules_sees_what_stands_and_doesnt_grant_it_twice(app: Flask) -> None:
    scene = make_scene()
    objection = objected(scene, missing=lacking(scene))
    found = find_objection(VILLAGE, objection)
    assert standing_award(found, scene.today) is None
    award = scene.propose(person=scene.other.head_id)
    assert standing_award(find_objection(VILLAGE, objection), scene.today) == award.id
    scene.withdraw(award)
    assert standing_award(find_objection(VILLAGE, objection), scene.today) is None
    assert granted(rule(scene, objection, upheld=True)).status is AwardStatus.PROPOSED


def test_what_was_registered_meanwhile_is_right_and_not_given_twice(app: Flask) -> None:
    scene = make_scene()
    objection = objected(scene, missing=lacking(scene))
    award = scene.propose(person=scene.other.head_id)
    ruled = rule(scene, objection, upheld=True)
    assert (ruled.status, ruled.granted_award_id) == (ObjectionStatus.UPHELD, None)
    assert db.session.query(Award).count() == 1
    # It is an award like any other: its proposer takes it back, and it can be missing again.
    assert scene.withdraw(award).status is AwardStatus.WITHDRAWN


@pytest.mark.parametrize(
    ("right", "registered", "left"),
    [(None, 1, 2), (None, 2, 1), (2, 1, 1), (2, 2, 0), (None, 3, 0)],
)
def test_of_several_only_those_are_granted_that_nobody_registered_meanwhile(
    app: Flask, right: int | None, registered: int, left: int
) -> None:
    scene = make_scene()
    objection = objected(scene, missing=replace(lacking(scene), quantity=3))
    scene.propose(person=scene.other.head_id, quantity=registered)
    ruled = rule(scene, objection, upheld=True, quantity=right)
    assert ruled.status is ObjectionStatus.UPHELD
    of_grants = Award.id == ruled.granted_award_id
    assert [each.quantity for each in db.session.query(Award).filter(of_grants)] == [left] * (
        left > 0
    )


def test_whoever_objects_is_told_at_once_what_stands(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose(person=scene.other.head_id)
    with pytest.raises(Duplicate) as refused:
        objected(scene, missing=lacking(scene))
    assert refused.value.extensions["award_id"] == award.id
    assert objected(scene, missing=lacking(scene, days=1))
    scene.withdraw(award)
    assert objected(scene, missing=lacking(scene))
