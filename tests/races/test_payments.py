"""Races for the fund's money: one disbursement paid by many at once, and given back by many."""

from functools import partial
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from incentives import ledger
from incentives.errors import Invalid, WrongState
from incentives.extensions import db
from incentives.fund.models import Disbursement, PaymentReturn
from incentives.ledger.audit import audit
from tests.factories import VILLAGE
from tests.fund.people import (
    applied,
    approve,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    reverse,
)
from tests.races.crowd import CROWD, at_once, count, rounds, succeeded

HELD, PAID, RETURNS = 1_000_000, 5_000, 6


def cash() -> int:
    """What the cash box holds by the book."""
    db.session.rollback()
    return ledger.balance(VILLAGE, "cash")


def approved(village) -> UUID:
    """A disbursement that waits to be paid."""
    one = applied(village, amount_fen=PAID)
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    return one


def test_a_disbursement_is_paid_once_by_many_at_once(app: Flask) -> None:
    village = make_people(publicity_days=0)
    give(village, HELD)
    for _round in rounds(3):
        one = approved(village)
        outcomes = at_once(app, [partial(pay, village.treasurer, one)] * CROWD)
        assert succeeded(outcomes) == 1, outcomes
        assert count(outcomes, WrongState) == CROWD - 1, outcomes
        assert cash() == HELD - PAID
        reverse(village.treasurer, one)
    assert audit(VILLAGE) == []


def test_what_was_paid_comes_back_once_by_many_at_once(app: Flask) -> None:
    village = make_people(publicity_days=0)
    give(village, HELD)
    for _round in rounds(3):
        one = approved(village)
        pay(village.treasurer, one)
        outcomes = at_once(app, [partial(give_back, village.treasurer, one, PAID)] * RETURNS)
        assert succeeded(outcomes) == 1, outcomes
        assert count(outcomes, Invalid) == RETURNS - 1, outcomes
        assert cash() == HELD
        returns = select(func.count()).where(PaymentReturn.disbursement_id == one)
        assert db.session.scalar(returns) == 1
        assert db.session.get_one(Disbursement, one).returned_fen == PAID
    assert audit(VILLAGE) == []
