"""Which passwords are taken."""

import pytest

from incentives.access import passwords
from incentives.access.passwords import check_password_choice, hash_password, is_password
from incentives.cards import pins
from incentives.errors import Invalid

# As the service has them: while tests run, quicker ones stand in.
HASHERS = passwords.HASHER, pins.HASHER


@pytest.mark.parametrize(
    "password",
    ["jishan-demo", "three words together", "一二三四五六七八九十", "correct horse", "Qw8#kk20zz"],
)
def test_taken(password: str) -> None:
    check_password_choice(password, username="zhaxi")


@pytest.mark.parametrize(
    "password",
    [
        "ninechars",
        "password123",
        "Password!!2026",
        "1234567890",
        "13800138000",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcde12345abcde12345",
        "qwertyuiop",
        "poiuytrewq",
        "abcdefghijkl",
        "woaini1314520",
        "admin12345",
        "zhaxi12345",
        "zhaxi.2026!",
        "x" * 201,
    ],
)
def test_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password_choice(password, username="zhaxi")
    assert refused.value.errors[0].pointer == "/password"


def test_kept_as_argon2id_with_the_least_that_is_asked(monkeypatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", HASHERS[0])
    kept = hash_password("three words together")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_password(kept, "three words together")
    assert not is_password(kept, "three words together ")
    assert not is_password(None, "no such user")


def test_a_pin_is_hashed_at_the_same_cost() -> None:
    assert HASHERS[1].hash("1234").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_one_unicode_form_whatever_the_keyboard_sends() -> None:
    assert is_password(hash_password("Zo\u00eb und Kim"), "Zoe\u0308 und Kim")
