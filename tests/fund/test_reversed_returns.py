"""A return that was mistyped is reversed: the money is out again, and the book says by whom."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from incentives import ledger
from incentives.access.actor import Role
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.errors import (
    AlreadyReversed,
    InsufficientFunds,
    NotFound,
    NotPermitted,
    OwnHousehold,
)
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import (
    Disbursement,
    Method,
    PaymentReturn,
    Place,
    ReturnReversal,
    Status,
)
from incentives.fund.operations import returning
from incentives.fund.queries.figures import borne_in_years
from incentives.ledger.audit import audit
from tests.factories import VILLAGE, act, staff
from tests.fund.people import (
    bring_to,
    give,
    give_back,
    make_people,
    pay,
    receive,
    reverse,
    reverse_return,
    status_of,
)
from tests.fund.raw import hexed, refused

SUM = "the sum of its returns"


@pytest.fixture
def village(app):
    people = make_people()
    give(people, 100_000)
    return people


def row_of(disbursement_id) -> Disbursement:
    db.session.expire_all()
    return db.session.get_one(Disbursement, disbursement_id)


@pytest.mark.parametrize("before", [Status.PAID, Status.RECEIVED], ids=str)
def test_a_payment_is_as_it_was_before_the_return_that_was_mistyped(village, before):
    one = bring_to(before, village)
    held = ledger.balance(VILLAGE, "cash")
    returned = give_back(village.treasurer, one, 3_000)
    undone = reverse_return(village.treasurer, one, returned.id)
    assert (row_of(one).status, row_of(one).returned_fen) == (before, 0)
    assert ledger.balance(VILLAGE, "cash") == held
    assert undone.reversal.reversed_by == village.treasurer.person
    assert audit(VILLAGE) == []
    give_back(village.treasurer, one, 5_000)  # all of it may come back again
    with pytest.raises(AlreadyReversed):
        reverse_return(village.treasurer, one, returned.id)


def test_the_other_returns_stay(village):
    one = bring_to(Status.PAID, village)
    wrong = give_back(village.treasurer, one, 3_000)
    give_back(village.treasurer, one, 300)
    receive(village.treasurer, one)
    reverse_return(village.treasurer, one, wrong.id)
    assert (row_of(one).status, row_of(one).returned_fen) == (Status.RETURNED, 300)
    reverse_return(village.treasurer, one)
    assert (row_of(one).status, row_of(one).returned_fen) == (Status.RECEIVED, 0)
    reverse(village.treasurer, one)
    assert status_of(one) is Status.REVERSED
    assert ledger.balance(VILLAGE, "cash") == 100_000
    with pytest.raises(AlreadyReversed):
        reverse_return(village.treasurer, one, wrong.id)


def test_the_public_book_has_both_entries_with_who_took_which_back_and_why(village):
    one = bring_to(Status.PAID, village)
    give_back(village.treasurer, one, 3_000)
    reverse_return(village.treasurer, one)
    last, back, *_rest = queries.book(VILLAGE)["items"]
    assert (back.kind, back.amount_fen) == ("payment_return", 3_000)
    assert (last.kind, last.amount_fen, last.reason) == ("reversal", -3_000, "多写了一个零")
    assert [hand.step for hand in last.hands][-2:] == ["entered", "reversed"]
    assert (last.purpose, last.payee) == (back.purpose, back.payee)


def test_who_may_not_take_a_return_back(village):
    one = bring_to(Status.PAID, village)
    give_back(village.treasurer, one, 3_000)
    other = bring_to(Status.PAID, village)
    elsewhere = give_back(village.treasurer, other, 200)
    with pytest.raises(NotPermitted):
        reverse_return(village.supervisor, one)
    with pytest.raises(OwnHousehold):
        reverse_return(staff(Role.TREASURER, household=village.payee), one)
    for wrong in (new_id(), elsewhere.id):
        with pytest.raises(NotFound):
            reverse_return(village.treasurer, one, wrong)
    assert row_of(one).returned_fen == 3_000


def test_what_is_spent_by_now_is_not_taken_back(village):
    one = bring_to(Status.PAID, village)
    give_back(village.treasurer, one, 3_000, Method.BANK)
    move = {
        "village": VILLAGE,
        "from_place": Place.BANK,
        "to_place": Place.CASH,
        "amount_fen": 3_000,
    }
    act(
        lambda: operations.move_money(
            **move, moved_on=village_day(now()), actor=village.treasurer, now=now()
        )
    )
    with pytest.raises(InsufficientFunds):
        reverse_return(village.treasurer, one)
    assert row_of(one).returned_fen == 3_000


def test_no_later_year_s_budget_bears_a_return_or_its_reversal(village, clock):
    one = bring_to(Status.APPROVED, village)
    pay(village.treasurer, one)
    clock.forward(days=365)
    give_back(village.treasurer, one, 3_000)
    assert borne_in_years(VILLAGE)[2027, "family"] == 0
    reverse_return(village.treasurer, one)
    assert borne_in_years(VILLAGE)[2027, "family"] == 0
    give_back(village.treasurer, one, 300)
    clock.forward(days=365)
    reverse_return(village.treasurer, one)
    borne = borne_in_years(VILLAGE)
    assert [borne[year, "family"] for year in (2026, 2027, 2028)] == [5_000, 0, 0]
    years = {each.year: each for each in queries.fund_overview(VILLAGE).years}
    assert years[2028].of_before == {"family": -300}


def test_nor_what_it_bore_itself_once_the_payment_is_reversed_too(village, clock):
    one = bring_to(Status.APPROVED, village)
    pay(village.treasurer, one)
    give_back(village.treasurer, one, 1_000)
    clock.forward(days=365)
    reverse_return(village.treasurer, one)
    reverse(village.treasurer, one)
    borne = borne_in_years(VILLAGE)
    assert [borne[year, "family"] for year in (2026, 2027)] == [4_000, 0]


# What the database keeps.


def test_a_return_is_reversed_by_its_own_event_once_and_for_ever(village):
    one = bring_to(Status.PAID, village)
    give_back(village.treasurer, one, 3_000)
    other = give_back(village.treasurer, one, 300)
    undone = reverse_return(village.treasurer, one, other.id)
    event = undone.reversal.event_id
    standing = hexed(
        db.session.scalars(select(PaymentReturn.id).where(PaymentReturn.amount_fen == 3_000)).one()
    )
    forged = (
        "INSERT INTO return_reversal (return_id, event_id, reason, reversed_by, reversed_at)"
        " SELECT id, {event}, 'x', entered_by, entered_at FROM payment_return WHERE id = :one"
    )
    for each in ("event_id", ":other"):
        values = {"one": standing} | ({"other": hexed(event)} if each == ":other" else {})
        refused(forged.format(event=each), "has the event that moved it", **values)
    refused("UPDATE return_reversal SET reason = 'FORGED'")
    refused("DELETE FROM return_reversal")
    refused("UPDATE disbursement SET returned_fen = 3300", SUM)
    refused("UPDATE disbursement SET returned_fen = 300", SUM)


def test_a_payment_with_a_receipt_goes_back_to_received_alone(village, monkeypatch):
    one = bring_to(Status.RECEIVED, village)
    give_back(village.treasurer, one, 3_000)
    paid = {"status": Status.PAID, "returned_fen": 0}
    monkeypatch.setattr(returning, "without_return", lambda *_given: paid)
    with pytest.raises(DBAPIError, match="no act leads"):
        reverse_return(village.treasurer, one)
    assert row_of(one).returned_fen == 3_000


def test_the_database_goes_back_to_before_reversed_returns_and_on(village):
    one = bring_to(Status.PAID, village)
    give_back(village.treasurer, one, 3_000)
    db.session.remove()
    downgrade(revision="0045_second_words")
    refused("UPDATE disbursement SET status = 'paid', returned_fen = 0", "not approved|no act|sum")
    upgrade()
    reverse_return(village.treasurer, one)
    assert status_of(one) is Status.PAID
    assert db.session.scalars(select(ReturnReversal)).one().reason == "多写了一个零"
