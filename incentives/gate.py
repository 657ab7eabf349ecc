"""The writers' queue on SQLite: whoever waits for its one write lock waits here, in turn.

SQLite lets waiting writers poll, with longer and longer pauses: the unlucky wait for seconds
while others come and go. A lock for the threads of this process and a lock on a file beside the
database for other processes let one through at a time. The gate only orders: what keeps writers
apart is SQLite's own lock, as ever. A database in memory has one connection and no gate.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

PATIENCE = 5.0  # seconds: SQLite's busy_timeout
PAUSE = 0.001  # seconds between two looks at another process's lock
KEY = "jishan-gate"

_locks: dict[str, threading.Lock] = {}


def enter(connection: Connection) -> None:
    """Wait for this connection's turn to write; it lasts until the connection is given back.

    Raises SQLite's own BUSY, as SQLAlchemy has it, to whom no turn comes within five seconds.
    """
    path = connection.engine.url.database
    info = connection.connection.record_info
    if not path or path.startswith((":memory:", "file:")) or info is None or KEY in info:
        return
    info[KEY] = take_turn(path)


def take_turn(path: str) -> Callable[[], None]:
    """Wait for the turn at a database; what ends it. Raises BUSY after five seconds."""
    until = time.monotonic() + PATIENCE
    lock = _locks.setdefault(path, threading.Lock())
    if not lock.acquire(timeout=PATIENCE):
        raise busy()
    try:
        file = lock_file(f"{path}-gate", until)
    except BaseException:
        lock.release()
        raise

    def leave() -> None:
        os.close(file)
        lock.release()

    return leave


def lock_file(path: str, until: float) -> int:
    """An open file under this process's lock: closing it, as dying does, gives the lock back."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(file)
                raise busy() from None
            time.sleep(PAUSE)
        else:
            return file


def busy() -> OperationalError:
    """What SQLite says to a writer who has waited too long."""
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return OperationalError("BEGIN IMMEDIATE", None, error)


@event.listens_for(Engine, "checkin")
def _leave(_connection: Any, entry: ConnectionPoolEntry) -> None:
    info = entry.record_info
    if info is not None and KEY in info:
        info.pop(KEY)()
