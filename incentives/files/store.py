"""Where the bytes lie: `JISHAN_DATA/files`, one file each under a random name, synced to disk."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from flask import current_app

NAME_BYTES = 20


def folder() -> Path:
    """The folder of uploads, made when first needed."""
    path = Path(current_app.config["JISHAN_DATA"]) / "files"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write(content: bytes) -> str:
    """Keep bytes, synced to disk with their name; the random name that they lie under."""
    name = secrets.token_hex(NAME_BYTES)
    descriptor = os.open(folder() / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder()
    return name


def sync_folder() -> None:
    """Have the disk know the folder's names."""
    descriptor = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(name: str) -> bytes:
    """The bytes under a name; FileNotFoundError where they are gone."""
    return (folder() / name).read_bytes()


def remove(name: str) -> None:
    """Remove the bytes under a name, if they are there."""
    (folder() / name).unlink(missing_ok=True)
    sync_folder()


def names_older_than(instant: float) -> Iterator[str]:
    """The names last written before an instant, in seconds since 1970."""
    for path in folder().iterdir():
        if path.is_file() and path.stat().st_mtime < instant:
            yield path.name
