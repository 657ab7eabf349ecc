"""Races for an award: its state, its turn, and what is left of a cap."""

from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Actor, Role
from incentives.awards import operations as awards
from incentives.awards.models import Award, AwardReview, AwardStatus, Decision, RuleItem
from incentives.awards.operations import caps, entries
from incentives.awards.queries import rules_in_force
from incentives.awards.states import FREED
from incentives.clock import now
from incentives.errors import CapExceeded, WrongState
from incentives.extensions import db
from incentives.ledger.audit import audit
from tests.awards.scenes import Scene, make_scene
from tests.factories import (
    VILLAGE,
    act,
    staff,
)
from tests.races.crowd import CROWD, at_once, count, meet_after, rounds, succeeded, unlock

ONLY_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
CLEANING, CLEANING_POINTS, CLEANING_CAP = "CL01", 4, 24


def review(award_id: UUID, decision: Decision, reviewer: Actor) -> None:
    """Decide on an award."""

    def work() -> None:
        awards.review_award(
            village=VILLAGE,
            award_id=award_id,
            decision=decision,
            reason="看过了",
            actor=reviewer,
            now=now(),
        )

    act(work)


def reverse(award_id: UUID, reviewer: Actor) -> None:
    """Take an award back."""

    def work() -> None:
        awards.reverse_award(
            village=VILLAGE, award_id=award_id, reason="记错了", actor=reviewer, now=now()
        )

    act(work)


def test_one_of_many_reviewers_decides(app, clock):
    scene = make_scene()
    owned = 0
    for number in rounds(5):
        clock.forward(days=31)
        award = scene.propose(CLEANING)
        award_id = award.id
        decisions = [Decision.APPROVE, Decision.REJECT if number % 2 else Decision.APPROVE]
        works = [
            partial(review, award_id, decision, staff(Role.REVIEWER))
            for decision in decisions * (CROWD // 2)
        ]
        outcomes = at_once(app, works)
        assert succeeded(outcomes) == 1, outcomes
        assert count(outcomes, WrongState) == CROWD - 1, outcomes
        if db.session.get_one(Award, award_id).status is AwardStatus.POSTED:
            owned += CLEANING_POINTS
        assert scene.points() == owned
        reviews = select(func.count()).where(AwardReview.award_id == award_id)
        assert db.session.scalar(reviews) == 1
    assert audit(VILLAGE) == []


def test_an_award_is_taken_back_once(app, clock):
    scene = make_scene()
    for _round in rounds(3):
        clock.forward(days=31)
        award = scene.propose(CLEANING)
        award_id = award.id
        scene.review(award)
        assert scene.points() == CLEANING_POINTS
        works = [partial(reverse, award_id, staff(Role.REVIEWER)) for _ in range(CROWD)]
        outcomes = at_once(app, works)
        assert succeeded(outcomes) == 1, outcomes
        assert count(outcomes, WrongState) == CROWD - 1, outcomes
        assert (scene.points(), scene.debt()) == (0, 0)
    assert audit(VILLAGE) == []


def propose(scene: Scene, resident: UUID) -> None:
    """Propose one more cleaning day of a resident."""

    def work() -> None:
        awards.propose_award(
            village=VILLAGE,
            act=scene.act_of(CLEANING),
            resident_id=resident,
            actor=scene.cadre,
            now=now(),
        )

    act(work)


def proposed_points(resident: UUID) -> int:
    """What counts towards a resident's cap."""
    return db.session.scalar(
        select(func.coalesce(func.sum(Award.points), 0)).where(Award.resident_id == resident)
    )


def test_a_cap_holds_under_proposals_at_once(app):
    scene = make_scene()
    for person in scene.people():
        outcomes = at_once(app, [partial(propose, scene, person.id)] * CROWD)
        fitting = CLEANING_CAP // CLEANING_POINTS
        assert succeeded(outcomes) == fitting, outcomes
        assert count(outcomes, CapExceeded) == CROWD - fitting
        assert proposed_points(person.id) == CLEANING_CAP


@ONLY_POSTGRESQL
def test_control_without_the_lock_the_cap_is_passed(app, monkeypatch):
    scene = make_scene()
    resident = scene.household.head_id
    unlock(monkeypatch)
    # They meet once all are entered and none is committed: the database's guard counts as little.
    meet_after(monkeypatch, entries.records, "record", CROWD)
    outcomes = at_once(app, [partial(propose, scene, resident)] * CROWD)
    assert succeeded(outcomes) == CROWD, outcomes
    assert proposed_points(resident) > CLEANING_CAP


def test_who_reads_the_cap_first_and_proposes_later_is_stopped_by_the_database(app, monkeypatch):
    """Were the operation to count too early, the guard still counts where the award is kept."""
    scene = make_scene()
    resident = scene.household.head_id
    used = caps.used(item_of(scene), scene.today, [resident])
    monkeypatch.setattr(caps, "used", lambda *_asked, **_named: dict(used))
    outcomes = at_once(app, [partial(propose, scene, resident)] * CROWD)
    fitting = CLEANING_CAP // CLEANING_POINTS
    assert succeeded(outcomes) == fitting, outcomes
    assert count(outcomes, DBAPIError) == CROWD - fitting
    assert proposed_points(resident) == CLEANING_CAP


def item_of(scene: Scene) -> RuleItem:
    """The rule of the cleaning day, as it is in force."""
    _rulebook, items = rules_in_force(VILLAGE, scene.today)
    return next(each for each in items if each.code == CLEANING)


def reinstate(award_id: UUID, reviewer: Actor) -> None:
    """Give an award again."""

    def work() -> None:
        awards.reinstate_award(
            village=VILLAGE, award_id=award_id, reason="查过了", actor=reviewer, now=now()
        )

    act(work)


def test_what_is_given_again_and_what_is_proposed_share_the_cap(app):
    scene = make_scene()
    resident = scene.household.head_id
    taken = scene.review(scene.propose(CLEANING, quantity=3))
    taken_id = taken.id
    scene.reverse(taken)
    scene.propose(CLEANING, quantity=3)
    works = [partial(reinstate, taken_id, staff(Role.REVIEWER))]
    works += [partial(propose, scene, resident)] * (CROWD - 1)
    outcomes = at_once(app, works)
    standing = select(func.sum(Award.points)).where(
        Award.resident_id == resident, Award.status.not_in(FREED)
    )
    assert db.session.scalar(standing) <= CLEANING_CAP
    given = outcomes[0] is None
    assert succeeded(outcomes) == (1 if given else 3), outcomes
    assert count(outcomes, CapExceeded) == CROWD - succeeded(outcomes), outcomes
    assert audit(VILLAGE) == []
