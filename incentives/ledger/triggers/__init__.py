"""What the database itself guarantees: the triggers, as text, for SQLite and for PostgreSQL.

They hold whatever the program does. The migrations create them from here and `guards.py`
compares them with what a database has. A released trigger is never edited: a change is a new
one, beside the old, made by a migration of its own.

ABORT, never ROLLBACK: the latter would end the transaction and with it the idempotency key.
PostgreSQL's functions are SECURITY DEFINER with the search path they were created under
(pg_temp last), so that the service's role moves balances through a transfer and in no other way.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from incentives.ledger.triggers.names import OF_RECOVERY, WAITS, WAITS_FOR_RECOVERY
from incentives.ledger.triggers.postgresql import FUNCTIONS, POSTGRESQL
from incentives.ledger.triggers.sqlite import SQLITE

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
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    path = connection.scalar(text("SELECT current_setting('search_path')"))
    connection.exec_driver_sql(f"SET LOCAL search_path = {schema}, pg_temp")
    for name in functions_of(names):
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path FROM CURRENT AS $${FUNCTIONS[name]}$$"
        )
        # Whoever may execute it could hang it on a table of their own and make points.
        connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")
    for name in names:
        when, table, function = POSTGRESQL[name]
        each = "STATEMENT" if when.endswith("TRUNCATE") else "ROW"
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
        )
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})


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
