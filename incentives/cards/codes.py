"""The printed card's code: 92 signed bytes as `P1` and base32 (docs/cards.md has the layout).

A code is read strictly: one text for one card, so that no two different texts are the same
card. The signature is checked before any content is believed.
"""

import hashlib
from base64 import b32decode, b32encode
from binascii import Error as Base32Error
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from incentives.errors import CardInvalid

PREFIX = "P1"
CONTENT = 28
SIGNATURE = 64
CODE_LENGTH = 150
DOMAIN = b"jishan-card/v1\n"
VERSION_AND_TYPE = b"\x01\x01"
DAY_ZERO = date(2000, 1, 1)
LONGEST_DAYS = 3653  # ten years, with the most leap days that ten years can have
# The order n of the curve P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

FindKeys = Callable[[bytes], Iterable[EllipticCurvePublicKey]]


@dataclass(frozen=True)
class Content:
    """What a code says: `card_id` is 8 random bytes, `issue` counts the prints of a card."""

    village: str
    card_id: bytes
    issue: int
    issued_on: date
    expires_on: date


@dataclass(frozen=True)
class Printed:
    """A code that was read: what it says, and the public key (SPKI) whose signature it bears."""

    content: Content
    signed_by: bytes


def public_bytes(key: EllipticCurvePublicKey) -> bytes:
    """The key as SubjectPublicKeyInfo in DER (RFC 5280)."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(spki: bytes) -> bytes:
    """The 4 bytes that hint at a key: two keys may share them."""
    return hashlib.sha256(spki).digest()[:4]


def write_code(content: Content, key: EllipticCurvePrivateKey) -> str:
    """The card's code, the same text each time (RFC 6979); ValueError for what can't be packed."""
    check_content(content)
    body = pack(content, key_id(public_bytes(key.public_key())))
    signature = key.sign(DOMAIN + body, ECDSA(SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(signature)
    # Both s and n - s verify: only the lower one is a card's signature.
    s = min(s, ORDER - s)
    raw = body + r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return PREFIX + b32encode(raw).decode().rstrip("=")


def pack(content: Content, hint: bytes) -> bytes:
    """The 28 bytes that are signed; numbers are big-endian."""
    return b"".join(
        [
            VERSION_AND_TYPE,
            hint,
            int(content.village).to_bytes(6, "big"),
            content.card_id,
            content.issue.to_bytes(2, "big"),
            (content.issued_on - DAY_ZERO).days.to_bytes(3, "big"),
            (content.expires_on - DAY_ZERO).days.to_bytes(3, "big"),
        ]
    )


def check_content(content: Content) -> None:
    """ValueError where a field is outside what a card may say."""
    if len(content.village) != 12 or not content.village.isdecimal():
        raise ValueError("a village has 12 digits")
    if len(content.card_id) != 8:
        raise ValueError("a card id has 8 bytes")
    if not 1 <= content.issue <= 0xFFFF:
        raise ValueError("an issue is 1 to 65535")
    if not timedelta(0) <= content.expires_on - content.issued_on <= timedelta(LONGEST_DAYS):
        raise ValueError("a card lasts ten years at most")


def code_in(text: str) -> str:
    """The code in a QR's whole text: what stands before `#`, the address, is ignored."""
    return text.partition("#")[2] if "#" in text else text


def read_code(code: str, find_keys: FindKeys) -> Printed:
    """What a code says, once its signature holds under a key that its hint finds.

    Refuses, as `card_invalid`: another length, base32 that isn't the one way to write the
    bytes, a signature by no known key or with a high s, and content that no card has.
    """
    raw = decode(code)
    body, signature = raw[:CONTENT], raw[CONTENT:]
    signer = signer_of(body, signature, find_keys(body[2:6]))
    if signer is None:
        raise CardInvalid()
    if body[:2] != VERSION_AND_TYPE:
        raise CardInvalid()
    try:
        content = unpack(body)
        check_content(content)
    except (ValueError, OverflowError) as error:
        raise CardInvalid() from error
    return Printed(content, public_bytes(signer))


def decode(code: str) -> bytes:
    """The 92 bytes of a code; several last letters decode to the same bytes, one is right."""
    if len(code) != CODE_LENGTH or not code.startswith(PREFIX):
        raise CardInvalid()
    try:
        raw = b32decode(code.removeprefix(PREFIX) + "====")
    except (Base32Error, ValueError) as error:
        raise CardInvalid() from error
    if PREFIX + b32encode(raw).decode().rstrip("=") != code:
        raise CardInvalid()
    return raw


def signer_of(
    body: bytes, signature: bytes, keys: Iterable[EllipticCurvePublicKey]
) -> EllipticCurvePublicKey | None:
    """The one of these keys whose signature r ‖ s is, with s low; or None."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < ORDER and 0 < s <= ORDER // 2):
        return None
    encoded = encode_dss_signature(r, s)
    return next((key for key in keys if signed_by(key, encoded, body)), None)


def signed_by(key: EllipticCurvePublicKey, signature: bytes, body: bytes) -> bool:
    """Whether this key made the signature."""
    try:
        key.verify(signature, DOMAIN + body, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def unpack(body: bytes) -> Content:
    """The fields of 28 bytes that are known to be signed; OverflowError for days past 9999."""
    return Content(
        village=f"{int.from_bytes(body[6:12], 'big'):012d}",
        card_id=body[12:20],
        issue=int.from_bytes(body[20:22], "big"),
        issued_on=DAY_ZERO + timedelta(int.from_bytes(body[22:25], "big")),
        expires_on=DAY_ZERO + timedelta(int.from_bytes(body[25:28], "big")),
    )
