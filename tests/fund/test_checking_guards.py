"""That receipts, approvals, the bank and months have who checks them, past the operations."""

from datetime import date

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import (
    BankLine,
    BankMatch,
    BankNote,
    Decision,
    DisbursementApproval,
    Income,
    Method,
    MonthClose,
    Status,
)
from incentives.fund.operations import PayeeChoice
from incentives.register.models import Resident
from incentives.register.operations import make_team
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household
from tests.fund.months import (
    close,
    close_until,
    confirm,
    count,
    match_all,
    stand_by,
    statement,
)
from tests.fund.people import applied, apply_for, bring_to, evaluate, give, make_people, receive
from tests.fund.raw import refused, send

MARCH, APRIL, END = date(2026, 3, 1), date(2026, 4, 1), date(2026, 3, 31)
RECEIPT = "a receipt has who took it"
PAYEE = "what goes to their household"
OF_BANK = "what moved the bank's money"
SAYS = "an explanation says something"
ORDER, BOOK = "one after the other", "what the book holds"
COUNTED, EXPLAINED = "two people count", "is an entry or explained"
CONFIRMED, ANEW = "a second person stands by", "word anew"


@pytest.fixture
def village(app):
    people = make_people()
    give(people, 1_000_000)
    return people


def refuses(row, words: str) -> None:
    with pytest.raises(DBAPIError, match=words):
        act(lambda: db.session.add(row))


# Receipts and approvals.


def test_a_receipt_is_whole(village):
    paid = bring_to(Status.PAID, village)
    for forged in (
        "status = 'received'",
        "status = 'received', received_by = paid_by, received_at = paid_at",
        "received_by = paid_by",
        "received_at = paid_at",
    ):
        # While it stays paid an older guard refuses it, too.
        refused(f"UPDATE disbursement SET {forged}", f"{RECEIPT}|is not approved")
    receive(village.treasurer, paid)


def vote(one, person) -> DisbursementApproval:
    given = {"decision": Decision.APPROVE, "from_above": False, "decided_at": now()}
    return DisbursementApproval(disbursement_id=one, approver=person, **given)


def test_nobody_approves_what_goes_to_their_household(village):
    team = act(
        lambda: make_team(
            village=VILLAGE,
            name="护渠队",
            leader_id=village.payee.head_id,
            member_ids=[],
            actor=village.cadre,
            now=now(),
        )
    )
    head = PayeeChoice(resident_id=village.payee.head_id)
    given = [
        applied(village, amount_fen=1_000),
        apply_for(village.cadre, head, 1_000),
        apply_for(village.cadre, PayeeChoice(team_id=team.id), 1_000, "commons"),
    ]
    at_home = select(Resident.id).where(Resident.household_id == village.payee.id)
    people = db.session.scalars(at_home).all()
    assert len(people) == 2
    neighbour = make_household(VILLAGE, "格绒", door="2").head_id
    for one in given:
        evaluate(village.reviewer, one)
        for person in people:
            refuses(vote(one, person), PAYEE)
        act(lambda one=one: db.session.add(vote(one, neighbour)))


# The bank.


@pytest.fixture
def banked(village, clock):
    """April: two incomes of March lie in the bank, the second not on its statement."""
    for fen, voucher in ((300_000, "B-1"), (2_000, "B-2")):
        give(village, fen, Method.BANK, voucher=voucher)
    clock.forward(days=32)
    statement(village, MARCH, END, (date(2026, 3, 2), 300_000), (date(2026, 3, 30), 25, "利息"))
    return village


def line(amount_fen: int) -> BankLine:
    return db.session.scalars(select(BankLine).where(BankLine.amount_fen == amount_fen)).one()


def event(voucher: str):
    return db.session.scalars(select(Income.event_id).where(Income.voucher == voucher)).one()


def match(amount_fen: int, voucher: str, village: str = VILLAGE) -> BankMatch:
    by = {"matched_by": new_id(), "matched_at": now()}
    at = line(amount_fen).id
    return BankMatch(event_id=event(voucher), line_id=at, village=village, **by)


