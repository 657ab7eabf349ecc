"""Budgets: adopted by an assembly, carried over once the year is closed, measured against."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import Status
from incentives.fund.operations import BudgetLine, Vote
from tests.factories import VILLAGE, act
from tests.fund.months import close_until
from tests.fund.people import (
    DAY,
    applied,
    bring_to,
    give,
    give_back,
    make_people,
    reverse,
    set_budgets,
    take,
)


@pytest.fixture
def village(app):
    people = make_people()
    give(people, 1_000_000)
    return people


@pytest.mark.parametrize(
    ("vote", "pointer"),
    [
        ({"held_on": date(2026, 3, 3)}, "/held_on"),
        ({"in_favour": 60, "against": 1}, "/present"),
        ({"in_favour": 30}, "/in_favour"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_vote_that_cannot_have_been_adopts_nothing(village, vote, pointer):
    given = {"held_on": DAY, "present": 60, "in_favour": 55, "against": 2, "resolution": "决议"}
    with pytest.raises(Invalid) as refused:
        act(
            lambda: operations.set_budgets(
                village=VILLAGE,
                year=2026,
                lines={"family": BudgetLine(1)},
                vote=Vote(**(given | vote)),
                actor=village.treasurer,
                now=now(),
            )
        )
    assert [each.pointer for each in refused.value.errors] == [pointer]


def test_the_database_wants_a_majority_too(village):
    set_budgets(village, family=BudgetLine(100))
    with pytest.raises(DBAPIError):
        act(lambda: db.session.execute(text("UPDATE budget_adoption SET in_favour = 1")))
    with pytest.raises(DBAPIError):
        act(lambda: db.session.execute(text("UPDATE budget SET carried_fen = 101")))


def test_what_is_applied_for_approved_and_spent_is_measured(village):
    set_budgets(village, family=BudgetLine(100_000))
    applied(village, amount_fen=1_000)
    bring_to(Status.APPROVED, village)
    bring_to(Status.PAID, village)
    (figures,) = queries.budget_figures(VILLAGE, 2026)
    assert (figures.applied_fen, figures.approved_fen, figures.spent_fen) == (1_000, 5_000, 5_000)
    assert figures.left_fen == 95_000


def test_nothing_is_carried_over_before_the_year_is_closed(village, clock):
    set_budgets(village, family=BudgetLine(100_000))
    bring_to(Status.PAID, village)
    clock.forward(days=310)
    with pytest.raises(Invalid) as refused:
        set_budgets(village, 2027, family=BudgetLine(50_000, carried_fen=1))
    assert refused.value.errors[0].pointer == "/items/0/carried_fen"
    close_until(village, date(2026, 12, 1))
    with pytest.raises(Invalid):
        set_budgets(village, 2027, family=BudgetLine(150_000, carried_fen=95_001))
    with pytest.raises(Invalid):
        set_budgets(village, 2027, relief=BudgetLine(10, carried_fen=10))
    with pytest.raises(Invalid):
        set_budgets(village, 2027, family=BudgetLine(90_000, carried_fen=90_001))
    set_budgets(village, 2027, family=BudgetLine(150_000, carried_fen=95_000))
    assert queries.budget_figures(VILLAGE, 2027)[0].carried_fen == 95_000


def test_what_is_not_paid_at_the_new_year_falls_into_the_new_budget(village, clock):
    give(village, 1_000_000)
    set_budgets(village, family=BudgetLine(100_000))
    set_budgets(village, 2027, family=BudgetLine(60_000))
    waiting, approved, paid = (applied(village, amount_fen=fen) for fen in (1_000, 2_000, 4_000))
    for one in (approved, paid):
        take("evaluate", village, one)
        take("publish", village, one)
        take("approve", village, one)
    take("pay", village, paid)

    def against(year: int):
        (each,) = queries.budget_figures(VILLAGE, year)
        return each.applied_fen, each.approved_fen, each.spent_fen

    def budget_of(one):
        (view,) = queries.disbursement_views([queries.find_disbursement(VILLAGE, one)])
        return view.budget_fen, view.budget_left_fen

    assert (against(2026), against(2027)) == ((1_000, 2_000, 4_000), (0, 0, 0))
    assert budget_of(waiting) == (100_000, 93_000)
    clock.forward(days=309)
    assert clock.now.date() == date(2027, 1, 5)
    assert (against(2026), against(2027)) == ((0, 0, 4_000), (1_000, 2_000, 0))
    assert budget_of(waiting) == (60_000, 57_000)
    assert budget_of(approved) == (60_000, 58_000)
    take("pay", village, approved)
    assert (against(2026), against(2027)) == ((0, 0, 4_000), (1_000, 0, 2_000))
    assert budget_of(paid) == (100_000, 96_000)
    assert queries.left_to_ask_for(VILLAGE, 2027) == {"family": 58_000}


@pytest.mark.parametrize("back", ["return", "reversal"])
def test_what_comes_back_of_last_year_widens_no_budget(village, clock, back):
    set_budgets(village, family=BudgetLine(100_000))
    paid = bring_to(Status.PAID, village)
    clock.forward(days=310)
    set_budgets(village, 2027, family=BudgetLine(50_000))
    if back == "return":
        give_back(village.treasurer, paid, 5_000)
    else:
        reverse(village.treasurer, paid)
    (figures,) = queries.budget_figures(VILLAGE, 2027)
    assert (figures.spent_fen, figures.left_fen) == (-5_000, 50_000)
    assert queries.left_of_year(VILLAGE, 2027)["family"] == 50_000
    (year,) = (each for each in queries.fund_overview(VILLAGE).years if each.year == 2027)
    assert queries.purposes_of(year)[0].left_fen == 50_000
    one = queries.find_disbursement(VILLAGE, applied(village, amount_fen=5_000))
    assert queries.disbursement_views([one])[0].budget_left_fen == 45_000
