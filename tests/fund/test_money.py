"""Money of the fund: never below zero, and the book adds up to the ledger."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives import ledger
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import AlreadyReversed, InsufficientFunds, Invalid, NotPermitted
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import Disbursement, Method, MoneyMove, Place, Status
from tests.factories import VILLAGE, act
from tests.fund.people import (
    DAY,
    VOTE,
    applied,
    approve,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    reverse,
    status_of,
)


@pytest.fixture
def village(app):
    return make_people(publicity_days=0)


def approved(village, amount_fen: int = 5_000):
    disbursement_id = applied(village, amount_fen=amount_fen)
    evaluate(village.reviewer, disbursement_id)
    approve(village.supervisor, disbursement_id)
    return disbursement_id


def move(village, from_place, to_place, amount_fen, note=None, moved_on=DAY):
    return act(
        lambda: operations.move_money(
            village=VILLAGE,
            from_place=from_place,
            to_place=to_place,
            amount_fen=amount_fen,
            moved_on=moved_on,
            note=note,
            actor=village.treasurer,
            now=now(),
        )
    )


def reverse_income(village, income_id):
    return act(
        lambda: operations.reverse_income(
            village=VILLAGE,
            income_id=income_id,
            reason="多写了一个零",
            actor=village.treasurer,
            now=now(),
        )
    )


def balances() -> tuple[int, int]:
    return ledger.balance(VILLAGE, "cash"), ledger.balance(VILLAGE, "bank")


def lines() -> list:
    return queries.book(VILLAGE, query={"limit": 500})["items"]


def test_cash_never_goes_below_zero_by_a_payment(village):
    give(village, 4_999)
    disbursement_id = approved(village)
    with pytest.raises(InsufficientFunds):
        pay(village.treasurer, disbursement_id)
    assert status_of(disbursement_id) is Status.APPROVED
    with pytest.raises(InsufficientFunds):
        pay(village.treasurer, disbursement_id, Method.BANK)
    assert balances() == (4_999, 0)
    give(village, 1)
    pay(village.treasurer, disbursement_id)
    assert balances() == (0, 0)


def test_cash_never_goes_below_zero_by_a_reversal_of_income(village):
    income = give(village, 5_000).id
    pay(village.treasurer, approved(village, 1))
    with pytest.raises(InsufficientFunds):
        reverse_income(village, income)
    assert balances() == (4_999, 0)


def test_cash_never_goes_below_zero_by_a_move(village):
    give(village, 5_000)
    with pytest.raises(InsufficientFunds):
        move(village, Place.CASH, Place.BANK, 5_001)
    move(village, Place.CASH, Place.BANK, 5_000)
    assert balances() == (0, 5_000)


def test_an_income_is_reversed_once(village):
    income = give(village, 5_000).id
    reverse_income(village, income)
    assert balances() == (0, 0)
    with pytest.raises(AlreadyReversed):
        reverse_income(village, income)


def test_money_that_is_found_needs_a_note(village):
    give(village, 5_000)
    with pytest.raises(Invalid):
        move(village, Place.DIFFERENCE, Place.BANK, 7)
    move(village, Place.DIFFERENCE, Place.BANK, 7, "银行多出的")
    assert balances() == (5_000, 7)
    with pytest.raises(DBAPIError):
        act(lambda: db.session.execute(text("UPDATE money_move SET note = NULL")))


@pytest.mark.parametrize("place", [Place.CASH, Place.BANK])
def test_nothing_is_moved_to_where_it_is(village, place):
    give(village, 5_000)
    give(village, 5_000, Method.BANK)
    with pytest.raises(Invalid) as refused:
        move(village, place, place, 10, "x")
    assert [each.pointer for each in refused.value.errors] == ["/to"]
    assert balances() == (5_000, 5_000)


@pytest.mark.parametrize("place", [Place.CASH, Place.BANK])
def test_nobody_writes_money_off_alone(village, place):
    give(village, 5_000, Method(place))
    with pytest.raises(Invalid) as refused:
        move(village, place, Place.DIFFERENCE, 10, "少了一角")
    assert refused.value.errors[0].pointer == "/to"
    assert sum(balances()) == 5_000


@pytest.mark.parametrize("confirmed_by", ["nobody", "treasurer"])
def test_nobody_writes_money_off_alone_past_the_operation(village, confirmed_by):
    give(village, 5_000)
    person = village.treasurer.person

    def work() -> None:
        ledger.hold([VILLAGE])
        move_id = new_id()
        missing = ledger.Draft(
            village=VILLAGE,
            kind=ledger.Kind.MONEY_MOVE,
            occurred_on=DAY,
            legs=[ledger.move("cash", "spending.difference", 10)],
            record=move_id,
        )
        event = ledger.post([missing], actor=person, now=now())[0]
        db.session.add(
            MoneyMove(
                id=move_id,
                village=VILLAGE,
                from_place=Place.CASH,
                to_place=Place.DIFFERENCE,
                amount_fen=10,
                moved_on=DAY,
                note="x",
                event_id=event.id,
                entered_by=person,
                entered_at=now(),
                confirmed_by=person if confirmed_by == "treasurer" else None,
            )
        )

    with pytest.raises(DBAPIError, match="two people"):
        act(work)


def test_no_day_to_come(village):
    tomorrow = date(2026, 3, 2) + timedelta(days=1)
    with pytest.raises(Invalid):
        give(village, 5_000, received_on=tomorrow)
    with pytest.raises(Invalid):
        move(village, Place.CASH, Place.BANK, 1, moved_on=tomorrow)


def test_more_than_was_paid_never_comes_back(village):
    give(village, 5_000)
    disbursement_id = approved(village)
    pay(village.treasurer, disbursement_id)
    give_back(village.treasurer, disbursement_id, 2_000)
    with pytest.raises(Invalid):
        give_back(village.treasurer, disbursement_id, 3_001)
    give_back(village.treasurer, disbursement_id, 3_000)
    assert balances() == (5_000, 0)
    assert db.session.get_one(Disbursement, disbursement_id).returned_fen == 5_000
    with pytest.raises(DBAPIError):
        act(lambda: db.session.execute(text("UPDATE disbursement SET returned_fen = 5001")))


def test_the_book_adds_up_to_the_ledger(village):
    give(village, 100_000)
    give(village, 50_000, Method.BANK)
    wrong = give(village, 7_000).id
    reverse_income(village, wrong)
    move(village, Place.CASH, Place.BANK, 20_000)
    move(village, Place.DIFFERENCE, Place.BANK, 3, "银行多了")
    first, second = approved(village, 30_000), approved(village, 1_000)
    pay(village.treasurer, first)
    pay(village.treasurer, second, Method.BANK)
    give_back(village.treasurer, first, 10_000)
    reverse(village.treasurer, second)
    assert balances() == (60_000, 70_003)
    book = lines()
    assert sum(line.amount_fen for line in book) == 130_003
    assert book[0].remaining_fen == 130_003
    running = 0
    for line in reversed(book):
        running += line.amount_fen
        assert line.remaining_fen == running
    # The move to the bank changes nothing and isn't listed; all else is.
    assert [line.amount_fen for line in reversed(book)] == [
        100_000, 50_000, 7_000, -7_000, 3, -30_000, -1_000, 10_000, 1_000,
    ]  # fmt: skip
    overview = queries.fund_overview(VILLAGE)
    assert (overview.cash_fen, overview.bank_fen) == (60_000, 70_003)
    assert overview.years[0].income == {"donation": 150_000, "difference": 3}
    assert overview.years[0].spending == {"family": 20_000}


def test_only_the_treasurer_moves_money(village):
    for actor in (village.cadre, village.reviewer, village.supervisor, village.township):
        with pytest.raises(NotPermitted):
            act(
                lambda actor=actor: operations.set_budgets(
                    village=VILLAGE,
                    year=2026,
                    lines={"family": operations.BudgetLine(1)},
                    vote=VOTE,
                    actor=actor,
                    now=now(),
                )
            )
