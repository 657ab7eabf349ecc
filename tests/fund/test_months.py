"""Counts, the bank's statement and closed months: each rule, and a try to get around it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives import ledger
from incentives.access.actor import Role
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Invalid, NotPermitted, SamePerson, WrongState
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import CountStatus, Decision, Method, Place, Status
from tests.factories import VILLAGE, act, staff
from tests.fund.months import close, confirm, count, match_all, stand_by, statement
from tests.fund.people import (
    DAY,
    applied,
    approve,
    bring_to,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    reverse,
)

MARCH = date(2026, 3, 1)
APRIL = date(2026, 4, 1)


@pytest.fixture
def village(app, clock):
    people = make_people(publicity_days=0)
    give(people, 100_000)
    clock.forward(days=32)  # the 3rd of April
    return people


def counted(village, **fields):
    """March counted and confirmed."""
    return confirm(village, count(village, MARCH, **fields).id)


def move(village, day, amount_fen=1_000):
    return act(
        lambda: operations.move_money(
            village=VILLAGE,
            from_place=Place.CASH,
            to_place=Place.BANK,
            amount_fen=amount_fen,
            moved_on=day,
            actor=village.treasurer,
            now=now(),
        )
    )


def test_who_counted_does_not_confirm(village):
    waiting = count(village, MARCH)
    with pytest.raises(SamePerson):
        confirm(village, waiting.id, village.treasurer)
    with pytest.raises(DBAPIError):
        act(
            lambda: db.session.execute(
                text("UPDATE cash_count SET confirmed_by = counted_by, confirmed_at = counted_at")
            )
        )
    with pytest.raises(NotPermitted):
        confirm(village, waiting.id, staff(Role.SHOPKEEPER))
    assert confirm(village, waiting.id).status is CountStatus.CONFIRMED


def test_a_difference_needs_a_note_and_is_posted_once_both_stand_by_it(village):
    with pytest.raises(Invalid):
        count(village, MARCH, 99_990)
    waiting = count(village, MARCH, 99_990, note="找零少了一角")
    assert ledger.balance(VILLAGE, "cash") == 100_000
    confirmed = confirm(village, waiting.id)
    assert ledger.balance(VILLAGE, "cash") == 99_990
    assert confirmed.move_id is not None
    with pytest.raises(WrongState):
        confirm(village, waiting.id)
    line = queries.book(VILLAGE)["items"][0]
    assert (line.amount_fen, line.reason) == (-10, "找零少了一角")
    assert [hand.step for hand in line.hands] == ["entered", "confirmed"]


def test_a_refused_count_is_counted_anew(village):
    waiting = count(village, MARCH)
    with pytest.raises(WrongState):
        count(village, MARCH)
    confirm(village, waiting.id, decision=Decision.REJECT, reason="钱箱没有打开")
    with pytest.raises(WrongState):
        confirm(village, waiting.id)
    assert confirm(village, count(village, MARCH).id).status is CountStatus.CONFIRMED


def test_cash_entered_after_its_count_is_counted_again(village):
    counted(village)
    give(village, 5_000, received_on=DAY)
    with pytest.raises(WrongState):
        close(village, MARCH)
    counted(village)
    assert close(village, MARCH).cash_fen == 105_000


def test_a_difference_that_an_entry_explained_meanwhile_is_not_posted(village):
    waiting = count(village, MARCH, 105_000, note="多了50元")
    give(village, 5_000, received_on=DAY)
    with pytest.raises(WrongState):
        confirm(village, waiting.id)
    assert ledger.balance(VILLAGE, "cash") == 105_000
    confirm(village, waiting.id, decision=Decision.REJECT, reason="后来补记了一笔")
    counted(village)
    assert close(village, MARCH).cash_fen == 105_000


def test_a_count_is_of_the_months_end(village):
    with pytest.raises(Invalid):
        count(village, MARCH, counted_on=date(2026, 3, 20))


def test_no_count_is_of_a_day_to_come(village):
    with pytest.raises(Invalid) as refused:
        count(village, APRIL)
    assert [each.pointer for each in refused.value.errors] == ["/counted_on"]


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_count_is_not_refused_without_a_reason(village, reason):
    waiting = count(village, MARCH)
    with pytest.raises(Invalid) as refused:
        confirm(village, waiting.id, decision=Decision.REJECT, reason=reason)
    assert [each.pointer for each in refused.value.errors] == ["/reason"]
    assert confirm(village, waiting.id).status is CountStatus.CONFIRMED


def test_a_month_closes_only_once_cash_is_counted(village):
    with pytest.raises(WrongState):
        close(village, MARCH)
    waiting = count(village, MARCH)
    with pytest.raises(WrongState):
        close(village, MARCH)
    confirm(village, waiting.id)
    with pytest.raises(NotPermitted):
        close(village, MARCH, village.supervisor)
    assert close(village, MARCH).cash_fen == 100_000
    with pytest.raises(WrongState):
        close(village, MARCH)


def test_months_close_in_order_and_only_when_over(village, clock):
    with pytest.raises(WrongState):
        close(village, APRIL)
    clock.forward(days=30)
    with pytest.raises(WrongState):
        close(village, APRIL)
    counted(village)
    close(village, MARCH)
    confirm(village, count(village, APRIL).id)
    close(village, APRIL)


def test_nothing_is_posted_into_a_closed_month(village):
    paid = bring_to(Status.APPROVED, village)
    counted(village)
    close(village, MARCH)
    for late in (
        lambda: give(village, 5_000, received_on=DAY),
        lambda: give(village, 5_000, received_on=date(2026, 2, 1)),
        lambda: move(village, date(2026, 3, 31)),
        lambda: pay(village.treasurer, paid, paid_on=date(2026, 3, 31)),
    ):
        with pytest.raises(Invalid) as refused:
            late()
        assert "已结账" in str(refused.value.errors[0].detail)
    give(village, 5_000, received_on=APRIL)


def test_what_a_closed_month_holds_is_reversed_in_the_open_one(village):
    paid = bring_to(Status.PAID, village)
    partly = bring_to(Status.PAID, village)
    counted(village)
    close(village, MARCH)
    with pytest.raises(Invalid):
        act(
            lambda: operations.return_payment(
                village=VILLAGE,
                disbursement_id=partly,
                amount_fen=1,
                method=Method.CASH,
                reason="x",
                returned_on=date(2026, 3, 31),
                actor=village.treasurer,
                now=now(),
            )
        )
    reverse(village.treasurer, paid)
    give_back(village.treasurer, partly)
    days = [each.day for each in queries.book(VILLAGE)["items"][:2]]
    assert days == [date(2026, 4, 7)] * 2


def test_the_database_keeps_a_closed_month_closed(village, monkeypatch):
    counted(village)
    close(village, MARCH)
    monkeypatch.setattr("incentives.fund.operations.income.refuse_closed", lambda *_: None)
    with pytest.raises(DBAPIError):
        give(village, 5_000, received_on=DAY)
    for statement_text in ("DELETE FROM month_close", "UPDATE month_close SET cash_fen = 1"):
        with pytest.raises(DBAPIError):
            act(lambda sent=statement_text: db.session.execute(text(sent)))
    assert ledger.balance(VILLAGE, "cash") == 100_000


@pytest.fixture
def banked(village, clock):
    """March with 3,000 yuan in the bank: an income, a payment of the 12th; cash counted."""
    clock.forward(days=-22)
    give(village, 300_000, Method.BANK, received_on=date(2026, 3, 10))
    disbursement_id = applied(village, amount_fen=40_000)
    evaluate(village.reviewer, disbursement_id)
    approve(village.supervisor, disbursement_id)
    pay(village.treasurer, disbursement_id, Method.BANK)
    clock.forward(days=22)
    counted(village)
    return village


def test_the_statement_is_matched_by_amount_and_day(banked):
    with pytest.raises(WrongState):
        close(banked, MARCH)
    statement(
        banked,
        MARCH,
        date(2026, 3, 31),
        (date(2026, 3, 10), 300_000, "捐款"),
        (date(2026, 3, 13), -40_000, "转账"),
    )
    with pytest.raises(WrongState):
        close(banked, MARCH)
    assert match_all(banked, date(2026, 3, 31)) == 2
    closed = close(banked, MARCH)
    assert closed.bank_fen == 260_000


def test_differences_are_listed_until_they_are_explained(banked):
    entered = statement(
        banked,
        MARCH,
        date(2026, 3, 31),
        (date(2026, 3, 10), 300_000, "捐款"),
        (date(2026, 3, 21), 25, "利息"),
    )
    match_all(banked, date(2026, 3, 31))
    standing = queries.month_standing(VILLAGE, MARCH)
    assert [line.amount_fen for line in standing.bank.lines] == [25]
    assert [each.amount_fen for each in standing.bank.events] == [-40_000]
    interest = standing.bank.lines[0].id
    paid = standing.bank.events[0].event_id
    act(
        lambda: operations.explain_line(
            village=VILLAGE,
            line_id=interest,
            explanation="四月入账",
            actor=banked.treasurer,
            now=now(),
        )
    )
    with pytest.raises(WrongState):
        close(banked, MARCH)
    act(
        lambda: operations.explain_event(
            village=VILLAGE,
            event_id=paid,
            explanation="银行四月才付出",
            actor=banked.treasurer,
            now=now(),
        )
    )
    with pytest.raises(WrongState):
        close(banked, MARCH)
    stand_by(banked)
    close(banked, MARCH)
    assert entered.closing_fen == 300_025
    # What was on its way comes in April, and is matched with March's entry.
    statement(
        banked,
        APRIL,
        date(2026, 4, 3),
        (date(2026, 4, 2), -40_000, "转账"),
        opening_fen=300_025,
    )
    assert match_all(banked, date(2026, 4, 3)) == 0  # the days lie too far apart
    (line, _interest) = sorted(
        queries.month_standing(VILLAGE, APRIL).bank.lines, key=lambda each: each.amount_fen
    )
    act(
        lambda: operations.match_line(
            village=VILLAGE,
            line_id=line.id,
            event_ids=[paid],
            actor=banked.treasurer,
            now=now(),
        )
    )
    assert paid not in [
        each.event_id for each in queries.month_standing(VILLAGE, APRIL).bank.events
    ]
    # In March's page it stays: between its statement and its book nothing else explains it.
    march = queries.month_standing(VILLAGE, MARCH).bank
    assert [each.event_id for each in march.later_events] == [paid]
    apart = march.statement_fen - march.book_fen
    assert apart == sum(each.amount_fen for each in march.lines) + 40_000 == 40_025
    assert march.later_lines == queries.month_standing(VILLAGE, APRIL).bank.later_events == []


def test_a_line_that_is_entered_in_the_next_month_stays_in_its_own(banked):
    entered = statement(
        banked, MARCH, date(2026, 3, 31), (date(2026, 3, 30), 1_000, "利息"), opening_fen=0
    )
    give(banked, 1_000, Method.BANK, received_on=date(2026, 4, 2))
    (line,) = queries.lines_of(entered.id)
    event = queries.bank_events(VILLAGE)[-1]
    act(
        lambda: operations.match_line(
            village=VILLAGE,
            line_id=line.id,
            event_ids=[event.event_id],
            actor=banked.treasurer,
            now=now(),
        )
    )
    march = queries.month_standing(VILLAGE, MARCH).bank
    assert ([each.id for each in march.later_lines], march.lines) == ([line.id], [])
    april = queries.month_standing(VILLAGE, APRIL).bank
    assert april.later_lines == april.later_events == []


def test_a_line_is_matched_by_hand_with_several_entries_and_parted_again(banked):
    give(banked, 1_000, Method.BANK, received_on=date(2026, 3, 30))
    statement(
        banked,
        MARCH,
        date(2026, 3, 31),
        (date(2026, 3, 31), 261_000, "汇总"),
    )
    (line,) = queries.month_standing(VILLAGE, MARCH).bank.lines
    events = [each.event_id for each in queries.bank_events(VILLAGE)]

    def match(chosen):
        return act(
            lambda: operations.match_line(
                village=VILLAGE,
                line_id=line.id,
                event_ids=chosen,
                actor=banked.treasurer,
                now=now(),
            )
        )

    for wrong in (events[:2], [new_id()], []):
        with pytest.raises(Invalid):
            match(wrong)
    match(events)
    with pytest.raises(WrongState):
        match(events)

    def part():
        return act(
            lambda: operations.unmatch_line(
                village=VILLAGE, line_id=line.id, actor=banked.treasurer, now=now()
            )
        )

    part()
    with pytest.raises(WrongState):
        part()
    match(events)
    close(banked, MARCH)
    with pytest.raises(Invalid):
        part()


def test_an_entry_is_of_one_line_only(banked):
    statement(
        banked,
        MARCH,
        date(2026, 3, 31),
        (date(2026, 3, 10), 300_000),
        (date(2026, 3, 11), 300_000),
        opening_fen=0,
    )
    assert match_all(banked, date(2026, 3, 31)) == 1
    with pytest.raises(DBAPIError):
        act(
            lambda: db.session.execute(
                text(
                    "INSERT INTO bank_match SELECT m.event_id, l.id, l.village, m.matched_by,"
                    " m.matched_at FROM bank_match m, bank_line l WHERE l.id <> m.line_id"
                )
            )
        )


def test_a_statement_goes_on_where_the_last_one_ended(banked):
    statement(banked, MARCH, date(2026, 3, 31), (date(2026, 3, 10), 300_000))
    for wrong in ({"from_on": date(2026, 3, 31)}, {"opening_fen": 1}):
        given = {"from_on": APRIL, "opening_fen": 300_000} | wrong
        day = given.pop("from_on")
        with pytest.raises(Invalid):
            statement(banked, day, date(2026, 4, 2), **given)
    with pytest.raises(Invalid):
        statement(banked, APRIL, date(2026, 4, 2), closing_fen=300_001, opening_fen=300_000)
    with pytest.raises(Invalid):
        statement(banked, APRIL, date(2026, 4, 2), (date(2026, 5, 1), 1), opening_fen=300_000)
    later = statement(banked, APRIL, date(2026, 4, 2), opening_fen=300_000)
    act(
        lambda: operations.remove_statement(
            village=VILLAGE, statement_id=later.id, actor=banked.treasurer, now=now()
        )
    )
    assert queries.last_statement(VILLAGE).to_on == date(2026, 3, 31)


def test_no_statement_reaches_to_a_day_to_come(banked):
    for to_on in (date(2026, 4, 4), date(2026, 12, 31)):
        with pytest.raises(Invalid) as refused:
            statement(banked, MARCH, to_on)
        assert [each.pointer for each in refused.value.errors] == ["/to_on"]
    statement(banked, MARCH, date(2026, 4, 3))


def test_only_the_newest_statement_is_taken_out(banked):
    first = statement(banked, MARCH, date(2026, 3, 31), (date(2026, 3, 10), 300_000)).id
    second = statement(banked, APRIL, date(2026, 4, 2), opening_fen=300_000).id

    def take_out(statement_id):
        act(
            lambda: operations.remove_statement(
                village=VILLAGE, statement_id=statement_id, actor=banked.treasurer, now=now()
            )
        )

    with pytest.raises(WrongState):
        take_out(first)
    assert queries.last_statement(VILLAGE).id == second
    take_out(second)
    take_out(first)
    assert queries.last_statement(VILLAGE) is None


def test_a_statement_that_begins_with_more_than_the_book_closes_nothing(banked):
    statement(
        banked,
        MARCH,
        date(2026, 3, 31),
        (date(2026, 3, 3), -40_000),
        (date(2026, 3, 10), 300_000),
        opening_fen=5,
    )
    match_all(banked, date(2026, 3, 31))
    with pytest.raises(WrongState) as refused:
        close(banked, MARCH)
    assert "0.05" in str(refused.value.detail)


def test_an_entry_and_its_reversal_cancel_each_other_out(banked):
    wrong = give(banked, 77_700, Method.BANK, received_on=APRIL)
    act(
        lambda: operations.reverse_income(
            village=VILLAGE,
            income_id=wrong.id,
            reason="写错了",
            actor=banked.treasurer,
            now=now(),
        )
    )
    events = queries.bank_standing(VILLAGE, APRIL + timedelta(days=10), 0).events
    assert 77_700 not in [each.amount_fen for each in events]
