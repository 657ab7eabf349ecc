"""The mark of a restore that hasn't come to its end: nothing is served or made until it has."""

import os

from incentives.disk import sync_folder
from incentives.upkeep.backup.workroom import data_folder, whole_file

NAME = "restoring"
UNFINISHED = "a restore was begun here and not finished: run `flask backup restore` again"


def read_marker() -> str | None:
    """The digest of the manifest whose restore was begun; None where none was."""
    path = data_folder() / NAME
    return path.read_text().strip() if path.exists() else None


def why_unfinished() -> str | None:
    """Why nothing may be done with the books before a restore has come to its end."""
    return None if read_marker() is None else UNFINISHED


def write_marker(digest: str) -> None:
    """Mark that the restore of this manifest has begun."""
    if read_marker() is None:
        with whole_file(data_folder() / NAME) as file:
            file.write(digest.encode() + b"\n")


def remove_marker() -> None:
    """Mark that it has come to its end."""
    os.unlink(data_folder() / NAME)
    sync_folder(data_folder())
