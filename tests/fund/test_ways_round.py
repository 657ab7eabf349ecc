"""Ways round the fund's rules that were found: by day, by parts, by a closed year; each is shut."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives import ledger
from incentives.clock import now, village_day
from incentives.errors import InsufficientFunds, Invalid, SamePerson, WrongState
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import CashCount, Decision, Disbursement, Method, Place, Status
from incentives.fund.operations import BudgetLine, PayeeChoice
from incentives.register.models import Resident
from tests.factories import VILLAGE, act, make_household
from tests.fund.months import close_until, confirm, count
from tests.fund.people import (
    DAY,
    TODAY,
    applied,
    apply_for,
    apply_for_families,
    approve,
    bring_to,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    receive,
    reverse,
    set_budgets,
    status_of,
    withdraw,
)

LIMIT = 100_000  # `second_approval_fen` by default


@pytest.fixture
def village(app):
    return make_people(publicity_days=0)


def approved(village, amount_fen: int = 5_000):
    one = applied(village, amount_fen=amount_fen)
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    return one


def move(village, amount_fen, on: date, there: bool = True):
    ends = (Place.CASH, Place.BANK) if there else (Place.BANK, Place.CASH)
    return act(
        lambda: operations.move_money(
            village=VILLAGE,
            from_place=ends[0],
            to_place=ends[1],
            amount_fen=amount_fen,
            moved_on=on,
            actor=village.treasurer,
            now=now(),
        )
    )


def refused_fields(work) -> list[str]:
    with pytest.raises(Invalid) as refused:
        work()
    return [each.pointer for each in refused.value.errors]


# Days go in order.


def test_nothing_comes_back_before_it_was_paid(village):
    give(village, 10_000)
    one = approved(village)
    pay(village.treasurer, one)
    early = partial(give_back, village.treasurer, one, 100, returned_on=DAY)
    assert refused_fields(early) == ["/returned_on"]
    assert [each.out_fen for each in queries.months_of_money(VILLAGE)] == [5_000]
    give_back(village.treasurer, one, 100, returned_on=TODAY)


def test_nothing_comes_back_before_it_was_paid_past_the_operation(village, monkeypatch):
    give(village, 10_000)
    one = approved(village)
    pay(village.treasurer, one)
    monkeypatch.setattr(
        "incentives.fund.operations.returning.refuse_before_payment", lambda *_: None
    )
    with pytest.raises(DBAPIError, match="before it was paid"):
        give_back(village.treasurer, one, 100, returned_on=DAY)


def test_nothing_is_paid_before_the_day_of_its_last_approval(village, clock):
    give(village, 500_000)
    one = applied(village, amount_fen=LIMIT + 1)
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    clock.forward(hours=14.5)  # half past eleven at night
    clock.forward(hours=1)  # the village's next day, still the same one by UTC
    approve(village.supervisor2, one)
    assert refused_fields(lambda: pay(village.treasurer, one, paid_on=TODAY)) == ["/paid_on"]
    assert status_of(one) is Status.APPROVED
    pay(village.treasurer, one, paid_on=TODAY + timedelta(days=1))


def test_nothing_is_paid_before_its_approval_past_the_operation(village, monkeypatch):
    give(village, 500_000)
    one = approved(village)
    name = "incentives.fund.operations.paying.refuse_unapproved_day"
    monkeypatch.setattr(name, lambda *_: None)
    with pytest.raises(DBAPIError, match="before the day of its approval"):
        pay(village.treasurer, one, paid_on=DAY)


# Cash and bank hold enough on every day.


@pytest.mark.parametrize("method", list(Method))
def test_a_payment_dated_back_takes_from_the_days_since(village, clock, method):
    give(village, 3_000, method)
    one = approved(village)
    clock.forward(days=5)
    give(village, 10_000, method, received_on=village_day(now()))
    with pytest.raises(InsufficientFunds) as refused:
        pay(village.treasurer, one, method, TODAY)
    said = refused.value
    assert said.extensions == {
        "needed_fen": 5_000,
        "available_fen": 3_000,
        "day": TODAY.isoformat(),
    }
    assert ("2026年3月2日" in str(said.detail), "30.00" in str(said.detail)) == (True, True)
    assert status_of(one) is Status.APPROVED
    pay(village.treasurer, one, method)


def test_a_payment_dated_back_is_refused_for_a_day_in_between(village, clock):
    give(village, 10_000)
    one = approved(village, 6_000)
    clock.forward(days=5)
    move(village, 8_000, village_day(now()))
    clock.forward(days=5)
    give(village, 50_000, received_on=village_day(now()))
    with pytest.raises(InsufficientFunds) as refused:
        pay(village.treasurer, one, paid_on=TODAY)
    assert refused.value.extensions["day"] == "2026-03-07"
    assert refused.value.extensions["available_fen"] == 2_000
    give(village, 4_000, received_on=DAY)
    pay(village.treasurer, one, paid_on=TODAY)


def test_a_move_dated_back_takes_from_the_days_since(village, clock):
    give(village, 1_000)
    give(village, 1_000, Method.BANK)
    clock.forward(days=5)
    for method in Method:
        give(village, 9_000, method, received_on=village_day(now()))
    for there in (True, False):
        with pytest.raises(InsufficientFunds):
            move(village, 1_001, DAY, there)
    move(village, 1_000, DAY)
    move(village, 2_000, DAY, there=False)
    assert ledger.balance(VILLAGE, "cash") == 11_000


def test_what_is_missing_by_a_count_takes_from_the_days_since(village, clock):
    give(village, 5_000)
    clock.forward(days=33)
    waiting = count(village, DAY, 0, note="被盗")
    move(village, 4_000, village_day(now()))
    with pytest.raises(InsufficientFunds):
        confirm(village, waiting.id)
    assert ledger.balance(VILLAGE, "cash") == 1_000
    assert db.session.get_one(CashCount, waiting.id).confirmed_by is None


def test_an_income_taken_back_is_an_act_of_its_day(village, clock):
    """What came in late and was taken back paid nothing in between."""
    wrong = give(village, 50_000)
    clock.forward(days=3)
    act(
        lambda: operations.reverse_income(
            village=VILLAGE,
            income_id=wrong.id,
            reason="写错",
            actor=village.treasurer,
            now=now(),
        )
    )
    give(village, 1_000)
    one = approved(village, 1_001)
    clock.forward(days=1)
    with pytest.raises(InsufficientFunds):
        pay(village.treasurer, one, paid_on=date(2026, 3, 5))


def test_a_list_dated_back_is_counted_as_a_whole(village, clock):
    give(village, 5_000)
    others = [make_household(VILLAGE, name, door=name) for name in "甲乙"]
    asked = apply_for_families(village.cadre, others, 3_000)
    for row in queries.rows_on(asked.id):
        evaluate(village.reviewer, row.id)
        approve(village.supervisor, row.id)
    clock.forward(days=1)
    give(village, 5_000, received_on=village_day(now()))

    def pay_on(day: date):
        return act(
            lambda: operations.pay_list(
                village=VILLAGE,
                list_id=asked.id,
                paid_on=day,
                method=Method.CASH,
                voucher="L",
                actor=village.treasurer,
                now=now(),
            )
        )

    with pytest.raises(InsufficientFunds):
        pay_on(TODAY)
    assert len(pay_on(village_day(now()))) == 2


def test_the_database_counts_by_day_too(village, clock, monkeypatch):
    give(village, 3_000)
    one = approved(village)
    clock.forward(days=5)
    give(village, 10_000, received_on=village_day(now()))
    monkeypatch.setattr("incentives.ledger.days.DatedBack.refuse_short", lambda *_: None)
    with pytest.raises(DBAPIError, match="each day since"):
        pay(village.treasurer, one, paid_on=TODAY)
    give(village, 2_000, received_on=TODAY)
    pay(village.treasurer, one, paid_on=TODAY)


def test_what_is_dated_back_costs_one_statement_more(village, clock):
    from tests.statements import counted

    give(village, 50_000)
    known, first, second = approved(village), approved(village), approved(village)
    clock.forward(days=2)
    pay(village.treasurer, known)  # the log knows the treasurer then, and no recovery is asked for
    with counted() as plain:
        pay(village.treasurer, first)
    with counted() as dated_back:
        pay(village.treasurer, second, paid_on=TODAY)
    assert len(dated_back) == len(plain) + 1


# A sum that is split still needs two.


def member_of(household) -> PayeeChoice:
    resident = db.session.query(Resident).filter_by(household_id=household.id).first()
    return PayeeChoice(resident_id=resident.id)


def decided(village, payee: PayeeChoice, amount_fen: int = LIMIT, purpose: str = "commons"):
    """Asked for, evaluated and approved by one."""
    one = apply_for(village.cadre, payee, amount_fen, purpose)
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    return one


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("县供销社", "县供销社"),
        ("县供销社", "县供销社（门市部）"),
        ("县供销社2号", "县 供销社"),
        ("Coop", "ＣＯＯＰ"),
        ("县供销社", "县供銷社"),
        ("县供销社", "县供销社 门市部"),
        ("县供销社", "县供销社销售部"),
        ("县供销社", "县供销社第一门市部"),
        ("县供销社", "县供销社超市"),
        ("县供销社营业部", "县供销社有限公司"),
    ],
)
def test_one_payee_is_one_however_the_name_is_written(village, first, second):
    assert status_of(decided(village, PayeeChoice(name=first))) is Status.APPROVED
    later = decided(village, PayeeChoice(name=second))
    assert status_of(later) is Status.EVALUATED
    approve(village.supervisor2, later)
    assert status_of(later) is Status.APPROVED


def test_another_payee_is_another(village):
    decided(village, PayeeChoice(name="县供销社"))
    for name in ("县五金店", "县供水公司", "供销社对面的粮店"):
        assert status_of(decided(village, PayeeChoice(name=name))) is Status.APPROVED


def test_a_household_is_one_payee_with_all_its_members(village):
    decided(village, PayeeChoice(household_id=village.payee.id), purpose="family")
    later = decided(village, member_of(village.payee), 1, purpose="conduct")
    assert status_of(later) is Status.EVALUATED


def test_both_wait_when_both_are_asked_for_before_either_is_approved(village):
    both = [apply_for(village.cadre, PayeeChoice(name="社"), LIMIT, "commons") for _ in "12"]
    for one in both:
        evaluate(village.reviewer, one)
        approve(village.supervisor, one)
        assert status_of(one) is Status.EVALUATED


def test_what_made_it_need_two_may_end_and_another_person_approves_the_rest(village):
    """One approval isn't taken for two: what one alone approved waits for a second person."""
    first, second = (
        apply_for(village.cadre, PayeeChoice(name="社"), LIMIT, "commons") for _ in "12"
    )
    for one in (first, second):
        evaluate(village.reviewer, one)
        approve(village.supervisor, one)
    withdraw(village.cadre, first)
    view = queries.disbursement_views([queries.find_disbursement(VILLAGE, second)])[0]
    missing = partial(operations.missing_approvals, view.disbursement, view.approvals)
    assert (view.nearby_fen, missing(view.decided_fen)) == (0, 1)
    for who, listed in ((village.supervisor, []), (village.supervisor2, [second])):
        waiting = db.session.scalars(queries.waiting_for(who, VILLAGE))
        assert [each.id for each in waiting if each.status is Status.EVALUATED] == listed
    with pytest.raises(SamePerson):
        approve(village.supervisor, second)
    approve(village.supervisor2, second)
    assert (status_of(second), missing(view.decided_fen)) == (Status.APPROVED, 0)


