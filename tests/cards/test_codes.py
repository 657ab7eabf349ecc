"""The card's code: fixed bytes, one text a card, nothing altered is ever accepted."""

import hashlib
import json
import random
from base64 import b32encode
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from hypothesis import given
from hypothesis import strategies as st

from incentives.cards import codes
from incentives.cards.codes import CODE_LENGTH, ORDER, Content, code_in, read_code, write_code
from incentives.cards.issuer import private_key
from incentives.errors import CardInvalid

VECTOR = json.loads(Path(__file__).with_name("vectors.json").read_text())["card"]
KEY = derive_private_key(int(VECTOR["private_scalar_hex"], 16), SECP256R1())
OTHER = private_key(bytes(32))
CONTENT = Content(
    village=VECTOR["village"],
    card_id=bytes.fromhex(VECTOR["card_id"]),
    issue=VECTOR["issue"],
    issued_on=date.fromisoformat(VECTOR["issued"]),
    expires_on=date.fromisoformat(VECTOR["expires"]),
)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def find(hint):
    known = [KEY.public_key(), OTHER.public_key()]
    return [key for key in known if codes.key_id(codes.public_bytes(key)) == hint]


def text_of(raw):
    return codes.PREFIX + b32encode(raw).decode().rstrip("=")


def accepted(code, keys=find):
    try:
        read_code(code, keys)
    except CardInvalid:
        return False
    return True


def signed_raw(body, *, high=False):
    signature = KEY.sign(codes.DOMAIN + body, codes.ECDSA(codes.SHA256()))
    r, s = codes.decode_dss_signature(signature)
    s = max(s, ORDER - s) if high else min(s, ORDER - s)
    return body + r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_vector_key_and_payload():
    assert hashlib.sha256(b"points-test-card-key").hexdigest() == VECTOR["private_scalar_hex"]
    spki = codes.public_bytes(KEY.public_key())
    assert spki.hex() == VECTOR["spki_der_hex"]
    assert codes.pack(CONTENT, codes.key_id(spki)).hex() == VECTOR["payload_hex"]


def test_vector_code_is_read():
    assert len(VECTOR["one_valid_code"]) == VECTOR["length"] == CODE_LENGTH
    assert read_code(VECTOR["one_valid_code"], find).content == CONTENT


def test_own_code_is_read_and_is_the_same_each_time():
    code = write_code(CONTENT, KEY)
    assert code == write_code(CONTENT, KEY)
    assert len(code) == CODE_LENGTH
    assert read_code(code, find).content == CONTENT


@given(
    village=st.integers(0, 10**12 - 1),
    card_id=st.binary(min_size=8, max_size=8),
    issue=st.integers(1, 0xFFFF),
    issued_on=st.dates(date(2000, 1, 1), date(2200, 1, 1)),
    days=st.integers(0, codes.LONGEST_DAYS),
)
def test_what_is_written_is_read(village, card_id, issue, issued_on, days):
    content = Content(
        f"{village:012d}", card_id, issue, issued_on, issued_on + codes.timedelta(days)
    )
    assert read_code(write_code(content, KEY), find).content == content


def test_every_key_with_the_hint_is_tried():
    both = [OTHER.public_key(), KEY.public_key()]
    assert read_code(VECTOR["one_valid_code"], lambda hint: both).content == CONTENT
    assert not accepted(VECTOR["one_valid_code"], lambda hint: both[:1])
    assert not accepted(VECTOR["one_valid_code"], lambda hint: [])


def test_text_before_the_hash_is_ignored():
    code = VECTOR["one_valid_code"]
    assert code_in(f"https://old.example/c#{code}") == code
    assert code_in(f"#{code}") == code
    assert code_in(code) == code
    assert not accepted(code_in(f"https://jishan.example/c#x#{code}"))


