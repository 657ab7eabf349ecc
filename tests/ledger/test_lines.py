"""The programs of `test_properties.py`, with sales and refunds by line at a real counter in them.

So reversals of spent points, debts, expiry, moves of households and restores meet what a counter
sold and took back; each fault planted in the counter is caught.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy.exc import DBAPIError

from incentives.errors import Refusal
from incentives.shop.operations import refunds
from tests import proving
from tests.ledger.counter import PRICES, Shop, open_counter
from tests.ledger.test_properties import Program, households, places, play, run_programs

PROGRAMS = {
    "sqlite": proving.scaled(500, least=15),
    "postgresql": proving.scaled(500, least=6),
}
baskets = st.dictionaries(st.sampled_from(sorted(PRICES)), st.integers(1, 4), min_size=1)


class CounterProgram(Program):
    """A program with a counter in it."""

    story: Shop

    def begin(self) -> Shop:
        return open_counter()

    @rule(party=households, basket=baskets)
    def redemption(self, party, basket):
        self.story.sell(party, basket)

    def spend(self, party, n):
        """Buy oil for it, as much as there is."""
        if bottles := min(n // PRICES["oil"], self.story.shelf["oil"]):
            self.story.sell(party, {"oil": bottles})

    @rule(back=places, quantity=st.integers(1, 4))
    def refund(self, back, quantity):
        self.story.bring_back(back, quantity)


def test_any_program_with_a_counter_comes_to_what_the_model_says(app, database, clock, copies):
    run_programs(lambda: CounterProgram(clock, copies), PROGRAMS[database])


LINE_BY_LINE = [
    ("award", "A", 60),
    ("redemption", "A", {"salt": 3, "oil": 2}),
    ("refund", 0, 2),
    ("refund", 0, 2),
    ("refund", 1, 1),
    ("refund", 0, 1),
    ("refund", 0, 1),
    ("redemption", "A", {"salt": 12}),
    ("redemption", "A", {"salt": 1}),
    ("refund", 1, 1),
]
BACK_INTO_A_DEBT = [
    ("award", "A", 40),
    ("redemption", "A", {"salt": 2, "oil": 3}),
    ("reversal", 1),
    ("refund", 0, 1),
    ("reversal", 1),
    ("refund", 1, 3),
    ("expiry", "A", 5),
    ("household_move", ("A", "B"), 4),
    ("redemption", "B", {"salt": 1}),
    ("refund", 2, 1),
]
RESTORED_BETWEEN_TWO_LINES = [
    ("award", "A", 60),
    ("redemption", "A", {"salt": 2, "oil": 2}),
    ("sealing",),
    ("copying",),
    ("refund", 0, 1),
    ("redemption", "A", {"salt": 3}),
    ("sealing",),
    ("restoring", False),
    ("refund", 1, 2),
    ("redemption", "A", {"oil": 1}),
    ("sealing",),
    ("copying",),
    ("refund", 0, 1),
    ("restoring", False),
    ("refund", 0, 1),
]
KNOWN = {
    "line_by_line": LINE_BY_LINE,
    "debt": BACK_INTO_A_DEBT,
    "restored": RESTORED_BETWEEN_TWO_LINES,
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_program_with_a_counter_comes_to_what_the_model_says(app, clock, copies, name):
    play(CounterProgram(clock, copies), *KNOWN[name])


FAULTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {}


def fault(plant: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    """Lists a fault by its name."""
    FAULTS[plant.__name__] = plant
    return plant


@fault
def a_line_comes_back_again_and_again(patch):
    def take_back(redemption, lines):
        sold = {line.id: line for line in redemption.lines}
        return [(sold[each.line_id], each.quantity) for each in lines]

    patch.setattr(refunds, "take_back", take_back)


@fault
def a_line_gives_back_one_less(patch):
    right = refunds.take_back
    patch.setattr(
        refunds,
        "take_back",
        lambda *given: [(line, max(1, quantity - 1)) for line, quantity in right(*given)],
    )


@fault
def another_line_comes_back(patch):
    right = refunds.take_back

    def take_back(redemption, lines):
        first = redemption.lines[0].id
        return right(redemption, [replace(each, line_id=first) for each in lines])

    patch.setattr(refunds, "take_back", take_back)


@fault
def goods_that_came_back_stay_off_the_shelf(patch):
    patch.setattr(refunds, "move_stock", lambda *_given, **_named: None)


@fault
def all_that_a_sale_took_comes_back_with_one_line(patch):
    patch.setattr(refunds, "split_value", lambda redemption, _value: (redemption.points, 0))


CAUGHT = (AssertionError, DBAPIError, Refusal, pytest.fail.Exception)


def is_caught(clock, copies) -> bool:
    """Whether one of the known programs fails."""
    for acts in KNOWN.values():
        try:
            play(CounterProgram(clock, copies), *acts)
        except CAUGHT:
            return True
    return False


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_planted_in_refunds_is_caught(app, clock, copies, monkeypatch, name):
    FAULTS[name](monkeypatch)
    assert is_caught(clock, copies)
