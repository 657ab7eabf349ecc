"""Races at the shelf: for a household's cap, a month's last service, one voucher, a moving cost."""

import threading
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from incentives.access.actor import SYSTEM, Role
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import CapExceeded, WrongState
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.shop import operations as shop
from incentives.shop import queries
from incentives.shop.models import (
    Category,
    RedemptionLine,
    StockOwner,
    StockSource,
    Voucher,
    VoucherStatus,
)
from incentives.shop.operations import by_code, redemptions, stock, vouchers
from incentives.shop.operations.counter import AtCounter
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_village, staff
from tests.races.crowd import CROWD, at_once, count, meet_after, rounds, succeeded, unlock
from tests.races.test_rooms import UNHINDERED, make_shopper

ONLY_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


class Counter:
    """A shop with one good; its village's own, or a township's for two villages."""

    def __init__(self, division: str, villages: list[str], **good: object) -> None:
        self.villages = [make_village(code, publicity_days=0, **UNHINDERED) for code in villages]
        owner = StockOwner.VILLAGE if division == VILLAGE else StockOwner.SHOPKEEPER
        self.keeper = staff(Role.SHOPKEEPER, division)

        def work() -> tuple[UUID, UUID]:
            opened = shop.open_shop(
                division=division,
                name="积分超市",
                stock_owner=owner,
                serves=self.villages,
                actor=SYSTEM,
                now=now(),
            )
            fields = {"category": Category.DAILY, "name_zh": "香皂", "unit": "piece"}
            fields |= {"price_points": 1, "cost_fen": 90} | good
            made = shop.add_good(shop_id=opened.id, sku="soap", actor=SYSTEM, now=now(), **fields)
            return opened.id, made.id

        self.shop_id, self.good_id = act(work)
        self.codes = {village: make_shopper(village) for village in self.villages}

    def fill(self, pieces: int, cost_fen: int | None = None) -> UUID:
        """Bring pieces in, at what one cost; the movement's id."""
        village = self.keeper.roles[0].division == VILLAGE
        return act(
            lambda: (
                shop.receive_stock(
                    shop_id=self.shop_id,
                    source=StockSource.PURCHASE if village else StockSource.SHOPKEEPER,
                    lines=[shop.StockLine(self.good_id, pieces, cost_fen)],
                    actor=self.keeper,
                    now=now(),
                ).id
            )
        )

    def sell(self, village: str = VILLAGE) -> None:
        """Sell one to the village's household."""
        act(
            lambda: (
                shop.redeem(
                    redemption_id=new_id(),
                    village=village,
                    shop_id=self.shop_id,
                    shown=by_code(self.codes[village], now=now()),
                    items=[shop.Item(self.good_id, 1)],
                    actor=self.keeper,
                    now=now(),
                )
                and None
            )
        )

    def adds_up(self) -> bool:
        """Whether this month does."""
        db.session.rollback()
        sheet = queries.month_sheet(queries.find_shop(self.shop_id), now().date())
        db.session.rollback()
        return sheet.adds_up


def handed_out() -> int:
    """How many were redeemed."""
    db.session.rollback()
    return int(db.session.scalar(select(func.sum(RedemptionLine.quantity))) or 0)


def open_vouchers() -> int:
    """How many vouchers are out."""
    db.session.rollback()
    return int(db.session.scalar(select(func.count()).select_from(Voucher)) or 0)


def test_a_household_s_cap_holds_under_sales_at_once(app: Flask) -> None:
    counter = Counter(VILLAGE, [VILLAGE], household_cap=3)
    counter.fill(20)
    outcomes = at_once(app, [counter.sell] * CROWD)
    assert succeeded(outcomes) == 3, outcomes
    assert count(outcomes, CapExceeded) == CROWD - 3
    assert handed_out() == 3


