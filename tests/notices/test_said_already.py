"""What a household objected to before: said once, and never nobody left who may rule on it."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from incentives.access.actor import Actor, Role
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.errors import Duplicate, SamePerson
from incentives.extensions import db
from incentives.notices.models import ObjectionStatus
from incentives.notices.operations import Missing, may_rule
from incentives.notices.queries import find_objection
from tests.awards.claiming import claim
from tests.awards.queues import account
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import TOWNSHIP, VILLAGE, staff
from tests.notices.acts import by_card, objected, publish, resident_of, rule
from tests.notices.test_objections import lacking, on_paper


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords take their time to be hashed; none is asked for here."""
    monkeypatch.setattr("incentives.access.operations.users.hash_password", lambda _text: "none")


def rejected(scene: Scene) -> Award:
    """The other household's claim, refused."""
    award = claim(scene, actor=resident_of(scene))
    return scene.review(award, Decision.REJECT, reason="nobody saw it")


def may(objection: UUID, actor: Actor) -> bool:
    """Whether somebody may rule on an objection."""
    db.session.rollback()
    return may_rule(find_objection(VILLAGE, objection), actor)


def test_who_was_told_no_is_told_when_and_why(app: Flask) -> None:
    scene = make_scene()
    rejected(scene)
    missing = lacking(scene, code="NE01")
    first = objected(scene, missing=missing)
    rule(scene, first, upheld=False)
    again: tuple[Callable[[], UUID], ...] = (
        lambda: objected(scene, missing=missing),
        lambda: on_paper(scene, staff(Role.CADRE), missing=missing),
    )
    for once_more in again:
        with pytest.raises(Duplicate) as refused:
            once_more()
        assert "asked three neighbours" in str(refused.value.detail)
        assert refused.value.extensions["objection_id"] == first
    # Another day is another matter.
    assert objected(scene, missing=lacking(scene, days=1, code="NE01"))


def test_a_new_answer_can_be_objected_to(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    missing = lacking(scene, code="NE01")
    rule(scene, objected(scene, missing=missing), upheld=False)
    clock.forward(minutes=1)
    # Who takes a claim back had no answer.
    scene.withdraw(claim(scene, actor=resident_of(scene)), resident_of(scene))
    with pytest.raises(Duplicate):
        objected(scene, missing=missing)
    rejected(scene)
    assert objected(scene, missing=missing)


def test_a_line_is_objected_to_once_until_its_points_are_given_again(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene(publicity_days=5)
    award = scene.review(scene.propose())
    publish(scene)
    rule(scene, objected(scene), upheld=False)
    with pytest.raises(Duplicate):
        objected(scene)
    with pytest.raises(Duplicate):
        objected(scene, award=award.id)
    assert scene.status(award) is AwardStatus.PUBLISHED
    # Another household says it for itself.
    assert objected(scene, by_card(scene.household))


def test_points_that_were_given_again_can_be_objected_to_anew(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    award = scene.review(scene.propose())
    rule(scene, objected(scene, award=award.id), upheld=False)
    clock.forward(minutes=1)
    scene.reverse(award)
    scene.reinstate(award)
    assert objected(scene, award=award.id)


def test_where_a_household_has_an_act_once_its_people_say_so_once(app: Flask) -> None:
    scene = make_scene()
    account("village")
    head, member = (each.id for each in scene.people(scene.other))
    award = scene.propose("CL04", person=head)
    scene.review(award, Decision.REJECT, reason="not sorted")
    of_member = Missing(member, "CL04", scene.today)
    objection = objected(scene, missing=of_member)
    # Who said no to the head's decided on the same act, and who proposed it entered it.
    assert not may(objection, scene.reviewer)
    with pytest.raises(SamePerson):
        rule(scene, objection, upheld=True, actor=scene.reviewer)
    rule(scene, objection, upheld=False)
    with pytest.raises(Duplicate):
        objected(scene, missing=Missing(head, "CL04", scene.today))
    # By person it is another's act.
    by_person = scene.propose("CL01", person=head)
    scene.review(by_person, Decision.REJECT, reason="not there")
    assert may(objected(scene, missing=Missing(member, "CL01", scene.today)), scene.reviewer)


def test_never_nobody_is_left_who_may_rule(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    only = account("only")
    missing = lacking(scene, code="NE01")
    rule(scene, objected(scene, missing=missing), upheld=False, actor=only)
    clock.forward(minutes=1)
    rejected(scene)
    objection = objected(scene, missing=missing)
    above = account("above", Role.SUPERVISOR, TOWNSHIP)
    assert (may(objection, only), may(objection, above)) == (False, True)
    rule(scene, objection, upheld=False, actor=above)
    clock.forward(minutes=1)
    rejected(scene)
    last = objected(scene, missing=missing)
    # Both ruled before: the village's own may again, and who refused the claim still may not.
    assert (may(last, only), may(last, above)) == (True, False)
    assert not may(last, scene.reviewer)
    ruled = rule(scene, last, upheld=True, actor=only)
    assert ruled.status is ObjectionStatus.UPHELD
