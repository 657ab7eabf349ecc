"""Where the bytes lie: `JISHAN_DATA/files`, one file each under a random name, synced to disk.

Small pictures of them lie in `JISHAN_DATA/thumbnails` under the same names. They can be made anew
at any time, so no backup holds them, and they go with what they were made of.

The names of what was erased are noted beside the seals, where they outlive the database: a restored
backup is older, and must not bring back what was erased since.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from flask import current_app

from incentives.disk import sync_folder
from incentives.installation import get_installation

NAME_BYTES = 20
ERASED = "erased-files"


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
    sync_folder(folder())
    return name


def thumbnails() -> Path:
    """The folder of small pictures, made when first needed."""
    path = Path(current_app.config["JISHAN_DATA"]) / "thumbnails"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write_thumbnail(name: str, content: bytes) -> None:
    """Keep a small picture under the name of what it was made of; two at once both succeed."""
    made = thumbnails() / f"{name}.{secrets.token_hex(4)}"
    made.write_bytes(content)
    made.chmod(0o600)
    made.replace(thumbnails() / name)


def read_thumbnail(name: str) -> bytes | None:
    """The small picture under a name; None where it wasn't made yet."""
    path = thumbnails() / name
    return path.read_bytes() if path.exists() else None


def sweep_thumbnails(kept: set[str]) -> None:
    """Remove small pictures of what isn't kept, as one that was made while its photo was erased."""
    for path in thumbnails().iterdir():
        if path.name.partition(".")[0] not in kept:
            path.unlink(missing_ok=True)


def read(name: str) -> bytes:
    """The bytes under a name; FileNotFoundError where they are gone."""
    return (folder() / name).read_bytes()


def remove(name: str) -> None:
    """Remove the bytes under a name and their small picture, if they are there."""
    (thumbnails() / name).unlink(missing_ok=True)
    (folder() / name).unlink(missing_ok=True)
    sync_folder(folder())


def erase(name: str) -> None:
    """Remove the bytes under a name for good: no backup that is restored brings them back."""
    path = erased_list()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(f"{name}\n")
        file.flush()
        os.fsync(file.fileno())
    remove(name)


def erased_names() -> set[str]:
    """The names that were erased, also those that the database has forgotten about."""
    path = erased_list()
    return set(path.read_text(encoding="ascii").split()) if path.exists() else set()


def erased_list() -> Path:
    """Where the names of what was erased are noted."""
    return Path(current_app.config["JISHAN_SEALS"]) / get_installation().id.hex / ERASED


def names_older_than(instant: float) -> Iterator[str]:
    """The names last written before an instant, in seconds since 1970."""
    for path in folder().iterdir():
        if path.is_file() and path.stat().st_mtime < instant:
            yield path.name
