"""Nonces that a terminal signs: nothing is kept of one until it has served.

    "N1" and base64url, without padding, of
    16 bytes terminal, 8 bytes microseconds since 1970, 32 bytes HMAC-SHA-256 under the pepper

What is signed is ASCII `jishan-terminal/v1`, a line feed, and the nonce's text; the signature is
ECDSA P-256 with SHA-256, r ‖ s as WebCrypto gives it. A high s is as good: nothing is keyed on it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from incentives.keys import key

GOOD_FOR = timedelta(minutes=2)
MARK = "N1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HEAD = 24
SIGNATURE = 64


def make_nonce(terminal_id: UUID, *, now: datetime) -> str:
    """A nonce for this terminal to sign within two minutes."""
    head = terminal_id.bytes + ((now - EPOCH) // MICROSECOND).to_bytes(8, "big")
    return MARK + text_of(head + seal(head))


def read_nonce(text: str, terminal_id: UUID) -> datetime | None:
    """When this terminal's nonce was made; None for what isn't one of ours, or another's."""
    content = bytes_of(text.removeprefix(MARK)) if text.startswith(MARK) else None
    if content is None or len(content) != HEAD + 32 or MARK + text_of(content) != text:
        return None
    head = content[:HEAD]
    if not hmac.compare_digest(content[HEAD:], seal(head)) or head[:16] != terminal_id.bytes:
        return None
    return EPOCH + int.from_bytes(head[16:], "big") * MICROSECOND


def seal(head: bytes) -> bytes:
    """What shows that a nonce is ours."""
    return hmac.digest(key("pepper"), b"jishan-nonce/v1\n" + head, hashlib.sha256)


def is_signed(nonce: str, signature: str, public_key: bytes) -> bool:
    """Whether that key signed this nonce."""
    content = bytes_of(signature)
    signer = load_der_public_key(public_key)
    if content is None or len(content) != SIGNATURE:
        return False
    if not isinstance(signer, EllipticCurvePublicKey):
        return False
    r, s = (int.from_bytes(content[at : at + 32], "big") for at in (0, 32))
    message = b"jishan-terminal/v1\n" + nonce.encode()
    try:
        signer.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def read_public_key(text: str) -> bytes | None:
    """The SPKI of a P-256 key, in its one form; None for anything else."""
    content = bytes_of(text)
    if content is None:
        return None
    try:
        public_key = load_der_public_key(content)
    except ValueError:
        return None
    if not isinstance(public_key, EllipticCurvePublicKey):
        return None
    if not isinstance(public_key.curve, SECP256R1):
        return None
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def text_of(content: bytes) -> str:
    """base64url without padding (RFC 4648, section 5)."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes | None:
    """What base64url without padding says, or None."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
