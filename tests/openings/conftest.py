"""The village that most of these tests begin with."""

import pytest

from tests.openings.books import Village, make_people_and_shop


@pytest.fixture
def village(app) -> Village:
    """Four households and a shop with salt and soap."""
    return make_people_and_shop()
