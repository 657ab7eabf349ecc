"""Which PINs are refused because they are tried first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentives.cards.pins import check_pin_choice, is_obvious
from incentives.errors import Invalid

NUMBER = "702488119030"


@pytest.mark.parametrize(
    "pin",
    [
        *("000000", "777777"),  # one digit
        *("121212", "909090"),  # a pair three times
        *("123123", "580580"),  # three digits twice
        *("123456", "012345", "890123"),  # up, past 9 too
        *("654321", "987654", "210987"),  # down, past 0 too
        *("851231", "000101", "991130"),  # a birthday, YYMMDD
        *("198507", "202612", "192001"),  # a year and month
        *("112233", "123321", "147258", "159753"),  # on the keypad
    ],
)
def test_obvious(pin):
    assert is_obvious(pin)
    with pytest.raises(Invalid) as refused:
        check_pin_choice(pin, number=NUMBER)
    assert [error.pointer for error in refused.value.errors] == ["/pin"]


@pytest.mark.parametrize("pin", ["483920", "274913", "135790", "861304", "850132", "191900"])
def test_not_obvious(pin):
    assert not is_obvious(pin)
    check_pin_choice(pin, number=NUMBER)


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", "12345a", "４８３９２０", " 48392", "48392\n"]
)
def test_no_pin(pin):
    with pytest.raises(Invalid):
        check_pin_choice(pin, number=NUMBER)


@given(st.integers(0, 6))
def test_six_digits_of_the_number_are_refused(start):
    with pytest.raises(Invalid):
        check_pin_choice(NUMBER[start : start + 6], number=NUMBER)


def test_at_most_a_twentieth_of_all_pins_is_refused():
    refused = sum(is_obvious(f"{pin:06d}") for pin in range(10**6))
    # 100 years of 12 months of 31 days are most of it.
    assert 37_200 <= refused <= 50_000
