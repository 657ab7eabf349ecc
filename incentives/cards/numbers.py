"""The card's number, to type when a code won't scan: 10 random digits and 2 check digits.

The check is ISO/IEC 7064 MOD 97-10, which finds every single mistyped digit and every swap of
two neighbours. It is verified by computing it again: 01 and 98 both leave remainder 1, and a
test by remainder alone would let one number be written in two ways.
"""

import secrets

LENGTH = 12
RANDOM_DIGITS = 10


def check_digits(digits: str) -> str:
    """The two check digits of ISO/IEC 7064 MOD 97-10: 02 to 98."""
    return f"{98 - int(digits) * 100 % 97:02d}"


def new_number() -> str:
    """A random number of 12 digits that passes its own check."""
    digits = f"{secrets.randbelow(10**RANDOM_DIGITS):010d}"
    return digits + check_digits(digits)


def read_number(text: str) -> str | None:
    """The 12 digits of a typed number, spaces and hyphens left out; None if it is no number."""
    number = text.replace(" ", "").replace("-", "")
    if len(number) != LENGTH or not (number.isascii() and number.isdecimal()):
        return None
    digits, check = number[:RANDOM_DIGITS], number[RANDOM_DIGITS:]
    return number if check == check_digits(digits) else None


def in_fours(number: str) -> str:
    """The number as people read it aloud: 7024 8811 9035."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