@pytest.mark.parametrize(("days", "after"), [(30, Status.EVALUATED), (31, Status.APPROVED)])
def test_thirty_days_are_near(village, clock, days, after):
    decided(village, PayeeChoice(name="社"))
    clock.forward(days=days)
    assert status_of(decided(village, PayeeChoice(name="社"))) is after


def test_what_ended_without_money_counts_for_nothing(village):
    give(village, 1_000_000)
    gone = decided(village, PayeeChoice(name="社"))
    pay(village.treasurer, gone)
    reverse(village.treasurer, gone)
    back = decided(village, PayeeChoice(name="社"))
    pay(village.treasurer, back)
    give_back(village.treasurer, back, LIMIT)
    assert status_of(decided(village, PayeeChoice(name="社"))) is Status.APPROVED


def test_a_line_of_a_list_counts_what_its_payee_gets_beside_it(village):
    others = [make_household(VILLAGE, name, door=name) for name in "甲乙"]
    decided(village, PayeeChoice(household_id=others[0].id), 40_001, "family")
    asked = apply_for_families(village.cadre, others, 30_000)

    def decide(step, actor):
        return act(
            lambda: step(
                village=VILLAGE,
                list_id=asked.id,
                decision=Decision.APPROVE,
                actor=actor,
                now=now(),
            )
        )

    decide(operations.evaluate_list, village.reviewer)
    decide(operations.approve_list, village.supervisor)
    states = [row.status for row in queries.rows_on(asked.id)]
    assert states == [Status.EVALUATED, Status.APPROVED]
    decide(operations.approve_list, village.supervisor2)
    assert {row.status for row in queries.rows_on(asked.id)} == {Status.APPROVED}


