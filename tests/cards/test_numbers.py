"""The number on a card finds no other card when one digit is mistyped or two are swapped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentives.cards.numbers import check_digits, in_fours, new_number, read_number

numbers = st.integers(0, 10**10 - 1).map(lambda n: f"{n:010d}").map(lambda d: d + check_digits(d))


def test_by_hand():
    # 97 × 7242145556 = 702488118932, so 702488119000 leaves 68, and 98 - 68 = 30.
    assert 97 * 7242145556 + 68 == 702488119000
    assert check_digits("7024881190") == "30"
    assert read_number("7024 8811 9030") == "702488119030"


@given(numbers)
def test_a_number_is_itself(number):
    assert read_number(number) == number
    assert read_number(in_fours(number)) == number


@given(numbers, st.integers(0, 11), st.integers(1, 9))
def test_one_mistyped_digit_finds_nothing(number, place, by):
    digit = str((int(number[place]) + by) % 10)
    assert read_number(number[:place] + digit + number[place + 1 :]) is None


@given(numbers, st.integers(0, 10))
def test_two_swapped_digits_find_nothing(number, place):
    first, second = number[place], number[place + 1]
    swapped = number[:place] + second + first + number[place + 2 :]
    assert (read_number(swapped) is None) == (first != second)


def test_01_and_98_are_not_two_writings_of_one_number():
    # Both leave remainder 1 after division by 97, so a test by remainder would take either.
    digits = "0000000097"
    assert int(digits + "98") % 97 == int(digits + "01") % 97 == 1
    assert read_number(digits + "98") == digits + "98"
    assert read_number(digits + "01") is None


@pytest.mark.parametrize(
    "text", ["", "7024 8811 903", "7024881190390", "x", "７０２４８８１１９０３９"]
)
def test_no_number(text):
    assert read_number(text) is None


def test_new_numbers_are_numbers():
    made = {new_number() for _ in range(200)}
    assert len(made) == 200
    assert all(read_number(number) == number for number in made)
