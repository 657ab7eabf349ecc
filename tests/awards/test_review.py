"""Review, posting and turns: who may decide, what posts, what a reversal takes back."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from incentives import ledger
from incentives.access.actor import SYSTEM, Actor, Role
from incentives.awards import operations as awards
from incentives.awards.models import Award, AwardReview, AwardStatus, Decision
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.errors import (
    Invalid,
    NotFound,
    NotPermitted,
    OwnHousehold,
    OwnRequest,
    SamePerson,
    WrongState,
)
from incentives.extensions import db
from incentives.ledger.models import Event
from incentives.register.operations import set_policy
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import OTHER_VILLAGE, VILLAGE, act, staff


def both_roles(scene: Scene) -> Actor:
    """One person who is cadre and reviewer."""
    actor = staff(Role.CADRE)
    return Actor(
        person=actor.person,
        user_id=actor.user_id,
        resident_id=None,
        household_id=None,
        name="both",
        roles=(*actor.roles, *scene.reviewer.roles),
    )


def resident_of(scene: Scene) -> Actor:
    """The head of the household, signed in by card."""
    return Actor(
        person=scene.household.head_id,
        user_id=None,
        resident_id=scene.household.head_id,
        household_id=scene.household.id,
        name="card",
        roles=(),
        village=VILLAGE,
    )


def who(code: str | None) -> UUID:
    """The person behind a code of the village's log."""
    assert code is not None
    return ledger.persons(VILLAGE, [code])[code]


def test_one_approval_posts_where_no_publicity_is_due(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose(quantity=2))
    assert award.status is AwardStatus.POSTED
    assert scene.points() == 8
    event = db.session.get_one(Event, award.event_id)
    assert (event.kind, event.record) == ("award", award.id)
    assert who(event.actor) == award.proposed_by
    assert who(event.approver) == scene.reviewer.person


def test_approving_many_is_one_post(app: Flask) -> None:
    scene = make_scene()
    ids = [scene.propose(person=each.id).id for each in scene.people()]
    act(
        lambda: awards.review_awards(
            village=VILLAGE,
            award_ids=ids,
            decision=Decision.APPROVE,
            actor=scene.reviewer,
            now=now(),
        )
    )
    assert scene.points() == 12
    assert db.session.scalar(select(func.count()).select_from(Event)) == 3


def test_one_bad_award_of_many_leaves_all_as_they_were(app: Flask) -> None:
    scene = make_scene()
    good = scene.propose()
    own = scene.propose(person=scene.people()[1].id, actor=both_roles(scene))
    reviewer = Actor(**{**scene.reviewer.__dict__, "person": own.proposed_by})
    ids = [good.id, own.id]
    with pytest.raises(OwnRequest):
        act(
            lambda: awards.review_awards(
                village=VILLAGE,
                award_ids=ids,
                decision=Decision.APPROVE,
                actor=reviewer,
                now=now(),
            )
        )
    assert scene.status(good) is AwardStatus.PROPOSED
    assert scene.points() == 0


def test_nobody_reviews_what_they_entered(app: Flask) -> None:
    scene = make_scene()
    both = both_roles(scene)
    award = scene.propose(actor=both)
    with pytest.raises(OwnRequest):
        scene.review(award, actor=both)


def test_nobody_reviews_their_own_household(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose()
    relative = staff(Role.REVIEWER, household=scene.household)
    with pytest.raises(OwnHousehold):
        scene.review(award, actor=relative)


def test_a_rejection_needs_a_reason(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose()
    with pytest.raises(Invalid) as refused:
        scene.review(award, Decision.REJECT)
    assert refused.value.errors[0].pointer == "/reason"
    assert scene.review(award, Decision.REJECT, reason="was away").status is AwardStatus.REJECTED


def test_two_reviewers_are_two_people(app: Flask) -> None:
    scene = make_scene(reviewers=2)
    award = scene.propose()
    assert scene.review(award).status is AwardStatus.PROPOSED
    with pytest.raises(SamePerson):
        scene.review(award)
    assert scene.points() == 0
    posted = scene.review(award, actor=scene.second)
    assert posted.status is AwardStatus.POSTED
    assert who(db.session.get_one(Event, posted.event_id).approver) == scene.second.person


def test_the_database_itself_refuses_one_reviewer_twice(app: Flask) -> None:
    scene = make_scene(reviewers=2)
    award = scene.review(scene.propose())
    award_id = award.id
    row = {
        "id": new_id(),
        "award_id": award_id,
        "reviewer": scene.reviewer.person,
        "decision": Decision.APPROVE,
        "reviewed_at": now(),
    }
    with pytest.raises(IntegrityError):
        act(lambda: db.session.execute(AwardReview.__table__.insert(), [row]))
    assert scene.status(award) is AwardStatus.PROPOSED


def test_two_are_needed_from_the_points_the_policy_names(app: Flask) -> None:
    scene = make_scene(reviewers=1, review_above=8)
    assert scene.review(scene.propose(quantity=1)).status is AwardStatus.POSTED
    large = scene.propose(quantity=2)
    assert large.reviews_needed == 2
    assert scene.review(large).status is AwardStatus.PROPOSED
    assert scene.review(large, actor=scene.second).status is AwardStatus.POSTED


def test_an_edit_can_make_two_necessary(app: Flask) -> None:
    scene = make_scene(reviewers=1, review_above=8)
    award = scene.propose(quantity=1)
    assert scene.edit(award, quantity=2).reviews_needed == 2


def test_once_somebody_reviewed_it_nobody_edits_it(app: Flask) -> None:
    scene = make_scene(reviewers=2)
    award = scene.review(scene.propose())
    with pytest.raises(WrongState):
        scene.edit(award, quantity=2)


def test_only_who_entered_it_edits_or_withdraws_it(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose()
    other = staff(Role.CADRE)
    for work in (
        lambda: scene.edit(award, actor=other, quantity=2),
        lambda: scene.withdraw(award, actor=other),
    ):
        with pytest.raises(NotPermitted):
            work()


def test_a_photo_must_be_there_before_approval(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose("CL03")
    with pytest.raises(Invalid) as refused:
        scene.review(award)
    assert refused.value.errors[0].pointer == "/decision"
    assert scene.review(award, Decision.REJECT, reason="no photo").status is AwardStatus.REJECTED


def test_another_villages_staff_find_nothing_here(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose()
    stranger = staff(Role.REVIEWER, OTHER_VILLAGE)
    with pytest.raises(NotFound):
        scene.review(award, actor=stranger)


def test_the_policy_of_its_day_stays_with_an_award(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    award = scene.propose()
    clock.forward(days=1)
    act(
        lambda: set_policy(
            village=VILLAGE,
            values={"publicity_days": 7, "reviewers": 2},
            effective_on=village_day(now()),
            resolution="r",
            actor=SYSTEM,
            now=now(),
        )
    )
    assert scene.review(award).status is AwardStatus.POSTED
    later = scene.propose(on=scene.today - timedelta(days=1))
    assert (later.reviews_needed, later.publicity_days) == (2, 7)


@pytest.mark.parametrize(
    "values",
    [
        {"status": AwardStatus.POSTED},
        {"status": AwardStatus.PUBLISHED},
        {"reviews_needed": 0},
        {"points": 0},
    ],
)
def test_the_database_refuses_what_no_operation_would_do(
    app: Flask, values: dict[str, object]
) -> None:
    scene = make_scene()
    award_id = scene.propose().id
    with pytest.raises(DBAPIError):
        act(lambda: db.session.execute(update(Award).where(Award.id == award_id).values(**values)))