def test_a_line_is_matched_with_the_banks_own_entries(banked):
    refuses(match(300_000, "R-1"), OF_BANK)  # it came in cash
    refuses(match(300_000, "B-1", OTHER_VILLAGE), OF_BANK)
    act(lambda: db.session.add(match(300_000, "B-1")))


@pytest.mark.parametrize("words", ["", " ", "\u3000", "\u200b", "-", "。", "?!", "\t\n"])
def test_an_explanation_says_something(banked, words):
    explained = "UPDATE bank_line SET explanation = :said, explained_by = statement_id"
    refused(explained, SAYS, said=words)
    by = {"explained_by": new_id(), "explained_at": now()}
    note = {"event_id": event("B-2"), "village": VILLAGE}
    refuses(BankNote(**note, explanation=words, **by), f"{SAYS}|explanation")
    act(lambda: db.session.add(BankNote(**note, explanation="四月才到", **by)))
    refused("UPDATE bank_note SET explanation = :said", f"{SAYS}|explanation", said=words)
    send(explained, said="利息？")


# Months.


def closing(month=MARCH, ends_on=END, cash_fen=1_000_000, bank_fen=0) -> MonthClose:
    by = {"closed_by": new_id(), "closed_at": now()}
    held = {"cash_fen": cash_fen, "bank_fen": bank_fen}
    return MonthClose(village=VILLAGE, month=month, ends_on=ends_on, **held, **by)


def test_a_month_closes_as_the_book_has_it_once_two_counted(village, clock):
    clock.forward(days=70)
    refuses(closing(), COUNTED)
    counted = count(village, MARCH)
    refuses(closing(), COUNTED)
    confirm(village, counted.id)
    for forged in ({"cash_fen": 1}, {"bank_fen": 1}, {"cash_fen": 0}):
        refuses(closing(**forged), BOOK)
    act(lambda: db.session.add(closing()))


def test_what_came_after_the_count_is_counted_too(village, clock):
    clock.forward(days=29)  # the last of March
    confirm(village, count(village, MARCH).id)
    give(village, 5_000, voucher="late", received_on=END)
    clock.forward(days=9)
    refuses(closing(cash_fen=1_005_000), COUNTED)


def test_months_close_one_after_the_other(village, clock):
    clock.forward(days=100)
    april = {"month": APRIL, "ends_on": date(2026, 4, 30)}
    confirm(village, count(village, APRIL).id)
    refuses(closing(**april), ORDER)
    close_until(village, END)
    confirm(village, count(village, date(2026, 5, 1)).id)
    refuses(closing(month=date(2026, 5, 1), ends_on=date(2026, 5, 31)), ORDER)
    act(lambda: db.session.add(closing(**april)))


def test_a_month_closes_once_each_line_of_the_bank_is_explained(banked):
    confirm(banked, count(banked, MARCH).id)
    march = {"bank_fen": 302_000}
    refuses(closing(**march), f"{EXPLAINED}|{CONFIRMED}")
    explain_and_confirm(banked)
    refuses(closing(**march), f"{EXPLAINED}|{CONFIRMED}")
    act(lambda: db.session.add(match(300_000, "B-2")))  # as much as it isn't
    refuses(closing(**march), f"{EXPLAINED}|{CONFIRMED}")
    send("DELETE FROM bank_match")
    match_all(banked, END)
    explain_entry(banked)
    stand_by(banked)
    cleared = ("explanation", "explained_by", "confirmed_by", "confirmed_at")
    send(f"UPDATE bank_line SET {', '.join(f'{each} = NULL' for each in cleared)}")
    refuses(closing(**march), EXPLAINED)
    explain_and_confirm(banked)
    act(lambda: db.session.add(closing(**march)))


def explain_entry(people) -> None:
    """The treasurer says why an entry stands alone."""
    given = {"village": VILLAGE, "actor": people.treasurer, "now": now()}
    said = {"event_id": event("B-2"), "explanation": "四月才到"}
    act(lambda: operations.explain_event(**given, **said) and None)


