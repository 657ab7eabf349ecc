"""Races in the rooms above the ledger: for an award's state, a cap, the last piece on a shelf."""

import threading
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from incentives import ledger
from incentives.access.actor import SYSTEM, Actor, Role
from incentives.awards import operations as awards
from incentives.awards.models import Award, AwardReview, AwardStatus, Decision
from incentives.awards.operations import caps
from incentives.cards.operations import issue_card
from incentives.cards.queries import code_of
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import CapExceeded, OutOfStock, WrongState
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.ledger.kinds import Kind
from incentives.shop import operations as shop
from incentives.shop.models import Stock, StockMovementLine, StockOwner, StockSource
from incentives.shop.shown import by_code
from tests.awards.scenes import Scene, make_scene
from tests.factories import (
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    act,
    make_household,
    make_village,
    staff,
)
from tests.ledger.books import DAY
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
    meet_after(monkeypatch, caps, "refuse_over_cap", CROWD)
    outcomes = at_once(app, [partial(propose, scene, resident)] * CROWD)
    assert succeeded(outcomes) == CROWD, outcomes
    assert proposed_points(resident) > CLEANING_CAP


@dataclass
class Counter:
    """A township's shop that serves two villages, with one good, and a card in each village."""

    shop_id: UUID
    good_id: UUID
    codes: dict[str, str]

    def fill(self, pieces: int) -> None:
        """Put pieces on the shelf."""
        act(
            lambda: shop.receive_stock(
                shop_id=self.shop_id,
                source=StockSource.SHOPKEEPER,
                lines=[shop.StockLine(self.good_id, pieces)],
                actor=SYSTEM,
                now=now(),
            )
        )

    def sell(self, village: str) -> None:
        """Sell one piece to the household of a village."""

        def work() -> None:
            shop.redeem(
                redemption_id=new_id(),
                village=village,
                shop_id=self.shop_id,
                shown=by_code(self.codes[village], now=now()),
                items=[shop.Item(self.good_id, 1)],
                actor=staff(Role.SHOPKEEPER, TOWNSHIP),
                now=now(),
            )

        act(work)

    def left(self) -> int:
        """What stands on the shelf."""
        db.session.rollback()
        return db.session.scalar(select(Stock.quantity).where(Stock.good_id == self.good_id))


def make_shopper(village: str) -> str:
    """A household with 1,000 points; its card's code."""
    household = make_household(village)
    account, household_id = household.account_code, household.id

    def work() -> str:
        ledger.hold([village])
        draft = ledger.Draft(
            village=village,
            kind=Kind.AWARD,
            occurred_on=DAY,
            record=uuid4(),
            legs=[ledger.give("issuance", account, 1000)],
        )
        ledger.post([draft], actor=None, now=now())
        card = issue_card(village=village, household_id=household_id, actor=SYSTEM, now=now())
        return code_of(card)

    return act(work)


def make_counter() -> Counter:
    """Open the township's shop, with one good for 1 point and none of it there."""
    villages = [make_village(code, pin_above=1000) for code in (VILLAGE, OTHER_VILLAGE)]

    def work() -> tuple[UUID, UUID]:
        opened = shop.open_shop(
            division=TOWNSHIP,
            name="镇积分超市",
            stock_owner=StockOwner.SHOPKEEPER,
            serves=villages,
            actor=SYSTEM,
            now=now(),
        )
        good = shop.add_good(
            shop_id=opened.id,
            sku="soap",
            category="daily",
            name_zh="香皂",
            unit="piece",
            price_points=1,
            cost_fen=90,
            actor=SYSTEM,
            now=now(),
        )
        return opened.id, good.id

    shop_id, good_id = act(work)
    return Counter(shop_id, good_id, {village: make_shopper(village) for village in villages})


def test_the_last_piece_is_sold_once(app):
    counter = make_counter()
    for number in rounds(8):
        pieces = 1 + number % 3
        counter.fill(pieces)
        works = [partial(counter.sell, village) for village in counter.codes] * (CROWD // 2)
        outcomes = at_once(app, works)
        assert succeeded(outcomes) == pieces, outcomes
        assert count(outcomes, OutOfStock) == CROWD - pieces
        assert counter.left() == 0
    moved = select(func.sum(StockMovementLine.quantity))
    assert db.session.scalar(moved) == 0
    assert audit(VILLAGE) == audit(OTHER_VILLAGE) == []


def test_control_who_counts_first_and_takes_later_sells_it_twice(app):
    counter = make_counter()
    counter.fill(1)
    looked = threading.Barrier(2)

    def look_then_take() -> None:
        seen = counter.left()
        assert seen == 1
        db.session.rollback()
        looked.wait(60)
        act(
            lambda: (
                db.session.execute(
                    update(Stock).where(Stock.good_id == counter.good_id).values(quantity=seen - 1)
                ).rowcount
            )
        )

    outcomes = at_once(app, [look_then_take] * 2)
    assert succeeded(outcomes) == 2  # two handed over, of one
    assert counter.left() == 0
