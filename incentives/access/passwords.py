"""Passwords: which are too easy, and how they are kept."""

import functools
import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask_babel import lazy_gettext as _

from incentives.errors import FieldError, Invalid

LEAST = 10
MOST = 200
DISTINCT = 5
# 19 MiB, 2 passes, 1 lane: the least that OWASP's Password Storage Cheat Sheet asks of Argon2id.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

# Words that the commonest passwords of 10 characters and more are made of, from lists of leaked
# ones; digits and signs around them change nothing.
COMMON = frozenset(
    {
        "password",
        "passw0rd",
        "p@ssw0rd",
        "passwort",
        "wordpass",
        "admin",
        "administrator",
        "root",
        "user",
        "test",
        "welcome",
        "letmein",
        "login",
        "secret",
        "changeme",
        "iloveyou",
        "woaini",
        "woaiwojia",
        "mima",
        "qwer",
        "qwert",
        "qwerty",
        "qwertyuiop",
        "asdf",
        "asdfghjkl",
        "zxcvbnm",
        "qazwsx",
        "qazwsxedc",
        "abc",
        "abcd",
        "abcdef",
        "abcdefg",
        "jishan",
        "xiangcheng",
    }
)
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
)


def normal(password: str) -> str:
    """The password in one Unicode form, however the keyboard made it (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def check_password_choice(password: str, *, username: str, pointer: str = "/password") -> None:
    """Refuse a password of less than 10 characters, and one that anyone would try."""
    chosen = normal(password)
    if len(chosen) < LEAST:
        detail = _("A password has at least %(least)s characters", least=LEAST)
        raise Invalid(errors=[FieldError(pointer, detail)])
    if len(chosen) > MOST:
        raise Invalid(errors=[FieldError(pointer, _("This password is too long"))])
    if is_obvious(chosen.lower(), username):
        detail = _("This password is too easy to guess: please take another")
        raise Invalid(errors=[FieldError(pointer, detail)])


def is_obvious(chosen: str, username: str) -> bool:
    """Whether a password in lower case is among those that are tried first."""
    core = re.sub(r"^[\d\W_]+|[\d\W_]+$", "", chosen)
    return (
        core == ""
        or core in COMMON
        or len(set(chosen)) < DISTINCT
        or core == username
        or any(chosen in row or chosen in row[::-1] for row in ROWS)
        or is_repeated(chosen)
    )


def is_repeated(chosen: str) -> bool:
    """Whether a password is a shorter one, written twice or more often."""
    return chosen in (chosen + chosen)[1:-1]


def hash_password(password: str) -> str:
    """The Argon2id hash to keep."""
    return HASHER.hash(normal(password))


@functools.cache
def no_hash() -> str:
    """A hash that no password is asked against in earnest: it makes unknown names take as long."""
    return HASHER.hash("no such user")


def is_password(kept: str | None, password: str) -> bool:
    """Whether it is the password of that hash; with none it takes as long and says no."""
    stand_in = no_hash()
    try:
        HASHER.verify(kept or stand_in, normal(password))
    except VerifyMismatchError:
        return False
    return kept is not None


def needs_rehash(kept: str) -> bool:
    """Whether a hash was made under older settings."""
    return HASHER.check_needs_rehash(kept)
