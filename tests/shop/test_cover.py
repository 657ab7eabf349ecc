"""Promised points against shelf and settlement budget: off, warned of, refused."""

from datetime import date

import pytest

from incentives.fund.operations import BudgetLine
from incentives.register.policy import IssuanceCover
from incentives.shop.cover import shelf_and_budget
from tests.factories import VILLAGE
from tests.fund.people import make_people, set_budgets

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("policy", list(IssuanceCover))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_points_beyond_the_cover_are_what_the_policy_says(app, policy):
    village = make_people(issuance_cover=policy.value, fen_per_point=50)
    set_budgets(village, settlement=BudgetLine(10_000))
    assert shelf_and_budget(VILLAGE, 200, TODAY) is None
    doubt = shelf_and_budget(VILLAGE, 201, TODAY)
    if policy is IssuanceCover.OFF:
        assert doubt is None
    else:
        assert doubt is not None
        assert doubt.refused is (policy is IssuanceCover.REFUSE)
        assert "100.50" in str(doubt.words)


def test_awards_ask_it(app):
    from incentives.awards.cover import covers

    assert shelf_and_budget in covers
