"""A cap that the assembly adopts binds what was applied for before, the earliest first."""

import pytest

from incentives.errors import CapExceeded
from incentives.fund.models import Status
from incentives.fund.operations import BudgetLine
from tests.fund.people import (
    applied,
    approve,
    evaluate,
    give,
    make_people,
    pay,
    reject,
    set_budgets,
    status_of,
)

CAP = 100_000


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0, second_approval_fen=1_000_000)
    give(people, 1_000_000)
    return people


def applied_and_evaluated(village, amount_fen: int = 60_000):
    one = applied(village, amount_fen=amount_fen)
    evaluate(village.reviewer, one)
    return one


def test_what_is_applied_for_is_approved_only_within_a_cap_adopted_since(village):
    first, second = applied_and_evaluated(village), applied_and_evaluated(village)
    set_budgets(village, family=BudgetLine(500_000, cap_fen=CAP))
    with pytest.raises(CapExceeded):
        approve(village.supervisor, second)
    approve(village.supervisor, first)
    pay(village.treasurer, first)
    with pytest.raises(CapExceeded):
        approve(village.supervisor, second)
    assert (status_of(first), status_of(second)) == (Status.PAID, Status.EVALUATED)


def test_once_the_earlier_one_ended_the_later_one_is_within_it(village):
    first, second = applied_and_evaluated(village), applied_and_evaluated(village)
    set_budgets(village, family=BudgetLine(500_000, cap_fen=CAP))
    reject(village.supervisor2, first)
    approve(village.supervisor, second)
    pay(village.treasurer, second)


def test_what_is_approved_is_paid_only_within_a_cap_adopted_since(village):
    first, second = applied_and_evaluated(village), applied_and_evaluated(village)
    for one in (first, second):
        approve(village.supervisor, one)
    set_budgets(village, family=BudgetLine(500_000, cap_fen=CAP))
    with pytest.raises(CapExceeded):
        pay(village.treasurer, second)
    pay(village.treasurer, first)
    with pytest.raises(CapExceeded):
        pay(village.treasurer, second)
    assert status_of(second) is Status.APPROVED


def test_a_no_is_asked_for_no_cap(village):
    one = applied_and_evaluated(village)
    set_budgets(village, family=BudgetLine(500_000, cap_fen=50_000))
    reject(village.supervisor, one)
