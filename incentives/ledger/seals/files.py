"""The files of the seals: appended to and synced, and read from their ends.

Nothing here grows slower with the files: a torn end is found and the newest line is read from
behind.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from incentives.disk import sync_folder
from incentives.installation import get_installation

EVENTS = "events.jsonl"
CHECKPOINTS = "checkpoints.jsonl"
BLOCK = 1 << 16


def seals_folder() -> Path:
    """The folder of this installation's seals."""
    return Path(current_app.config["JISHAN_SEALS"]) / get_installation().id.hex


def folder_of(village: str) -> Path:
    """The folder of a village's seals, whether or not it is there."""
    return seals_folder() / village


def sealed_villages() -> list[str]:
    """The villages that have seals, also those that the database knows nothing of."""
    folder = seals_folder()
    if not folder.is_dir():
        return []
    return sorted(each.name for each in folder.iterdir() if is_village(each))


def is_village(path: Path) -> bool:
    """Whether a folder is of a village's seals: those set aside have a longer name."""
    return path.is_dir() and len(path.name) == 12 and path.name.isdecimal()


def make_folder(folder: Path) -> None:
    """Make a folder and have the disk know its name, and those of the folders above it."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other signers of this folder out."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def append(path: Path, lines: list[str]) -> None:
    """Append lines and have the disk know them, and the file's name."""
    with path.open("ab") as file:
        file.write("".join(line + "\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def lines_from_behind(path: Path) -> Iterator[bytes]:
    """The whole lines of a file, the last one first; what was cut off in writing is none."""
    if not path.exists():
        return
    with path.open("rb") as file:
        at = file.seek(0, os.SEEK_END)
        held, torn = b"", True
        while at:
            size = min(BLOCK, at)
            at = file.seek(at - size)
            first, *whole = (file.read(size) + held).split(b"\n")
            for line in reversed(whole):
                if not torn and line:
                    yield line
                torn = False
            held = first
        if held and not torn:
            yield held


def whole_lines(path: Path, start: int = 0) -> Iterator[bytes]:
    """The whole lines of a file from a place on; what was cut off in writing is none."""
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def size_of(path: Path) -> int:
    """How many bytes a file has; none where there is no file."""
    return path.stat().st_size if path.exists() else 0


def cut_torn_line(path: Path) -> None:
    """Remove a last line that was cut off in writing: the next one would be joined to it."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        end = at = file.seek(0, os.SEEK_END)
        while at:
            size = min(BLOCK, at)
            at = file.seek(at - size)
            found = file.read(size).rfind(b"\n")
            if found >= 0:
                at += found + 1
                break
        if at < end:
            file.truncate(at)
            os.fsync(file.fileno())
