"""How migrations make triggers: on SQLite one statement each, on PostgreSQL with functions.

PostgreSQL's functions are SECURITY DEFINER with the search path they were made under, so that
they touch their own schema only, whoever calls them from where (CREATE FUNCTION, "Writing
SECURITY DEFINER Functions Safely").
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text


def sqlite_trigger(name: str, when: str, table: str, condition: str, words: str) -> str:
    """A trigger that refuses a change of a row under a condition, on SQLite."""
    return (
        f"CREATE TRIGGER {name} BEFORE {when} ON {table}\nWHEN {condition}\n"
        f"BEGIN\n    SELECT RAISE(ABORT, '{words}');\nEND"
    )


def refusal(condition: str, words: str, state: str, row: str = "NEW") -> str:
    """A function's body that refuses a change of a row under a condition, on PostgreSQL."""
    return (
        f"\nBEGIN\n    IF {condition} THEN\n"
        f"        RAISE EXCEPTION '{words}' USING ERRCODE = '{state}';\n"
        f"    END IF;\n    RETURN {row};\nEND\n"
    )


@contextmanager
def own_schema(connection: Connection) -> Iterator[None]:
    """Make functions here: they will see the connection's schema alone, and pg_temp last."""
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    path = connection.scalar(text("SELECT current_setting('search_path')"))
    connection.exec_driver_sql(f"SET LOCAL search_path = {schema}, pg_temp")
    yield
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})


def create_function(connection: Connection, name: str, body: str) -> None:
    """Make a trigger's function.

    Nobody else may execute it: who may could hang it on a table of their own and make points.
    """
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $${body}$$"
    )
    connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")


def create_trigger(
    connection: Connection, name: str, when: str, table: str, each: str, function: str
) -> None:
    """Hang a function on a table; `when` is as in `BEFORE UPDATE`, `each` with its WHEN if any."""
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
    )