def test_the_database_adds_up_what_a_payee_gets_too(village):
    decided(village, PayeeChoice(household_id=village.payee.id), purpose="family")
    later = decided(village, member_of(village.payee), 1, "conduct")
    with pytest.raises(DBAPIError, match="lacks approvals"):
        act(
            lambda: db.session.execute(
                text("UPDATE disbursement SET status = 'approved' WHERE status = 'evaluated'")
            )
        )
    assert status_of(later) is Status.EVALUATED


# A closed year's budgets stay.


def test_a_closed_years_budgets_are_adopted_no_more(village, clock, monkeypatch):
    give(village, 1_000_000)
    set_budgets(village, family=BudgetLine(100_000), commons=BudgetLine(50_000))
    bring_to(Status.PAID, village)
    clock.forward(days=310)
    set_budgets(village, family=BudgetLine(90_000))  # open still
    close_until(village, date(2026, 12, 1))
    raised = partial(set_budgets, village, family=BudgetLine(900_000))
    assert refused_fields(raised) == ["/year"]
    beyond = BudgetLine(900_000, carried_fen=85_001)
    assert refused_fields(lambda: set_budgets(village, 2027, family=beyond)) == [
        "/items/0/carried_fen"
    ]
    set_budgets(village, 2027, family=BudgetLine(900_000, carried_fen=85_000))
    for sent in (
        "UPDATE budget SET amount_fen = amount_fen + 1 WHERE year = 2026",
        "DELETE FROM budget WHERE year = 2026",
        "UPDATE budget SET year = 2026 WHERE year = 2027",
    ):
        with pytest.raises(DBAPIError, match=r"closed year|by an adoption"):
            act(lambda sent=sent: db.session.execute(text(sent)))
    monkeypatch.setattr("incentives.fund.operations.budgets.why_not_adopted", lambda *_: None)
    with pytest.raises(DBAPIError, match="closed year"):
        raised()


