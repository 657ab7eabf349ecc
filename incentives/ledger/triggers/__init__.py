"""What the database itself guarantees: the triggers, as text, for SQLite and for PostgreSQL.

They hold whatever the program does. The migrations create them from here and `guards.py`
compares them with what a database has. A released trigger is never edited: a change is a new
one, made by a migration of its own, and the old one goes to `earlier.py`.

ABORT, never ROLLBACK: the latter would end the transaction and with it the idempotency key.
PostgreSQL's functions are SECURITY DEFINER with the search path they were created under
(pg_temp last), so that the service's role moves balances through a transfer and in no other way.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from incentives.ledger.triggers.earlier import EARLIER, EARLIER_FUNCTIONS
from incentives.ledger.triggers.names import OF_RECOVERY, WAITS, WAITS_FOR_RECOVERY
from incentives.ledger.triggers.postgresql import FUNCTIONS, ONCE_A_STATEMENT, POSTGRESQL
from incentives.ledger.triggers.sqlite import SQLITE
from incentives.triggers import create_function, own_schema

__all__ = [
    "EARLIER",
    "FIRST",
    "FUNCTIONS",
    "OF_RECOVERY",
    "ONCE_A_STATEMENT",
    "POSTGRESQL",
    "SQLITE",
    "WAITS",
    "WAITS_FOR_RECOVERY",
    "create_triggers",
    "drop_triggers",
]

EVER = EARLIER | POSTGRESQL
FIRST = tuple(
    name for name in SQLITE | EVER if name not in OF_RECOVERY and name not in ONCE_A_STATEMENT
)


def create_triggers(connection: Connection, names: Sequence[str]) -> None:
    """Create these in the connection's schema, SQLite's as far as it has them."""
    if connection.dialect.name == "sqlite":
        for name in names:
            if name in SQLITE:
                connection.exec_driver_sql(SQLITE[name])
        return
    with own_schema(connection):
        for name in functions_of(names):
            create_function(connection, name, (FUNCTIONS | EARLIER_FUNCTIONS)[name])
        for name in names:
            connection.exec_driver_sql(EVER[name].text(name))


def drop_triggers(connection: Connection, names: Sequence[str] = ()) -> None:
    """Drop these, or all that a database has by now; the tables stay."""
    if connection.dialect.name == "sqlite":
        for name in names or SQLITE:
            if name in SQLITE:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    names = names or tuple(POSTGRESQL)
    for name in names:
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {EVER[name].table}")
    for name in functions_of(names):
        connection.exec_driver_sql(f"DROP FUNCTION {name}()")


def functions_of(names: Sequence[str]) -> list[str]:
    """The functions behind these triggers on PostgreSQL, each once."""
    return list(dict.fromkeys(EVER[name].function for name in names))