def mutations(generator, count):
    """Codes with one to three letters changed, moved, dropped, added or cut."""
    base = VECTOR["one_valid_code"]
    while count:
        letters = list(base)
        for _ in range(generator.choice((1, 1, 1, 2, 3))):
            place = generator.randrange(len(letters))
            act = generator.randrange(5)
            if act == 0:
                letters[place] = generator.choice(LETTERS + "0189abz-=+ é")
            elif act == 1:
                other = generator.randrange(len(letters))
                letters[place], letters[other] = letters[other], letters[place]
            elif act == 2:
                del letters[place]
            elif act == 3:
                letters.insert(place, generator.choice(LETTERS))
            else:
                letters = letters[:place] or ["P"]
        mutant = "".join(letters)
        if mutant != base:
            count -= 1
            yield mutant


def flips(generator, count):
    """Codes of the valid bytes with one bit turned over, written canonically."""
    raw = codes.decode(VECTOR["one_valid_code"])
    for _ in range(count):
        changed = bytearray(raw)
        changed[generator.randrange(len(raw))] ^= 1 << generator.randrange(8)
        yield text_of(bytes(changed))


def count_accepted(seed, count):
    generator = random.Random(seed)
    half = count // 2
    tried = [*mutations(generator, half), *flips(generator, count - half)]
    assert len(tried) == count
    return sum(accepted(code) for code in tried)


def test_no_mutated_code_is_accepted():
    assert count_accepted(seed=1, count=4000) == 0


def test_every_single_bit_is_covered():
    raw = codes.decode(VECTOR["one_valid_code"])
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        assert not accepted(text_of(bytes(changed))), bit


def test_last_letter_has_one_writing():
    code = VECTOR["one_valid_code"]
    same_bytes = [
        code[:-1] + letter
        for letter in LETTERS
        if codes.b32decode(code[2:-1] + letter + "====") == codes.decode(code)
    ]
    assert len(same_bytes) == 16
    assert [text for text in same_bytes if accepted(text)] == [code]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "P1",
        VECTOR["one_valid_code"].lower(),
        VECTOR["one_valid_code"] + "=",
        VECTOR["one_valid_code"] + "\n",
        " " + VECTOR["one_valid_code"],
        "D1" + VECTOR["one_valid_code"][2:],
        VECTOR["one_valid_code"][:-1] + "\N{FULLWIDTH LATIN CAPITAL LETTER A}",
    ],
)
def test_other_writings_are_refused(code):
    assert not accepted(code)


def test_high_s_is_refused():
    body = bytes.fromhex(VECTOR["payload_hex"])
    assert accepted(text_of(signed_raw(body)))
    assert not accepted(text_of(signed_raw(body, high=True)))


@pytest.mark.parametrize(
    "content",
    [
        replace(CONTENT, issue=0),
        replace(CONTENT, expires_on=date(2025, 12, 31)),
        replace(CONTENT, expires_on=date(2036, 1, 3)),
        replace(CONTENT, village="51333610120"),
        replace(CONTENT, card_id=bytes(7)),
    ],
)
def test_what_no_card_says_is_not_written(content):
    with pytest.raises(ValueError, match=r"^an? (issue|card|village)"):
        write_code(content, KEY)


@pytest.mark.parametrize(
    ("start", "value"),
    [
        (0, b"\x02"),  # version
        (1, b"\x02"),  # type
        (6, b"\xff" * 6),  # no village has 15 digits
        (20, b"\x00\x00"),  # no issue 0
        (22, b"\xff\xff\xff"),  # a day past the year 9999
        (25, b"\x00\x00\x00"),  # over before it begins
        (25, b"\x00\x40\x00"),  # more than ten years
    ],
)
def test_signed_nonsense_is_refused(start, value):
    body = bytearray.fromhex(VECTOR["payload_hex"])
    body[start : start + len(value)] = value
    assert not accepted(text_of(signed_raw(bytes(body))))


def test_content_is_not_looked_at_before_the_signature(monkeypatch):
    def unread(body):
        raise AssertionError("content was read of an unsigned code")

    monkeypatch.setattr(codes, "unpack", unread)
    raw = bytearray(codes.decode(VECTOR["one_valid_code"]))
    raw[-1] ^= 1
    assert not accepted(text_of(bytes(raw)))


def test_issuer_key_comes_from_the_secret_alone():
    one, again, other = (private_key(secret) for secret in (b"a" * 32, b"a" * 32, b"b" * 32))
    assert one.private_numbers() == again.private_numbers()
    assert one.private_numbers() != other.private_numbers()
