"""Promised points against shelf and settlement budget: off, warned of, refused."""

from datetime import date

import pytest

from incentives.awards import cover
from incentives.errors import NotCovered
from incentives.fund.operations import BudgetLine
from incentives.register.policy import IssuanceCover, policy_on
from incentives.shop.cover import shelf_and_budget
from tests.factories import VILLAGE
from tests.fund.people import make_people, set_budgets

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("choice", list(IssuanceCover))
def test_points_beyond_the_cover_are_what_the_policy_says(app, choice):
    village = make_people(issuance_cover=choice.value, fen_per_point=50)
    set_budgets(village, settlement=BudgetLine(10_000))
    policy = policy_on(VILLAGE, TODAY)
    assert shelf_and_budget(VILLAGE, 200, TODAY, policy) is None
    assert "100.50" in str(shelf_and_budget(VILLAGE, 201, TODAY, policy))
    said = cover.warnings(VILLAGE, 201, TODAY)
    assert len(said) == (0 if choice is IssuanceCover.OFF else 1)
    cover.refuse_uncovered(VILLAGE, 200, TODAY)
    if choice is IssuanceCover.REFUSE:
        with pytest.raises(NotCovered):
            cover.refuse_uncovered(VILLAGE, 201, TODAY)
    else:
        cover.refuse_uncovered(VILLAGE, 201, TODAY)


def test_awards_ask_it(app):
    assert shelf_and_budget in cover.covers
