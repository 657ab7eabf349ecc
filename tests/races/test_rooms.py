"""Races in the rooms above the ledger: for the last piece on a shelf."""

import threading
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from incentives import ledger
from incentives.access.actor import SYSTEM, Role
from incentives.cards.operations import issue_card
from incentives.cards.queries import code_of
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import OutOfStock
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.ledger.kinds import Kind
from incentives.shop import operations as shop
from incentives.shop.models import Stock, StockMovementLine, StockOwner, StockSource
from incentives.shop.operations import by_code
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
from tests.races.crowd import CROWD, at_once, count, rounds, succeeded

MANY = 100_000
# No policy of a day stops what a household buys in hundreds of rounds.
UNHINDERED = {"pin_above": MANY, "daily_redemption_cap": MANY}


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
    """A household with points for the whole proof; its card's code."""
    household = make_household(village)
    account, household_id = household.account_code, household.id

    def work() -> str:
        ledger.hold([village])
        draft = ledger.Draft(
            village=village,
            kind=Kind.AWARD,
            occurred_on=DAY,
            record=uuid4(),
            legs=[ledger.give("issuance", account, MANY)],
        )
        ledger.post([draft], actor=None, now=now())
        card = issue_card(village=village, household_id=household_id, actor=SYSTEM, now=now())
        return code_of(card)

    return act(work)


def make_counter() -> Counter:
    """Open the township's shop, with one good for 1 point and none of it there."""
    villages = [make_village(code, **UNHINDERED) for code in (VILLAGE, OTHER_VILLAGE)]

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