def test_no_more_is_carried_over_than_there_was(village, clock):
    give(village, 10_000)
    set_budgets(village, family=BudgetLine(100_000))
    clock.forward(days=310)
    close_until(village, date(2026, 12, 1))
    more = {"family": BudgetLine(50_000, carried_fen=10_001)}
    assert refused_fields(lambda: set_budgets(village, 2027, **more)) == ["/items/0/carried_fen"]
    set_budgets(village, 2027, family=BudgetLine(50_000, carried_fen=10_000))


@pytest.mark.parametrize("year", [1, 1999, 2020, 2024, 2025, 2028, 2200, 9999])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_budgets_are_of_this_year_and_the_next(village, year):
    assert refused_fields(lambda: set_budgets(village, year, family=BudgetLine(1))) == ["/year"]
    set_budgets(village, 2026, family=BudgetLine(1))
    set_budgets(village, 2027, family=BudgetLine(1))


def test_last_years_budgets_are_adopted_while_it_is_open_if_the_fund_was_there(village):
    assert refused_fields(lambda: set_budgets(village, 2025, family=BudgetLine(1))) == ["/year"]
    give(village, 1, received_on=date(2025, 12, 31))
    set_budgets(village, 2025, family=BudgetLine(1))
    said = operations.why_not_adopted(VILLAGE, 2024, TODAY)
    assert said == "基金从2025年开始，以前的年份没有预算"
    assert refused_fields(lambda: set_budgets(village, 2024, family=BudgetLine(1))) == ["/year"]


# A receipt is kept though some of the money came back.


def test_a_receipt_is_kept_once_though_some_came_back_before(village):
    give(village, 10_000)
    one = approved(village)
    pay(village.treasurer, one)
    give_back(village.treasurer, one, 1_000)
    receive(village.treasurer, one)
    row = db.session.get_one(Disbursement, one)
    assert (row.status, row.received_by) == (Status.RETURNED, village.treasurer.person)
    kept = row.receipt_file_id
    with pytest.raises(WrongState):
        receive(village.treasurer, one)
    give_back(village.treasurer, one, 1_000)
    assert db.session.get_one(Disbursement, one).receipt_file_id == kept


def test_a_receipt_that_was_kept_before_some_came_back_stays(village):
    give(village, 10_000)
    one = approved(village)
    with pytest.raises(WrongState):
        receive(village.treasurer, one)
    pay(village.treasurer, one)
    receive(village.treasurer, one)
    give_back(village.treasurer, one, 1_000)
    with pytest.raises(WrongState):
        receive(village.treasurer, one)
