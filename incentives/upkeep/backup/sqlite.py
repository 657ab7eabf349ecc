"""SQLite: a copy by its online backup, while others write; put back by a rename."""

import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import create_engine

from incentives.disk import sync_folder
from incentives.extensions import db
from incentives.upkeep.backup.manifest import Snapshot, describe
from incentives.upkeep.backup.workroom import BackupRefused, require_space

BESIDE = ("-wal", "-shm", "-journal")


def database_path() -> Path:
    """The file of the database; refuses one in memory."""
    name = db.engine.url.database
    if not name or name == ":memory:":
        raise BackupRefused("a database in memory has no backup")
    return Path(name).resolve()


def take_snapshot(copy: Path) -> Snapshot:
    """Copy the database as it is at one moment, and say what it holds.

    The copy is made in one step, in a reading transaction, which keeps no writer waiting.
    """
    source = database_path()
    if not source.exists():
        raise BackupRefused(f"there is nothing to back up: no {source}")
    require_space(copy.parent, sum(each.stat().st_size for each in files_of(source)))
    connection = db.engine.raw_connection()
    try:
        target = sqlite3.connect(copy)
        try:
            driver: sqlite3.Connection = connection.driver_connection  # type: ignore[assignment]
            driver.backup(target)
        finally:
            target.close()
    except sqlite3.Error as error:
        raise BackupRefused(f"the database can't be copied: {error}") from error
    finally:
        connection.close()
    engine = create_engine(f"sqlite:///{copy}")
    try:
        with engine.connect() as reading:
            return describe(reading)
    finally:
        engine.dispose()


def files_of(path: Path) -> list[Path]:
    """A database's file and those beside it that there are."""
    names = (path, *(path.with_name(path.name + end) for end in BESIDE))
    return [each for each in names if each.exists()]


def load(copy: Path) -> None:
    """Put a copy in the empty database's place, whole or not at all."""
    target = database_path()
    db.session.remove()
    db.engine.dispose()
    require_space(target.parent, copy.stat().st_size)
    new = target.with_name(f"{target.name}.restoring")
    with copy.open("rb") as source, new.open("wb") as file:
        new.chmod(0o600)
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
    # What an earlier database left there would be played back into this one.
    for leftover in files_of(target):
        leftover.unlink()
    new.rename(target)
    sync_folder(target.parent)


def broken_pages(copy: Path) -> list[str]:
    """What SQLite itself finds wrong in a copy."""
    connection = sqlite3.connect(copy)
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    finally:
        connection.close()
    return [] if found == ["ok"] else found
