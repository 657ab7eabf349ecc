"""Races for one balance, and the controls in which they show: the lock off, or never taken."""

import threading
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from incentives import ledger
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import AlreadyReversed, InsufficientPoints
from incentives.extensions import db
from incentives.ledger import posting
from incentives.ledger.audit import audit
from incentives.ledger.kinds import Kind, Unit
from incentives.ledger.models import Account, Event, LogHead, Transfer
from incentives.web.transaction import DEADLOCK, sqlstate
from tests.factories import act
from tests.ledger.books import DAY, Books, open_books
from tests.races.crowd import (
    CROWD,
    PATIENCE,
    STOPPED,
    at_once,
    count,
    meet_before,
    rounds,
    succeeded,
    unlock,
)

ONLY_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def test_exactly_what_a_balance_covers_is_spent(app):
    books = open_books(1)
    anna = books.households[0]
    for number in rounds(40):
        covered = number % (CROWD + 1)
        books.post(books.award(anna, 10 * covered + 9))
        outcomes = at_once(app, [lambda: books.post(books.redemption(anna, 10))] * CROWD)
        assert succeeded(outcomes) == covered
        assert count(outcomes, InsufficientPoints) == CROWD - covered
        assert books.position(anna).balance == 9
        books.post(books.redemption(anna, 9))
    assert audit(books.village) == []


def test_control_without_the_lock_the_race_shows(app, monkeypatch):
    books = open_books(1)
    anna = books.households[0]
    books.post(books.award(anna, 10))
    unlock(monkeypatch)
    meet_before(monkeypatch, posting, "write", CROWD)
    outcomes = at_once(app, [lambda: books.post(books.redemption(anna, 10))] * CROWD)
    assert succeeded(outcomes) == 1
    # All found their points covered: what kept the others out was the database alone.
    assert count(outcomes, InsufficientPoints) == 0
    assert count(outcomes, STOPPED) == CROWD - 1
    monkeypatch.undo()
    assert books.position(anna).balance == 0
    assert audit(books.village) == []


def naive_redemption(books: Books, household: str, points: int, meeting: threading.Barrier) -> None:
    """The way not to do it: look before the lock, then act on what was seen."""
    seen = balances(books)
    db.session.rollback()
    if seen[f"h.{household}"].balance < points:
        raise InsufficientPoints()
    meeting.wait(PATIENCE)

    def work() -> None:
        ledger.hold([books.village])
        head = db.session.get_one(LogHead, books.village)
        accounts = balances(books)
        giving, taking = f"h.{household}", "shop.1"
        place = {"village": books.village, "seq": head.size}
        event = {
            "id": new_id(),
            "at": max(now(), head.at + timedelta(microseconds=1)),
            "kind": Kind.REDEMPTION,
            "occurred_on": DAY,
            "record": uuid4(),
            "salt": "0" * 32,
        }
        transfer = {
            "line": 0,
            "from_code": giving,
            "to_code": taking,
            "unit": Unit.POINT,
            "amount": points,
            "from_balance_after": seen[giving].balance - points,
            "from_version": accounts[giving].version + 1,
            "to_balance_after": accounts[taking].balance + points,
            "to_version": accounts[taking].version + 1,
        }
        db.session.execute(insert(Event), [place | event])
        db.session.execute(insert(Transfer), [place | transfer])
        db.session.execute(
            update(LogHead)
            .where(LogHead.village == books.village)
            .values(size=place["seq"] + 1, at=event["at"])
        )

    act(work)


def balances(books: Books) -> dict[str, Row]:
    """Balance and version of every account, by code."""
    rows = db.session.execute(
        select(Account.code, Account.balance, Account.version).where(
            Account.village == books.village
        )
    )
    return {row.code: row for row in rows}


def test_control_who_looks_before_the_lock_is_stopped_by_the_database_alone(app):
    books = open_books(1)
    anna = books.households[0]
    books.post(books.award(anna, 10))
    meeting = threading.Barrier(CROWD)
    outcomes = at_once(app, [lambda: naive_redemption(books, anna, 10, meeting)] * CROWD)
    assert succeeded(outcomes) == 1
    assert count(outcomes, InsufficientPoints) == 0
    stopped = [str(each.orig) for each in outcomes if isinstance(each, DBAPIError)]
    assert len(stopped) == CROWD - 1
    assert all("hold something else" in each or "by a transfer alone" in each for each in stopped)
    assert books.position(anna).balance == 0


