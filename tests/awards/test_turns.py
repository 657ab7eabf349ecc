"""Turns: a posted award is taken back and given again, what was spent waits as debt."""

import pytest
from flask import Flask

from incentives import ledger
from incentives.access.actor import Role
from incentives.awards.models import AwardStatus
from incentives.clock import now
from incentives.errors import (
    AlreadyReversed,
    OwnHousehold,
    OwnRequest,
    WrongState,
)
from tests.awards.scenes import Scene, make_scene
from tests.awards.test_review import both_roles
from tests.factories import VILLAGE, act, staff


def test_a_reversal_takes_back_and_reinstatement_gives_again(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose(quantity=3))
    first = award.event_id
    assert scene.reverse(award).status is AwardStatus.REVERSED
    assert scene.points() == 0
    with pytest.raises(WrongState):
        scene.reverse(award)
    again = scene.reinstate(award)
    assert again.status is AwardStatus.POSTED
    assert again.event_id == first
    assert again.last_event_id != first
    assert scene.points() == 12
    assert scene.reverse(award).status is AwardStatus.REVERSED
    assert scene.points() == 0
    assert sum(ledger.balances(VILLAGE).values()) == 0


def test_what_was_spent_waits_as_debt_and_is_worked_off(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose(quantity=5))
    spend(scene, 15)
    scene.reverse(award)
    assert (scene.points(), scene.debt()) == (0, 15)
    scene.review(scene.propose("PU01", quantity=2))
    assert (scene.points(), scene.debt()) == (9, 0)


def spend(scene: Scene, points: int) -> None:
    """Points that are gone."""
    code = scene.household.account_code

    def work() -> None:
        ledger.hold([VILLAGE])
        draft = ledger.Draft(
            village=VILLAGE,
            kind=ledger.Kind.EXPIRY,
            occurred_on=scene.today,
            legs=[ledger.take(code, "expired", points)],
        )
        ledger.post([draft], actor=None, now=now())

    act(work)


def test_nobody_reverses_their_own_households_award_nor_reinstates_their_entry(app: Flask) -> None:
    scene = make_scene()
    both = both_roles(scene)
    award = scene.review(scene.propose(actor=both))
    with pytest.raises(OwnHousehold):
        scene.reverse(award, actor=staff(Role.REVIEWER, household=scene.household))
    scene.reverse(award)
    with pytest.raises(OwnRequest):
        scene.reinstate(award, actor=both)


def test_the_ledger_refuses_a_second_reversal_too(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose())
    award_id, event_id = award.id, award.event_id
    scene.reverse(award)

    def work() -> None:
        ledger.hold([VILLAGE])
        draft = ledger.Draft(
            village=VILLAGE,
            kind=ledger.Kind.REVERSAL,
            occurred_on=scene.today,
            record=award_id,
            reverses=event_id,
        )
        ledger.post([draft], actor=None, now=now())

    with pytest.raises(AlreadyReversed):
        act(work)
