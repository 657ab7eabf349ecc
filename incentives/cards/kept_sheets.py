"""Where sheets of cards lie until they are fetched: `JISHAN_DATA/sheets`, encrypted, for a day.

Whoever has a sheet has the codes on it. No backup holds them: they can be made anew at any time.
"""

import os
import re
import secrets
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from incentives.keys import key

NONCE = 12
NAME = re.compile(r"([0-9a-f]{32})(-\d+)?(\.[0-9a-f]{8})?")


def folder() -> Path:
    """The folder of sheets, made when first needed."""
    path = Path(current_app.config["JISHAN_DATA"]) / "sheets"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def name_of(job_id: UUID, part: int | None = None) -> str:
    """The name of a job's sheets, or of a part that ends after so many pages."""
    return job_id.hex if part is None else f"{job_id.hex}-{part}"


def write(name: str, content: bytes) -> None:
    """Keep a PDF under AES-256-GCM, bound to its name; there at once or not at all."""
    nonce = secrets.token_bytes(NONCE)
    sealed = nonce + AESGCM(key("answers")).encrypt(nonce, content, bound_to(name))
    made = folder() / f"{name}.{secrets.token_hex(4)}"
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    made.replace(folder() / name)


def read(name: str) -> bytes | None:
    """The PDF under a name; None where it isn't there."""
    path = folder() / name
    if not path.exists():
        return None
    sealed = path.read_bytes()
    return AESGCM(key("answers")).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to(name))


def bound_to(name: str) -> bytes:
    """What a sheet is sealed with: under another name it can't be read."""
    return f"jishan-sheet/v1 {name}".encode()


def delete(names: list[str]) -> None:
    """Delete sheets; what is gone already doesn't matter."""
    for name in names:
        (folder() / name).unlink(missing_ok=True)


def delete_all_but(kept: set[UUID]) -> int:
    """Delete what belongs to none of these jobs, half-written files too; how many files."""
    count = 0
    for path in folder().iterdir():
        found = NAME.fullmatch(path.name)
        if found is not None and UUID(found[1]) not in kept:
            path.unlink(missing_ok=True)
            count += 1
    return count
