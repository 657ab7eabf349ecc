"""What a village is too small to decide: the township decides it, from a queue of its own."""

import pytest
from flask import Flask

from incentives.access.actor import SYSTEM, Actor, Assignment, Role
from incentives.access.operations import deactivate_user
from incentives.awards import operations as awards
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.awards.queries import Closed
from incentives.clock import now
from incentives.errors import (
    NotFound,
    NotPermitted,
    OwnHousehold,
    OwnRequest,
    SamePerson,
)
from tests.awards.queues import above, account, closed_to, queue_of
from tests.awards.scenes import Scene, adopt_rules, make_scene
from tests.factories import (
    COUNTY,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    act,
    make_household,
    make_village,
    staff,
)

OTHER_TOWNSHIP = "513336102"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords take their time to be hashed; none is asked for here."""
    monkeypatch.setattr("incentives.access.operations.users.hash_password", lambda _text: "none")


def test_a_village_with_enough_reviewers_sends_nothing_up(app: Flask) -> None:
    scene = make_scene()
    account("reviewer")
    township = account("township", division=TOWNSHIP)
    award = scene.propose()
    assert above(TOWNSHIP) == []
    assert closed_to(township, award) is Closed.VILLAGE
    assert queue_of(township)[0].holder == "扎**"
    with pytest.raises(NotPermitted):
        scene.review(award, actor=township)
    with pytest.raises(NotPermitted):
        decide_above(township, [award])
    assert scene.status(award) is AwardStatus.PROPOSED


def decide_above(
    actor: Actor,
    found: list[Award],
    *,
    under: str = TOWNSHIP,
    decision: Decision = Decision.APPROVE,
    reason: str | None = None,
) -> list[Award]:
    """Decide on what was sent up."""
    ids = [each.id for each in found]
    return act(
        lambda: awards.review_sent_up(
            under=[under],
            award_ids=ids,
            decision=decision,
            reason=reason,
            actor=actor,
            now=now(),
        )
    )


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SUPERVISOR])
@pytest.mark.parametrize("division", [TOWNSHIP, COUNTY])
def test_where_nobody_of_the_village_may_those_above_decide(
    app: Flask, role: Role, division: str
) -> None:
    scene = make_scene()
    account("relative", household=scene.household)
    award = scene.propose()
    assert [each.id for each in above(TOWNSHIP)] == [award.id]
    assert above(OTHER_TOWNSHIP, OTHER_VILLAGE) == []
    decider = staff(role, division)
    assert closed_to(decider, award) is None
    assert decide_above(decider, [award])[0].status is AwardStatus.POSTED
    assert scene.points() == 4


def test_nobody_of_another_township_nor_without_the_role_decides(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose()
    with pytest.raises(NotFound):
        decide_above(staff(Role.REVIEWER, OTHER_TOWNSHIP), [award])
    for stranger in (
        staff(Role.OVERSEER, TOWNSHIP),
        staff(Role.ADMINISTRATOR, COUNTY),
        staff(Role.SUPERVISOR),
        staff(Role.CADRE, TOWNSHIP),
    ):
        with pytest.raises((NotPermitted, NotFound)):
            decide_above(stranger, [award])
        with pytest.raises(NotPermitted):
            scene.review(award, actor=stranger)
    with pytest.raises(NotFound):
        decide_above(staff(Role.REVIEWER, OTHER_TOWNSHIP), [award], under=OTHER_TOWNSHIP)
    assert scene.status(award) is AwardStatus.PROPOSED


def test_what_stands_elsewhere_is_not_decided_along(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose()
    with pytest.raises(NotFound):
        decide_above(staff(Role.REVIEWER, OTHER_TOWNSHIP), [award], under=OTHER_TOWNSHIP)
    assert scene.status(award) is AwardStatus.PROPOSED


def test_duties_hold_above_too(app: Flask) -> None:
    scene = make_scene()
    clerk = Actor(
        **{
            **scene.cadre.__dict__,
            "roles": (*scene.cadre.roles, Assignment(Role.REVIEWER, TOWNSHIP)),
        }
    )
    entered = scene.propose(actor=clerk)
    with pytest.raises(OwnRequest):
        decide_above(clerk, [entered])
    native = staff(Role.SUPERVISOR, TOWNSHIP, household=scene.household)
    with pytest.raises(OwnHousehold):
        decide_above(native, [entered])


def test_two_are_two_people_where_one_comes_from_the_village(app: Flask) -> None:
    scene = make_scene(reviewers=2)
    village = account("reviewer")
    award = scene.propose()
    assert [each.id for each in above(TOWNSHIP)] == [award.id]
    first = staff(Role.REVIEWER, TOWNSHIP)
    assert decide_above(first, [award])[0].status is AwardStatus.PROPOSED
    # The township may give one of two: the other is the village's own.
    assert above(TOWNSHIP) == []
    with pytest.raises(SamePerson):
        decide_above(first, [award])
    with pytest.raises(NotPermitted):
        decide_above(staff(Role.SUPERVISOR, TOWNSHIP), [award])
    assert scene.review(award, actor=village).status is AwardStatus.POSTED


def test_two_of_the_township_decide_where_nobody_of_the_village_may(app: Flask) -> None:
    scene = make_scene(reviewers=2)
    award = scene.propose()
    first = staff(Role.REVIEWER, TOWNSHIP)
    decide_above(first, [award])
    with pytest.raises(SamePerson):
        decide_above(first, [award])
    assert scene.points() == 0
    second = staff(Role.SUPERVISOR, TOWNSHIP)
    assert decide_above(second, [award])[0].status is AwardStatus.POSTED


def test_the_second_is_sent_up_once_the_village_s_only_one_said_yes(app: Flask) -> None:
    scene = make_scene(reviewers=2)
    village = account("reviewer")
    award = scene.propose()
    scene.review(award, actor=village)
    assert [each.id for each in above(TOWNSHIP)] == [award.id]
    posted = decide_above(staff(Role.SUPERVISOR, TOWNSHIP), [award])
    assert posted[0].status is AwardStatus.POSTED


def test_two_accounts_of_one_human_are_one(app: Flask) -> None:
    scene = make_scene(reviewers=2)
    home = make_household(VILLAGE, "尼玛", door="7")
    one = account("nima", household=home)
    two = account("nima2", household=home)
    assert one.person == two.person
    award = scene.propose()
    assert [each.id for each in above(TOWNSHIP)] == [award.id]
    scene.review(award, actor=one)
    with pytest.raises(SamePerson):
        scene.review(award, actor=two)
    account("other")
    assert above(TOWNSHIP) == []


def test_who_left_the_review_group_counts_no_more(app: Flask) -> None:
    scene = make_scene()
    reviewer = account("reviewer")
    award = scene.propose()
    assert above(TOWNSHIP) == []
    act(lambda: deactivate_user(user_id=reviewer.user_id, actor=SYSTEM, now=now()) and None)
    assert [each.id for each in above(TOWNSHIP)] == [award.id]


def test_roles_elsewhere_and_other_roles_decide_nothing_here(app: Flask) -> None:
    scene = make_scene()
    make_village(OTHER_VILLAGE)
    account("elsewhere", division=OTHER_VILLAGE)
    account("supervisor", Role.SUPERVISOR)
    account("township", division=TOWNSHIP)
    award = scene.propose()
    assert [each.id for each in above(TOWNSHIP)] == [award.id]


def test_many_of_several_villages_are_decided_together_or_not_at_all(app: Flask) -> None:
    scene = make_scene()
    one = scene.propose()
    make_village(OTHER_VILLAGE, publicity_days=0)
    adopt_rules(OTHER_VILLAGE)
    home = make_household(OTHER_VILLAGE, "格桑", door="3")
    there = Scene(household=home, other=home, village=OTHER_VILLAGE)
    there.cadre = staff(Role.CADRE, OTHER_VILLAGE)
    two = there.propose()
    township = staff(Role.REVIEWER, TOWNSHIP)
    assert len(above(TOWNSHIP)) == 2
    with pytest.raises(NotFound):
        decide_above(township, [one, two], under=VILLAGE)
    decided = decide_above(township, [one, two], decision=Decision.REJECT, reason="nobody saw it")
    assert {each.status for each in decided} == {AwardStatus.REJECTED}
    assert above(TOWNSHIP) == []