def test_a_month_closes_once_each_entry_of_the_bank_is_explained(village, clock):
    """An empty statement, and an entry of which nobody said anything."""
    give(village, 2_000, Method.BANK, voucher="B-2")
    clock.forward(days=32)
    statement(village, MARCH, END)
    confirm(village, count(village, MARCH).id)
    refuses(closing(bank_fen=2_000), CONFIRMED)
    explain_entry(village)
    refuses(closing(bank_fen=2_000), CONFIRMED)
    stand_by(village)
    act(lambda: db.session.add(closing(bank_fen=2_000)))


@pytest.mark.parametrize("before", [False, True])
def test_an_entry_and_its_reversal_cancel_out_where_both_stand_alone(village, clock, before):
    """One of before the first statement is in what that begins with, its reversal isn't."""
    one = give(village, 2_000, Method.BANK, voucher="B-2")
    clock.forward(days=3)
    act(
        lambda: operations.reverse_income(
            village=VILLAGE, income_id=one.id, reason="x", actor=village.treasurer, now=now()
        )
    )
    clock.forward(days=29)
    ends = {"opening_fen": 2_000} if before else {}
    statement(village, date(2026, 3, 2) if before else MARCH, END, **ends)
    confirm(village, count(village, MARCH).id)
    if before:
        refuses(closing(), CONFIRMED)
        assert queries.month_standing(VILLAGE, MARCH).missing
    else:
        assert not queries.month_standing(VILLAGE, MARCH).missing
        act(lambda: db.session.add(closing()))


def test_what_one_person_explained_before_two_were_asked_holds_up_no_later_month(village, clock):
    """A month that was closed so is closed; the next asks of its own."""
    give(village, 2_000, Method.BANK, voucher="B-2")
    clock.forward(days=65)
    statement(village, MARCH, date(2026, 4, 30))
    confirm(village, count(village, MARCH).id)
    explain_entry(village)
    db.session.remove()
    downgrade(revision="0044_confirmed_differences")
    act(lambda: db.session.add(closing(bank_fen=2_000)))
    upgrade()
    confirm(village, count(village, APRIL).id)
    assert not queries.month_standing(VILLAGE, APRIL).missing
    close(village, APRIL)


def test_a_month_closes_once_a_second_person_stands_by_each_explanation(banked):
    confirm(banked, count(banked, MARCH).id)
    match_all(banked, END)
    act(lambda: explain(banked))
    march = {"bank_fen": 302_000}
    refuses(closing(**march), CONFIRMED)
    explain_and_confirm(banked)
    refuses(closing(**march), CONFIRMED)  # the entry of the book
    stand_by(banked)
    for table, somebody in (("bank_line", "statement_id"), ("bank_note", "event_id")):
        for said in ("explanation = '另有原因'", f"explained_by = {somebody}"):
            refused(f"UPDATE {table} SET {said} WHERE confirmed_by IS NOT NULL", ANEW)
    act(lambda: explain(banked))
    refuses(closing(**march), CONFIRMED)
    stand_by(banked)
    act(lambda: db.session.add(closing(**march)))


def explain_and_confirm(people) -> None:
    """A second person stands by why the line stands alone."""
    given = {"village": VILLAGE, "line_id": line(25).id, "now": now()}
    said = {"explanation": "利息，四月入账", "actor": people.treasurer}
    act(lambda: operations.explain_line(**given, **said) and None)
    act(lambda: operations.confirm_line(**given, actor=people.supervisor) and None)


def explain(people) -> None:
    """The treasurer says why a line and an entry stand alone."""
    given = {"village": VILLAGE, "actor": people.treasurer, "now": now()}
    operations.explain_line(line_id=line(25).id, explanation="利息，四月入账", **given)
    operations.explain_event(event_id=event("B-2"), explanation="四月才到", **given)


def test_a_month_closes_once_the_statement_reaches_its_end(village, clock):
    give(village, 300_000, Method.BANK, voucher="B-1")
    clock.forward(days=32)
    confirm(village, count(village, MARCH).id)
    refuses(closing(bank_fen=300_000), EXPLAINED)
    statement(village, MARCH, date(2026, 3, 30), (date(2026, 3, 2), 300_000))
    match_all(village, END)
    refuses(closing(bank_fen=300_000), EXPLAINED)
    statement(village, END, APRIL, opening_fen=300_000)
    close(village, MARCH)
