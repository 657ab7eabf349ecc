"""Where backups are made and opened: one at a time, and nothing half done is left behind."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from flask import current_app

from incentives.disk import sync_folder

WORK = "backup-work"
LOCK = "backup.lock"
PARTIAL = ".partial"
SPARE_BYTES = 64 * 1024 * 1024  # what is left to the service when a copy of its database is made


class BackupRefused(RuntimeError):
    """A backup can't be made, opened or restored; the message says why and what to do."""


class OtherKeys(BackupRefused):
    """The backup is of an installation with other keys."""


def data_folder() -> Path:
    """The folder of the installation's data."""
    return Path(current_app.config["JISHAN_DATA"])


@contextmanager
def workroom() -> Iterator[Path]:
    """An empty folder within `JISHAN_DATA` that is removed at the end; one at a time.

    There, and not beside the backup, as what lies in it isn't encrypted. What an earlier one left
    when it was killed is removed first. Refuses while another is at work.
    """
    descriptor = os.open(data_folder() / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    room = data_folder() / WORK
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise BackupRefused("another backup command is at work: wait for its end") from busy
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir(mode=0o700)
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)
    finally:
        os.close(descriptor)


def require_space(folder: Path, size: int) -> None:
    """Refuse to write so many bytes where the disk wouldn't have some to spare afterwards."""
    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise BackupRefused(
            f"the disk of {folder} has {free >> 20} MiB free, this needs"
            f" {(size + SPARE_BYTES) >> 20}: nothing was begun"
        )


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that gets its name once it is whole and on disk; nothing is left of a failure.

    Refuses a name that is taken. Only its owner may read it.
    """
    if path.exists():
        raise BackupRefused(f"{path} is there already: nothing is written over")
    partial = path.with_name(f".{path.name}{PARTIAL}")
    partial.unlink(missing_ok=True)
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)
