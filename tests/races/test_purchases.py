"""Races for a payment: goods that came in are linked to it by many at once."""

import threading
from functools import partial
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select, update

from incentives.access.actor import Role
from incentives.clock import now
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.shop import operations as shop
from incentives.shop.models import Purchase, PurchaseLink
from incentives.shop.operations import purchases
from tests.factories import VILLAGE, act, staff
from tests.fund.people import pay_for_goods
from tests.races.crowd import CROWD, PATIENCE, at_once, count, rounds, succeeded, unlock
from tests.races.test_shelf import ONLY_POSTGRESQL, Counter

ONE_FEN, FITTING = 1_000, 3


def link(counter: Counter, payment: UUID, movement: UUID) -> None:
    """Say that these goods were bought by that payment."""
    act(
        lambda: (
            shop.link_purchase(
                shop_id=counter.shop_id,
                movement_id=movement,
                disbursement_id=payment,
                actor=staff(Role.CADRE),
                now=now(),
            )
            and None
        )
    )


def linked_fen(payment: UUID) -> int:
    """What stands linked to a payment, by the links themselves."""
    db.session.rollback()
    asked = select(func.sum(PurchaseLink.amount_fen)).where(PurchaseLink.disbursement_id == payment)
    return int(db.session.scalar(asked) or 0)


def taken_fen(payment: UUID) -> int:
    """What the payment says is taken of it."""
    db.session.rollback()
    return db.session.get_one(Purchase, payment).linked_fen


def inflows(counter: Counter, number: int) -> list[UUID]:
    """So many inflows of the same worth."""
    return [counter.fill(1, ONE_FEN) for _each in range(number)]


def test_a_payment_takes_no_more_goods_than_it_paid_by_many_at_once(app: Flask) -> None:
    counter = Counter(VILLAGE, [VILLAGE])
    for _round in rounds(2):
        payment = pay_for_goods(FITTING * ONE_FEN + 1)
        movements = inflows(counter, CROWD)
        outcomes = at_once(app, [partial(link, counter, payment, each) for each in movements])
        assert succeeded(outcomes) == FITTING, outcomes
        assert count(outcomes, Invalid) == CROWD - FITTING, outcomes
        assert linked_fen(payment) == taken_fen(payment) == FITTING * ONE_FEN


def test_goods_have_one_payment_by_many_at_once(app: Flask) -> None:
    counter = Counter(VILLAGE, [VILLAGE])
    payments = [pay_for_goods(ONE_FEN) for _each in range(2)]
    [movement] = inflows(counter, 1)
    outcomes = at_once(
        app, [partial(link, counter, payment, movement) for payment in payments * (CROWD // 2)]
    )
    assert succeeded(outcomes) == 1, outcomes
    assert sum(linked_fen(payment) for payment in payments) == ONE_FEN


@ONLY_POSTGRESQL
def test_control_looking_first_and_taking_then_links_more_than_was_paid(app, monkeypatch):
    counter = Counter(VILLAGE, [VILLAGE])
    payment = pay_for_goods(FITTING * ONE_FEN + 1)
    first, *movements = inflows(counter, FITTING + 1)
    link(counter, payment, first)
    meeting = threading.Barrier(FITTING)

    def look_and_take(disbursement_id: UUID, paid_fen: int, amount_fen: int) -> None:
        taken = db.session.get_one(Purchase, disbursement_id).linked_fen + amount_fen
        assert taken <= paid_fen
        meeting.wait(PATIENCE)
        db.session.execute(
            update(Purchase)
            .where(Purchase.disbursement_id == disbursement_id)
            .values(linked_fen=taken)
        )

    unlock(monkeypatch)
    monkeypatch.setattr(purchases, "take_of_payment", look_and_take)
    outcomes = at_once(app, [partial(link, counter, payment, each) for each in movements])
    assert succeeded(outcomes) == FITTING, outcomes
    assert linked_fen(payment) > FITTING * ONE_FEN + 1
