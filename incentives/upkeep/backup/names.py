"""What backups are called: `jishan-<installation>-<time>.tar.zst`, with `.age` if encrypted.

The name alone says whose a backup is and of when, so that none has to be opened to be found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from incentives.upkeep.backup.encryption import SUFFIX

NAME = re.compile(r"jishan-([0-9a-f]{8})-([0-9]{8}T[0-9]{6}Z)\.tar\.zst(\.age)?")
TIME = "%Y%m%dT%H%M%SZ"
CHECKED = ".checked"


@dataclass(frozen=True)
class Kept:
    """A backup in a folder: whose it is (the end of the installation's id), and of when."""

    path: Path
    installation: str
    made_at: datetime

    @property
    def checked(self) -> Path:
        """The note beside it that it was checked and nothing was found: its SHA-256 and name."""
        return self.path.with_name(self.path.name + CHECKED)


def name_of(installation: str, made_at: datetime, *, encrypted: bool) -> str:
    """The name of a backup of an installation (its id in hex)."""
    end = SUFFIX if encrypted else ""
    return f"jishan-{short(installation)}-{made_at.astimezone(UTC).strftime(TIME)}.tar.zst{end}"


def short(installation: str) -> str:
    """The end of an installation's id, which is random; its beginning is a time."""
    return installation[-8:]


def backups_in(folder: Path) -> Iterator[Kept]:
    """The backups in a folder, of whatever installation, oldest first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if match := NAME.fullmatch(path.name):
            made_at = datetime.strptime(match[2], TIME).replace(tzinfo=UTC)
            found.append(Kept(path, match[1], made_at))
    yield from sorted(found, key=lambda each: (each.made_at, each.path.name))
