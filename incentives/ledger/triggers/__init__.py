"""What the database itself guarantees: the triggers, as text, for SQLite and for PostgreSQL.

They hold whatever the program does. The migrations create them from here and `guards.py`
compares them with what a database has. A released trigger is never edited: a change is a new
one, beside the old, made by a migration of its own.

ABORT, never ROLLBACK: the latter would end the transaction and with it the idempotency key.
PostgreSQL's functions are SECURITY DEFINER with the search path they were created under
(pg_temp last), so that the service's role moves balances through a transfer and in no other way.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from incentives.ledger.triggers.names import OF_RECOVERY, WAITS, WAITS_FOR_RECOVERY
from incentives.ledger.triggers.postgresql import FUNCTIONS, POSTGRESQL
from incentives.ledger.triggers.sqlite import SQLITE
from incentives.triggers import create_function, create_trigger, own_schema

__all__ = [
    "ALL",
    "FIRST",
    "FUNCTIONS",
    "OF_RECOVERY",
    "POSTGRESQL",
    "SQLITE",
    "WAITS",
    "WAITS_FOR_RECOVERY",
    "create_triggers",
    "drop_triggers",
]

FIRST = tuple(name for name in SQLITE | POSTGRESQL if name not in OF_RECOVERY)
ALL = (*FIRST, *OF_RECOVERY)


def create_triggers(connection: Connection, names: Sequence[str] = FIRST) -> None:
    """Create these of them in the connection's schema."""
    if connection.dialect.name == "sqlite":
        for name in names:
            if name in SQLITE:
                connection.exec_driver_sql(SQLITE[name])
        return
    with own_schema(connection):
        for name in functions_of(names):
            create_function(connection, name, FUNCTIONS[name])
        for name in names:
            when, table, function = POSTGRESQL[name]
            each = "STATEMENT" if when.endswith("TRUNCATE") else "ROW"
            create_trigger(connection, name, when, table, each, function)


def drop_triggers(connection: Connection, names: Sequence[str] = ALL) -> None:
    """Drop these of them; the tables stay."""
    if connection.dialect.name == "sqlite":
        for name in names:
            if name in SQLITE:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for name in names:
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {POSTGRESQL[name][1]}")
    for name in functions_of(names):
        connection.exec_driver_sql(f"DROP FUNCTION {name}()")


def functions_of(names: Sequence[str]) -> list[str]:
    """The functions behind these triggers on PostgreSQL, each once."""
    return list(dict.fromkeys(POSTGRESQL[name][2] for name in names))
