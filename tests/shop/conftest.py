"""The shop that the tests of settlements and disputes trade with."""

import pytest

from tests.shop.settling import APRIL, Trade


@pytest.fixture
def trade(app, clock) -> Trade:
    """A village's shop early in March: its keeper's goods on the shelf, nothing sold yet."""
    return Trade(clock)


@pytest.fixture
def five_soaps_of_march(trade: Trade) -> None:
    """March is over, and its five soaps can be settled."""
    trade.sell(soap=5)
    trade.on(APRIL)
