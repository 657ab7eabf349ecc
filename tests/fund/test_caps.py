"""Caps by payee and year: adopted ones refuse, the county's advise, and nobody gets past them."""

from datetime import date

import pytest

from incentives.errors import CapExceeded, Invalid
from incentives.fund import queries
from incentives.fund.operations import BudgetLine, PayeeChoice
from tests.factories import VILLAGE, make_household
from tests.fund.people import (
    applied,
    apply_for,
    approve,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    reject,
    set_budgets,
)


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


def cap_of(disbursement_id):
    row = queries.find_disbursement(VILLAGE, disbursement_id)
    return queries.disbursement_views([row])[0].cap


def test_the_assemblys_cap_refuses_with_what_is_left(village):
    set_budgets(village, family=BudgetLine(500_000, cap_fen=20_000))
    applied(village, amount_fen=15_000)
    with pytest.raises(CapExceeded) as refused:
        applied(village, amount_fen=5_001)
    assert "50.00" in str(refused.value.errors[0].detail)
    assert cap_of(applied(village, amount_fen=5_000)).left_fen == 5_000


def test_the_countys_cap_only_warns(village):
    applied(village, amount_fen=99_000)
    cap = cap_of(applied(village, amount_fen=99_000))
    assert (cap.is_adopted, cap.amount_fen, cap.left_fen) == (False, 100_000, 1_000)


def test_naming_a_member_instead_of_the_household_gets_past_no_cap(village):
    set_budgets(village, family=BudgetLine(500_000, cap_fen=20_000))
    applied(village, amount_fen=15_000)
    member = PayeeChoice(resident_id=village.payee.head_id)
    with pytest.raises(CapExceeded):
        apply_for(village.cadre, member, amount_fen=10_000)
    other = make_household(VILLAGE, "格绒次仁", door="2")
    apply_for(village.cadre, PayeeChoice(household_id=other.id), amount_fen=20_000)


def test_a_cap_a_person_counts_what_the_household_had(village):
    set_budgets(village, conduct=BudgetLine(500_000, cap_fen=20_000))
    apply_for(
        village.cadre,
        PayeeChoice(household_id=village.payee.id),
        amount_fen=15_000,
        purpose="conduct",
    )
    with pytest.raises(CapExceeded):
        apply_for(
            village.cadre,
            PayeeChoice(resident_id=village.payee.head_id),
            amount_fen=10_000,
            purpose="conduct",
        )


def test_rejection_and_money_that_came_back_free_the_cap(village):
    set_budgets(village, family=BudgetLine(500_000, cap_fen=20_000))
    first = applied(village, amount_fen=20_000)
    reject(village.supervisor, first)
    second = applied(village, amount_fen=20_000)
    evaluate(village.reviewer, second)
    approve(village.supervisor, second)
    pay(village.treasurer, second)
    with pytest.raises(CapExceeded):
        applied(village, amount_fen=1)
    give_back(village.treasurer, second, 5_000)
    applied(village, amount_fen=5_000)


def test_a_cap_holds_for_its_year(village, clock):
    set_budgets(village, family=BudgetLine(500_000, cap_fen=20_000))
    set_budgets(village, 2027, family=BudgetLine(500_000, cap_fen=20_000))
    applied(village, amount_fen=20_000)
    clock.forward(days=310)
    assert date(2027, 1, 6) == clock.now.date()
    applied(village, amount_fen=20_000)


def test_a_residents_name_is_not_typed_past_the_register(village):
    with pytest.raises(Invalid):
        apply_for(village.cadre, PayeeChoice(name="扎西 彭措"))
    apply_for(village.treasurer, PayeeChoice(name="农村信用社"), purpose="fees")
