"""Death before a statement: counted by SQLite itself, whoever sent it and however."""

import os
import signal
import sqlite3

from sqlalchemy import event
from sqlalchemy.engine import Engine


def die_before(number: int) -> None:
    """SIGKILL this process before its connections run their statement of that number, from 1.

    SQLite tells of each one as it begins: BEGIN, SAVEPOINT, RELEASE and COMMIT, and those within
    triggers too.
    """
    begun = 0

    def count(_statement: str) -> None:
        nonlocal begun
        begun += 1
        if begun == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(connection: sqlite3.Connection, _entry: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(count)

    event.listen(Engine, "connect", arm)