def test_moves_in_opposite_directions_never_stop_each_other(app):
    books = open_books(2)
    anna, berta = books.households
    books.post(books.award(anna, 100), books.award(berta, 100))
    for _round in rounds(12):
        outcomes = at_once(
            app,
            [lambda: books.post(books.household_move(anna, berta, 5))] * (CROWD // 2)
            + [lambda: books.post(books.household_move(berta, anna, 5))] * (CROWD // 2),
        )
        assert [each for each in outcomes if isinstance(each, Exception)] == []
        assert books.position(anna).balance == books.position(berta).balance == 100
    assert audit(books.village) == []


def post_in_both(first: Books, second: Books) -> None:
    """One transaction over two villages, named in this order."""

    def work() -> None:
        ledger.hold([first.village, second.village])
        drafts = [each.award(each.households[0], 1) for each in (first, second)]
        ledger.post(drafts, actor=None, now=now())

    act(work)


def test_two_villages_held_in_opposite_orders_never_stop_each_other(app):
    one, two = open_books(1), open_books(1)
    for number in rounds(12):
        works = [lambda: post_in_both(one, two), lambda: post_in_both(two, one)]
        outcomes = at_once(app, works * (CROWD // 2))
        assert [each for each in outcomes if isinstance(each, Exception)] == []
        assert one.position(one.households[0]).balance == CROWD * (number + 1)
    assert audit(one.village) == audit(two.village) == []


@ONLY_POSTGRESQL
def test_control_villages_locked_as_they_come_stop_each_other(app):
    one, two = open_books(1), open_books(1)
    meeting = threading.Barrier(2)

    def lock(*books: Books) -> None:
        for each in books:
            head = select(LogHead.village).where(LogHead.village == each.village)
            db.session.execute(head.with_for_update())
            if each is books[0]:
                meeting.wait(PATIENCE)
        db.session.rollback()

    outcomes = at_once(app, [lambda: lock(one, two), lambda: lock(two, one)])
    (stopped,) = (each for each in outcomes if each is not None)
    assert isinstance(stopped, OperationalError)
    assert sqlstate(stopped) == DEADLOCK


def test_control_without_the_lock_opposite_moves_stop_each_other(app, monkeypatch):
    books = open_books(2)
    anna, berta = books.households
    books.post(books.award(anna, 100), books.award(berta, 100))
    unlock(monkeypatch)
    meet_before(monkeypatch, posting, "write", 2)
    moves = [books.household_move(anna, berta, 5), books.household_move(berta, anna, 5)]
    outcomes = at_once(app, [partial(books.post, each) for each in moves])
    assert (succeeded(outcomes), count(outcomes, STOPPED)) == (1, 1), outcomes


def test_an_event_is_reversed_once_however_many_try(app):
    books = open_books(1)
    anna = books.households[0]
    for _round in rounds(10):
        given = books.post(books.award(anna, 30))[0].id
        outcomes = at_once(app, [lambda given=given: books.post(books.reversal(given))] * CROWD)
        assert succeeded(outcomes) == 1
        assert count(outcomes, AlreadyReversed) == CROWD - 1
        assert books.position(anna) == ledger.Position(balance=0, spendable=0, debt=0)
    assert audit(books.village) == []


def test_control_without_the_lock_two_reversals_meet(app, monkeypatch):
    books = open_books(1)
    anna = books.households[0]
    given = books.post(books.award(anna, 30))[0].id
    unlock(monkeypatch)
    meet_before(monkeypatch, posting, "write", 2)
    outcomes = at_once(app, [lambda: books.post(books.reversal(given))] * 2)
    assert count(outcomes, AlreadyReversed) == 0
    assert count(outcomes, STOPPED) == 1
    monkeypatch.undo()
    assert books.position(anna).debt == 0


def test_an_allowance_is_never_spent_by_others(app, clock):
    for _round in rounds(5):
        books = open_books(1)
        books.post(books.award(books.households[0], 60))
        outcomes = at_once(
            app,
            [partial(reserve, books, 30, clock.now)] * (CROWD // 2)
            + [partial(redeem, books, 10)] * (CROWD // 2),
        )
        leases, sales = succeeded(outcomes[: CROWD // 2]), succeeded(outcomes[CROWD // 2 :])
        position = books.position(books.households[0])
        assert position.balance == 60 - 10 * sales
        assert position.spendable == 60 - 10 * sales - 30 * leases
        assert count(outcomes, InsufficientPoints) == CROWD - leases - sales


def redeem(books: Books, points: int) -> None:
    """Take points from the first household."""
    books.post(books.redemption(books.households[0], points))


def reserve(books: Books, points: int, ends_at: datetime) -> None:
    """Hold points of the first household back for a lease, if it may spend so many."""
    household = books.households[0]

    def work() -> None:
        ledger.hold([books.village])
        if ledger.positions(books.village, [household])[household].spendable < points:
            raise InsufficientPoints()
        ledger.reserve(books.village, new_id(), {household: points}, ends_at=ends_at)

    act(work)
