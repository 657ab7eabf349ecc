"""The installation's secrets: one file each in `JISHAN_DATA/keys`, readable by the service only.

They are made with the installation and never change by themselves: the pepper is in every PIN
and kept request, the card key in every printed card, the log key in every checkpoint.
"""

import os
import secrets
from pathlib import Path

from flask import current_app

NAMES = ("session", "pepper", "answers", "card", "log")
LENGTH = 32


def make_keys(folder: Path) -> None:
    """Make each missing key (32 random bytes); a key that exists is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in NAMES:
        path = folder / name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(LENGTH))
                file.flush()
                os.fsync(file.fileno())


def read_key(folder: Path, name: str) -> bytes:
    """The 32 bytes of a key; FileNotFoundError names the file that is missing."""
    value = (folder / name).read_bytes()
    if len(value) != LENGTH:
        raise ValueError(f"{folder / name} has {len(value)} bytes, not {LENGTH}")
    return value


def key(name: str) -> bytes:
    """A key of the running application (`KEYS` in its configuration, else its keys folder)."""
    given: dict[str, bytes] = current_app.config.setdefault("KEYS", {})
    if name not in given:
        given[name] = read_key(Path(current_app.config["JISHAN_DATA"]) / "keys", name)
    return given[name]
