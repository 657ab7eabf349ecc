"""The issuer's P-256 key: made of the installation's secret, known to readers by its public half.

A new secret in `JISHAN_DATA/keys/card` is a new issuer key: its public half joins `card_key`
with the first card it signs, and codes of the earlier ones serve until their `until_at`.
"""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_der_public_key
from sqlalchemy import BindParameter, ColumnElement, or_, select

from incentives import keys
from incentives.cards.codes import ORDER, Content, FindKeys, key_id, public_bytes, write_code
from incentives.cards.models import CardKey
from incentives.extensions import db

INFO = b"jishan-card-key/v1"
# 128 bits more than the order has, so that the remainder is as good as evenly spread
# (FIPS 186-5, A.2.1).
WIDE = 48
# The keys that this process has loaded, by their hints and bytes.
SEEN: dict[bytes, dict[bytes, EllipticCurvePublicKey]] = {}


def private_key(secret: bytes) -> EllipticCurvePrivateKey:
    """The key of a 32-byte secret: HKDF-SHA-256 to 48 bytes, as an integer mod (n - 1), plus 1."""
    wide = HKDF(algorithm=SHA256(), length=WIDE, salt=None, info=INFO).derive(secret)
    return derive_private_key(int.from_bytes(wide, "big") % (ORDER - 1) + 1, SECP256R1())


def add_issuer_key(*, now: datetime) -> None:
    """Make the issuer's public key known to readers, if it isn't yet."""
    spki = public_bytes(private_key(keys.key("card")).public_key())
    if db.session.scalar(select(CardKey.id).where(CardKey.spki == spki)) is None:
        db.session.add(CardKey(hint=key_id(spki).hex(), spki=spki, from_at=now))
        db.session.flush()


def sign(content: Content) -> str:
    """The code of a card, signed by the installation's key."""
    return write_code(content, private_key(keys.key("card")))


def keys_at(now: datetime) -> FindKeys:
    """How a reader finds the keys that are good at this moment, by their hint."""

    def find(hint: bytes) -> list[EllipticCurvePublicKey]:
        rows = db.session.scalars(
            select(CardKey.spki).where(CardKey.hint == hint.hex(), is_good(now))
        )
        return [load_public_key(spki) for spki in rows]

    return find


def keys_seen(hint: bytes) -> list[EllipticCurvePublicKey]:
    """The keys under a hint that this process has loaded: whether one is good still, it can't say.

    A key never changes, so nothing here grows old; `is_good` asks the rest where a card is read.
    """
    return list(SEEN.get(hint, {}).values())


def is_good(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition for a key whose cards serve at this moment."""
    return or_(CardKey.until_at.is_(None), CardKey.until_at > now)


def load_public_key(spki: bytes) -> EllipticCurvePublicKey:
    """A public key of the table, as the object that verifies."""
    seen = SEEN.setdefault(key_id(spki), {})
    if spki not in seen:
        key = load_der_public_key(spki)
        if not isinstance(key, EllipticCurvePublicKey):
            raise ValueError("a card key is an elliptic curve key")
        seen[spki] = key
    return seen[spki]
