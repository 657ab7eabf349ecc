"""Checkpoints as signed notes (C2SP `tlog-checkpoint` and `signed-note`), by Ed25519."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = b"\x01"
DASH = "— "


class NotSigned(ValueError):
    """A checkpoint that this log's key didn't sign."""


@dataclass(frozen=True)
class Root:
    """A tree's size and root under its log's name."""

    origin: str
    size: int
    root: bytes


def private_key(seed: bytes) -> Ed25519PrivateKey:
    """The log's signing key of a 32-byte seed."""
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_bytes(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(origin: str, public: bytes) -> bytes:
    """The first 4 bytes of SHA-256(origin ‖ 0A ‖ 01 ‖ public key)."""
    return hashlib.sha256(origin.encode() + b"\n" + ALGORITHM + public).digest()[:4]


def verifier_key(origin: str, key: Ed25519PublicKey) -> str:
    """The key as verifiers take it: `origin+id+base64` (signed-note, verifier keys)."""
    public = public_bytes(key)
    encoded = base64.b64encode(ALGORITHM + public).decode()
    return f"{origin}+{key_id(origin, public).hex()}+{encoded}"


def sign_checkpoint(root: Root, key: Ed25519PrivateKey) -> str:
    """The checkpoint: origin, size and root one a line, an empty line, the signature's line."""
    body = f"{root.origin}\n{root.size}\n{base64.b64encode(root.root).decode()}\n"
    hint = key_id(root.origin, public_bytes(key.public_key()))
    signature = base64.b64encode(hint + key.sign(body.encode())).decode()
    return f"{body}\n{DASH}{root.origin} {signature}\n"


def read_checkpoint(note: str, key: Ed25519PublicKey) -> Root:
    """What a checkpoint says; ValueError unless it is signed by this key under its own origin."""
    body, separator, signatures = note.partition("\n\n")
    lines = body.split("\n")
    if not separator or len(lines) != 3 or not note.endswith("\n"):
        raise ValueError("this is no checkpoint")
    origin, size, encoded = lines
    try:
        root = Root(origin, int(size), base64.b64decode(encoded, validate=True))
    except (ValueError, binascii.Error) as error:
        raise ValueError("this is no checkpoint") from error
    if str(root.size) != size or len(root.root) != hashlib.sha256().digest_size:
        raise ValueError("this is no checkpoint")
    hint = key_id(origin, public_bytes(key))
    for line in signatures.removesuffix("\n").split("\n"):
        if is_signed(line, origin, hint, (body + "\n").encode(), key):
            return root
    raise NotSigned("the checkpoint isn't signed by this log's key")


def read_signatures(note: str) -> list[bytes]:
    """Key id and signature of each line under a checkpoint; ValueError for a line that is none."""
    lines = note.partition("\n\n")[2].removesuffix("\n").split("\n")
    try:
        found = [base64.b64decode(each.rpartition(" ")[2], validate=True) for each in lines]
    except (ValueError, binascii.Error) as error:
        raise ValueError("the signature can't be read") from error
    if any(len(each.split(" ")) != 3 or not each.startswith(DASH) for each in lines):
        raise ValueError("the signature can't be read")
    return found


def is_signed(line: str, origin: str, hint: bytes, body: bytes, key: Ed25519PublicKey) -> bool:
    """Whether a signature's line is this key's over the body."""
    if not line.startswith(f"{DASH}{origin} "):
        return False
    try:
        raw = base64.b64decode(line.removeprefix(f"{DASH}{origin} "), validate=True)
        if raw[:4] != hint:
            return False
        key.verify(raw[4:], body)
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True