@ONLY_POSTGRESQL
def test_control_without_the_lock_all_pass_the_cap(app, monkeypatch):
    counter = Counter(VILLAGE, [VILLAGE], household_cap=3)
    counter.fill(20)
    unlock(monkeypatch)
    # Nobody goes on before all of them have passed: who is refused would break the meeting.
    meet_after(monkeypatch, redemptions, "refuse_over_caps", CROWD)
    outcomes = at_once(app, [counter.sell] * CROWD)
    assert count(outcomes, CapExceeded) == 0, outcomes
    assert count(outcomes, threading.BrokenBarrierError) == 0, outcomes


def test_the_month_s_last_service_is_given_to_one_of_two_villages(app: Flask) -> None:
    counter = Counter(
        TOWNSHIP, [VILLAGE, OTHER_VILLAGE], category="service", voucher_days=30, month_limit=5
    )
    works = [partial(counter.sell, village) for village in counter.villages] * (CROWD // 2)
    outcomes = at_once(app, works)
    assert succeeded(outcomes) == 5, outcomes
    assert count(outcomes, CapExceeded) == CROWD - 5
    assert open_vouchers() == 5
    assert audit(VILLAGE) == audit(OTHER_VILLAGE) == []


@ONLY_POSTGRESQL
def test_control_without_the_lock_the_limit_is_passed(app, monkeypatch):
    counter = Counter(
        TOWNSHIP, [VILLAGE, OTHER_VILLAGE], category="service", voucher_days=30, month_limit=1
    )
    unlock(monkeypatch)
    meet_after(monkeypatch, vouchers, "refuse_over_limit", 2)
    outcomes = at_once(app, [partial(counter.sell, village) for village in counter.villages])
    assert succeeded(outcomes) == 2, outcomes
    assert open_vouchers() == 2


def test_one_of_many_serves_a_voucher(app: Flask) -> None:
    counter = Counter(VILLAGE, [VILLAGE], category="service", voucher_days=30)
    for _round in rounds(3):
        counter.sell()
        issued = select(Voucher.number).where(Voucher.status == VoucherStatus.ISSUED)
        number = db.session.scalars(issued).one()

        def serve(number: str = number) -> None:
            act(
                lambda: (
                    shop.serve_voucher(
                        shop_id=counter.shop_id, number=number, actor=counter.keeper, now=now()
                    )
                    and None
                )
            )

        outcomes = at_once(app, [serve] * CROWD)
        assert succeeded(outcomes) == 1, outcomes
        assert count(outcomes, WrongState) == CROWD - 1
        db.session.rollback()


def test_costs_that_move_while_goods_are_sold_still_add_up(app: Flask) -> None:
    counter = Counter(VILLAGE, [VILLAGE])
    counter.fill(10)
    for number in rounds(4):
        costs = (91 + 7 * number, 300, 1, 77)
        inflows = [partial(counter.fill, 3, cost) for cost in costs]
        outcomes = at_once(app, inflows + [counter.sell] * (CROWD - len(costs)))
        assert succeeded(outcomes) == CROWD, outcomes
        assert counter.adds_up()


@ONLY_POSTGRESQL
def test_control_a_cost_that_moves_under_a_sale_adds_up_to_nothing(app, monkeypatch):
    counter = Counter(VILLAGE, [VILLAGE])
    counter.fill(10)
    seen, moved = threading.Event(), threading.Event()
    look = redemptions.at_counter

    def look_and_wait(**arguments: Any) -> AtCounter:
        found = look(**arguments)
        seen.set()
        moved.wait(30)
        return found

    def fill_between() -> None:
        seen.wait(30)
        counter.fill(10, 500)
        moved.set()

    monkeypatch.setattr(redemptions, "at_counter", look_and_wait)
    monkeypatch.setattr(stock, "hold_costs", lambda _shop: None)
    outcomes = at_once(app, [counter.sell, fill_between])
    assert succeeded(outcomes) == 2, outcomes
    assert not counter.adds_up()
