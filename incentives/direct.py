"""SQLite without detours: statements that go straight to the driver, as those of posting do.

SQLAlchemy's way to the driver costs several times what SQLite itself takes for a short statement.
Its session still owns connection and transaction; its errors are raised here too, so that nobody
has to know which way a statement went.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError

# Unlike SQLAlchemy's, the driver's own texts are few: all of them stay prepared.
PREPARED = 512
ONCE: tuple[tuple[object, ...], ...] = ((),)


def run(
    connection: Connection, statement: str, rows: Sequence[tuple[object, ...]] = ONCE
) -> list[Any]:
    """Run a statement for each of these rows of values; what it returns, if there is one row."""
    driver: Any = connection.connection.driver_connection
    try:
        if len(rows) == 1:
            found: list[Any] = driver.execute(statement, rows[0]).fetchall()
            return found
        driver.executemany(statement, rows)
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error
    return []


class DirectDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's way to SQLite, with savepoints that go straight to the driver."""

    supports_statement_cache = True

    def do_savepoint(self, connection: Connection, name: str) -> None:
        """Open a savepoint."""
        run(connection, f"SAVEPOINT {name}")

    def do_release_savepoint(self, connection: Connection, name: str) -> None:
        """Release a savepoint."""
        run(connection, f"RELEASE SAVEPOINT {name}")

    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> None:
        """Undo what came after a savepoint."""
        run(connection, f"ROLLBACK TO SAVEPOINT {name}")


for _name in ("sqlite", "sqlite.pysqlite"):
    registry.register(_name, __name__, DirectDialect.__name__)
